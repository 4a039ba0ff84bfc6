import type { IStatusResponse, KVClient, MaintenanceClient, WatchClient } from "etcd3";
import { CallError, UNAVAILABLE } from "./call-error.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { isNewEnough } from "./version.ts";

export type Stream = Awaited<ReturnType<WatchClient["watch"]>>;

/** A call on one endpoint. The deadline is in milliseconds since the epoch. */
export type Call<T> = (kv: KVClient, options: { readonly deadline: number }) => Promise<T>;

/** Who waits for an answer that long asks whether the member still lives, and gives it that long to say so. */
const SILENCE_MILLISECONDS = 1_000;

/** How often a member that did not answer is asked again. */
const PROBE_PAUSE = 1_000;

/**
 * One address of etcd, and whether it is to be used: a member that stands still takes calls and never answers them, and one that lost the
 * others answers none but questions about itself.
 *
 *     0 s    a call is made                        fit
 *     1 s    nothing heard: "status?"
 *     2 s    no answer                             unfit: reads go elsewhere, streams end (and are opened elsewhere)
 *     3 s    "status?" and so on, until            fit again
 *
 * A write that is under way keeps waiting: it may have been stored, and its answer may still come.
 */
export class Endpoint {
  readonly url: string;
  /** There is nowhere else to go. */
  readonly #alone: boolean;
  readonly #connection: Connection;
  readonly #kv: KVClient;
  readonly #watch: WatchClient;
  readonly #maintenance: MaintenanceClient;
  readonly #streams = new Set<Stream>();
  readonly #abandon = new Set<() => void>();
  #fit = true;
  #tooOld = false;
  #underWay = 0;
  /** When something was heard last, or waiting began. */
  #heard = 0;
  #silence: NodeJS.Timeout | undefined;
  #probing = false;
  #nextProbe: NodeJS.Timeout | undefined;
  #closed = false;

  private constructor(url: string, alone: boolean, connection: Connection, etcd3: typeof import("etcd3/lib/rpc.js")) {
    const { KVClient, WatchClient, MaintenanceClient } = etcd3;
    this.url = url;
    this.#alone = alone;
    this.#connection = connection;
    this.#kv = new KVClient(connection);
    this.#watch = new WatchClient(connection);
    this.#maintenance = new MaintenanceClient(connection);
  }

  static async at(url: string, alone: boolean, options: ConnectionOptions): Promise<Endpoint> {
    return new Endpoint(url, alone, await Connection.to(url, options), await import("etcd3/lib/rpc.js"));
  }

  /** Whether calls are likely to be answered. */
  get fit(): boolean {
    return this.#fit;
  }

  /** Never to be used. */
  get tooOld(): boolean {
    return this.#tooOld;
  }

  /** What the member says about itself; no other has to be alive for it. @throws CallError */
  async status(deadline: number): Promise<IStatusResponse> {
    const status = await this.#maintenance.status({ deadline });
    this.#tooOld = !isNewEnough(status.version);
    return status;
  }

  /**
   * Makes a call.
   * @param movable the answer may come from another endpoint as well: the call is given up when this one is found unfit
   * @throws CallError
   */
  async run<T>(call: Call<T>, deadline: number, movable: boolean): Promise<T> {
    if (this.#underWay++ === 0) this.#heard = performance.now();
    this.#listen();
    try {
      const answer = movable ? await this.#abandonable(call(this.#kv, { deadline })) : await call(this.#kv, { deadline });
      this.#heard = performance.now();
      return answer;
    } catch (error) {
      if (error instanceof CallError && !error.sent) this.leaveAlone();
      else if (error instanceof CallError && error.passes) void this.probe();
      throw error;
    } finally {
      this.#underWay--;
    }
  }

  /** A stream of watches. It fails when the endpoint is found unfit. @throws CallError */
  async stream(): Promise<Stream> {
    const stream = await this.#watch.watch();
    this.#streams.add(stream);
    const gone = () => void this.#streams.delete(stream);
    stream.on("end", gone);
    stream.on("error", gone);
    return stream;
  }

  /** A stream said that the token is not good. */
  dropToken(): void {
    this.#connection.dropToken();
  }

  /** Finds out whether the endpoint is fit. */
  async probe(): Promise<void> {
    if (this.#probing || this.#closed || this.#alone) return;
    this.#probing = true;
    clearTimeout(this.#nextProbe);
    try {
      const { leader } = await this.status(Date.now() + SILENCE_MILLISECONDS);
      this.#fit = leader !== "0" && !this.#tooOld;
    } catch {
      this.#fit = false;
    }
    this.#probing = false;
    if (!this.#fit) this.leaveAlone();
  }

  /** Unfit, until it answers a question about itself; what may go elsewhere does so now. */
  leaveAlone(): void {
    this.#fit = false;
    if (this.#closed || this.#alone) return;
    for (const abandon of [...this.#abandon]) abandon();
    for (const stream of [...this.#streams]) stream.cancel();
    clearTimeout(this.#nextProbe);
    this.#nextProbe = setTimeout(() => void this.probe(), PROBE_PAUSE).unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#silence);
    clearTimeout(this.#nextProbe);
    this.#connection.close();
  }

  #listen(): void {
    this.#silence ??= setTimeout(() => {
      this.#silence = undefined;
      if (this.#underWay === 0) return;
      if (performance.now() - this.#heard >= SILENCE_MILLISECONDS) void this.probe();
      this.#listen();
    }, SILENCE_MILLISECONDS).unref();
  }

  #abandonable<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const abandon = () => reject(new CallError(UNAVAILABLE, `${this.url} does not answer`, true));
      this.#abandon.add(abandon);
      answer.then(resolve, reject).finally(() => this.#abandon.delete(abandon));
    });
  }
}
