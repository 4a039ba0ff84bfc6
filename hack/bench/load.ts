import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { Protocol, Target } from "./servers.ts";

/** What clients do over and over: the next request when the last was answered. */
export interface Job {
  readonly method: string;
  /** `$N` in it becomes the number of the request, counted over the life of the load. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `$N` likewise; `$T` becomes the time by the machine's monotonic clock, in nanoseconds. */
  readonly body?: string;
  /** Counts from here again. */
  readonly from?: number;
  /** The status that every answer must have. */
  readonly status: number;
  /** Ends after that many requests of all clients together, or after that many seconds. */
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds that a client waits before it sends the next request. Default: none. */
  readonly pause?: number;
}

export interface Outcome {
  readonly requests: number;
  readonly seconds: number;
  /** From sending the request to the last byte of its answer. Milliseconds. */
  readonly medianLatency: number;
  /** Of a hundred requests one takes longer. */
  readonly p99Latency: number;
  readonly maxLatency: number;
  /** To the first byte of its body. */
  readonly medianFirst: number;
}

export interface Clients {
  readonly protocol: Protocol;
  readonly clients: number;
  /** All clients share one HTTP/2 connection, as the parts of one program do; else each has its own. */
  readonly shared: boolean;
}

export interface Connect extends Clients {
  readonly origin: string;
  readonly credentials: Pick<Target["credentials"], "ca"> & Partial<Target["credentials"]>;
}

/** Clients in a process of its own, so that what they cost is not counted with the server. */
export class Load {
  readonly #worker: ChildProcess;

  private constructor(worker: ChildProcess) {
    this.#worker = worker;
  }

  /** @param nice how far the load's process stands back behind others, as of `nice`; without `credentials`, clients are the administrator */
  static async connect(
    target: Target,
    { protocol, clients, shared }: Clients,
    { credentials = target.credentials, nice = 0 }: { credentials?: Connect["credentials"]; nice?: number } = {},
  ): Promise<Load> {
    const worker = forkWorker("load-worker.ts");
    if (nice > 0) setPriority(worker.pid!, nice);
    const connect: Connect = { protocol, clients, shared, origin: target.origin[protocol], credentials };
    await ask(worker, connect);
    return new Load(worker);
  }

  /** @throws Error when an answer has another status than the job's */
  run(job: Job): Promise<Outcome> {
    return ask(this.#worker, job);
  }

  close(): Promise<void> {
    return endWorker(this.#worker);
  }
}

export const forkWorker = (file: string): ChildProcess =>
  fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: ["--import", "tsx"], serialization: "advanced" });

export async function endWorker(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null) return;
  const ended = once(worker, "exit");
  worker.disconnect();
  await ended;
}

/** Sends a question and gives the answer. @throws Error that the worker names, or when it ends */
export async function ask<T>(worker: ChildProcess, question: object): Promise<T> {
  const ended = new AbortController();
  const onExit = (code: number | null) => ended.abort(new Error(`the load generator ended with ${code}`));
  worker.once("exit", onExit);
  try {
    const answered = once(worker, "message", { signal: ended.signal });
    worker.send(question);
    const [answer] = (await answered) as [{ error?: string } & T];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  } finally {
    worker.off("exit", onExit);
  }
}
