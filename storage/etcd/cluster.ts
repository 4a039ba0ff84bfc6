import { setTimeout as sleep } from "node:timers/promises";
import type {
  ICompactionRequest,
  ICompactionResponse,
  IRangeRequest,
  IRangeResponse,
  IStatusResponse,
  ITxnRequest,
  ITxnResponse,
} from "etcd3";
import { StorageError } from "../storage.ts";
import { CallError, readError } from "./call-error.ts";
import type { ConnectionOptions } from "./connection.ts";
import { type Call, Endpoint, type Stream } from "./endpoint.ts";
import { OLDEST_SERVER } from "./version.ts";

export interface ClusterOptions extends ConnectionOptions {
  /** `http://host:port` or `https://host:port`. */
  readonly endpoints: readonly string[];
  /** A call that takes longer is given up, and of a write nobody knows then whether it was stored; 10 seconds by default. */
  readonly callMilliseconds?: number;
}

const CALL_MILLISECONDS = 10_000;

/** How long the first endpoint to answer may take at the start: as long as kube-apiserver waits, since busy machines are slow. */
const OPEN_MILLISECONDS = 20_000;
/** How long it may refuse connections before: it may be starting too. */
const PATIENCE_MILLISECONDS = 2_000;
/** How long the others may take once one has answered. */
const OTHERS_MILLISECONDS = 1_000;

/** Where no endpoint can be reached the call waits, a little longer each time. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 500;

/** What a member says about itself; undefined where it does not answer. */
export interface Member {
  readonly url: string;
  readonly status: IStatusResponse | undefined;
}

/**
 * Calls to a cluster of etcd through several endpoints, which take turns as long as they are fit. What may be done twice is tried on another
 * endpoint until the deadline; what may not, only if it provably never left.
 */
export class Cluster {
  readonly #endpoints: readonly Endpoint[];
  readonly #milliseconds: number;
  readonly #closing = new AbortController();
  #turn: number;

  private constructor(endpoints: readonly Endpoint[], milliseconds: number) {
    this.#endpoints = endpoints;
    this.#milliseconds = milliseconds;
    // servers that start together should not all begin with the first one
    this.#turn = Math.floor(Math.random() * endpoints.length);
  }

  /** @throws StorageError if no endpoint answers, or one that does runs an etcd that is too old */
  static async open({ endpoints: urls, callMilliseconds = CALL_MILLISECONDS, ...options }: ClusterOptions): Promise<Cluster> {
    if (urls.length === 0) throw new StorageError("no etcd endpoint is given");
    const cluster = new Cluster(await Promise.all(urls.map((url) => Endpoint.at(url, urls.length === 1, options))), callMilliseconds);
    try {
      await cluster.#open();
      return cluster;
    } catch (error) {
      cluster.close();
      throw error;
    }
  }

  /** @throws CallError */
  range(request: IRangeRequest, milliseconds = this.#milliseconds): Promise<IRangeResponse> {
    return this.#run(
      (kv, options) => kv.range(request, options),
      milliseconds,
      (error) => error.passes,
    );
  }

  /** @throws CallError */
  txn(request: ITxnRequest): Promise<ITxnResponse> {
    return this.#run((kv, options) => kv.txn(request, options), this.#milliseconds);
  }

  /** @throws CallError */
  compact(request: ICompactionRequest): Promise<ICompactionResponse> {
    return this.#run(
      (kv, options) => kv.compact(request, options),
      this.#milliseconds,
      (error) => error.passes,
    );
  }

  /** Opens a stream of watches. @throws CallError */
  async stream(): Promise<{ readonly stream: Stream; readonly endpoint: Endpoint }> {
    const endpoint = this.#pick(new Set());
    return { stream: await endpoint.stream(), endpoint };
  }

  /** Every endpoint, and what its member says. */
  members(milliseconds: number): Promise<Member[]> {
    const deadline = Date.now() + milliseconds;
    return Promise.all(
      this.#endpoints.map(async (endpoint) => ({ url: endpoint.url, status: await endpoint.status(deadline).catch(() => undefined) })),
    );
  }

  /** What waits for an endpoint that can be reached gives up; what is under way goes on. */
  drain(): void {
    this.#closing.abort();
  }

  close(): void {
    this.drain();
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  async #open(): Promise<void> {
    const deadline = Date.now() + OPEN_MILLISECONDS;
    const patience = Date.now() + PATIENCE_MILLISECONDS;
    const versions = new Map<Endpoint, string>();
    const asked = this.#endpoints.map(async (endpoint) => {
      const { version } = await statusOf(endpoint, deadline, patience);
      versions.set(endpoint, version);
    });
    const all = Promise.allSettled(asked);
    try {
      await Promise.any(asked);
    } catch (error) {
      const reasons = (error as AggregateError).errors.map(
        (reason, index) => `${this.#endpoints[index]?.url}: ${readError(reason).message}`,
      );
      throw new StorageError(`no etcd endpoint answers: ${reasons.join("; ")}`);
    }
    await Promise.race([all, sleep(OTHERS_MILLISECONDS, undefined, { ref: false })]);
    for (const endpoint of this.#endpoints) {
      const version = versions.get(endpoint);
      // not before its version is known
      if (version === undefined) endpoint.leaveAlone();
      else if (endpoint.tooOld) throw new StorageError(`etcd at ${endpoint.url} is ${version}; ${OLDEST_SERVER} or newer is needed`);
    }
  }

  async #run<T>(call: Call<T>, milliseconds: number, repeatable?: (error: CallError) => boolean): Promise<T> {
    const deadline = Date.now() + milliseconds;
    const tried = new Set<Endpoint>();
    for (let pause = FIRST_PAUSE; ; ) {
      const endpoint = this.#pick(tried);
      try {
        return await endpoint.run(call, deadline, repeatable !== undefined);
      } catch (error) {
        if (!(error instanceof CallError) || (error.sent && !repeatable?.(error))) throw error;
        tried.add(endpoint);
        // another one may do better at once
        if (tried.size < this.#endpoints.length) continue;
        if (Date.now() + pause >= deadline || this.#closing.signal.aborted) throw error;
        await sleep(pause, undefined, { signal: this.#closing.signal }).catch(() => {});
        pause = Math.min(pause * 2, LONGEST_PAUSE);
        tried.clear();
      }
    }
  }

  /** The next one of those that are fit and were not tried; where there is none, of those that were not tried. */
  #pick(tried: ReadonlySet<Endpoint>): Endpoint {
    const left = this.#endpoints.filter((endpoint) => !tried.has(endpoint) && !endpoint.tooOld);
    const fit = left.filter((endpoint) => endpoint.fit);
    const some = fit.length > 0 ? fit : left.length > 0 ? left : this.#endpoints;
    return some[this.#turn++ % some.length] as Endpoint;
  }
}

/** What the member says about itself, once it can be reached. @throws CallError if that is not before `patience` */
async function statusOf(endpoint: Endpoint, deadline: number, patience: number): Promise<IStatusResponse> {
  for (;;) {
    try {
      return await endpoint.status(deadline);
    } catch (error) {
      if (Date.now() >= patience || !(error instanceof CallError && error.passes)) throw error;
      await sleep(LONGEST_PAUSE);
    }
  }
}
