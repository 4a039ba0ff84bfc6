import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { straceBinary } from "../tools/strace-binary.ts";

export type Question = { readonly id: number } & (
  | { readonly ask: "create"; readonly key: string; readonly bytes?: number; readonly watchful?: boolean }
  | { readonly ask: "burst"; readonly writers: number }
  | { readonly ask: "look"; readonly key: string }
  | { readonly ask: "check" }
  | { readonly ask: "close" }
);

/** What the process says: members depend on the question. */
export interface Answer {
  readonly id?: number;
  readonly [member: string]: unknown;
}

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;

const PROGRAM = fileURLToPath(new URL("store-process.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The embedded store in another process, if wanted under `strace`, which delays system calls or lets them fail.
 */
export class StoreProcess {
  /** The process that has the store open. */
  readonly pid: number;
  readonly revision: number;
  /** Errors that nobody caught. */
  readonly escaped: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #questions = 0;

  private constructor(child: ChildProcess, ready: Answer) {
    this.#child = child;
    this.pid = ready.ready as number;
    this.revision = ready.revision as number;
  }

  /**
   * @param tracing arguments of `strace`, for example `["-e", "inject=fdatasync:error=EIO"]`; empty to run without
   * @throws Error with the store's own words if it could not be opened
   */
  static async start(folder: string, tracing: readonly string[] = []): Promise<StoreProcess> {
    const node = [process.execPath, "--import", "tsx", PROGRAM, folder];
    const strace = await straceBinary();
    const command = tracing.length === 0 ? node : [strace.command, "-f", "-qq", "--seccomp-bpf", ...tracing, ...node];
    const child = spawn(command[0]!, command.slice(1), {
      cwd: ROOT,
      stdio: ["pipe", "pipe", "pipe"],
      // One thread for LMDB's commits: strace counts calls for each thread.
      env: { ...process.env, ...strace.env, UV_THREADPOOL_SIZE: "1" },
    });
    let noise = "";
    child.stderr?.on("data", (chunk) => {
      noise += chunk;
    });
    const lines = createInterface({ input: child.stdout! });
    const first = await Promise.race([
      once(lines, "line").then(([line]) => JSON.parse(line) as Answer),
      once(child, "error").then(([error]) => Promise.reject(error)),
      once(child, "exit").then(() => Promise.reject(new Error(`ended: ${noise}`))),
    ]);
    if (first.refused !== undefined) throw new Error(String(first.refused));
    const store = new StoreProcess(child, first);
    lines.on("line", (line) => store.#hear(JSON.parse(line) as Answer));
    return store;
  }

  #hear(answer: Answer): void {
    if (answer.escaped !== undefined) this.escaped.push(String(answer.escaped));
    if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
  }

  ask(question: WithoutId<Question>): Promise<Answer> {
    const id = ++this.#questions;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.stdin?.write(`${JSON.stringify({ ...question, id })}\n`);
    });
  }

  /** Closes the store and ends the process. */
  async close(): Promise<void> {
    const exit = once(this.#child, "exit");
    await this.ask({ ask: "close" });
    await exit;
  }

  /** Ends the process in the middle of whatever it does. */
  async kill(): Promise<void> {
    const exit = once(this.#child, "exit");
    process.kill(this.pid, "SIGKILL");
    await exit;
  }
}
