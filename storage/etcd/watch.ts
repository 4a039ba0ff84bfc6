import type { IEvent, IWatchResponse } from "etcd3";
import { type Change, CompactedError, type Observer, StorageError, type Watch, type WatchRange } from "../storage.ts";
import { readError } from "./call-error.ts";
import type { Cluster } from "./cluster.ts";
import type { Endpoint, Stream } from "./endpoint.ts";
import { type Keys, ownBytes } from "./keys.ts";

/** After a broken connection the first attempt comes at once, the others after pauses that double up to the longest. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/** etcd drops a request for progress while the watch is catching up; then it is asked again. */
const PROGRESS_PAUSE = 100;

/** Where something was asked and nothing is heard for so long, the member may stand still. */
const SILENCE_MILLISECONDS = 1_000;

/**
 * One watch on a stream of its own, so that a progress notification speaks of this watch alone: all events up to its revision came before it.
 *
 *     watch after 7          create, start at 7        events 7 (skipped), 8, 9        told up to 9
 *     connection breaks
 *     connect again          create, start at 9        events 9 (skipped), 10 …        no gap, no repeat
 *
 * It starts one revision early and skips what it knows, because releases of etcd 3.5 lose a removal at exactly the compacted revision
 * (etcd's issues 18089 and 19179): a watch that starts there would miss it, while one that asks for the revision before is told that it comes too late.
 * A message may carry a part of the events only ("fragment"); they count when the last part is there.
 */
export class EtcdWatch implements Watch {
  readonly #cluster: Cluster;
  readonly #keys: Keys;
  readonly #range: WatchRange;
  readonly #observer: Observer;
  readonly #ended: () => void;
  #told: number;
  #stream: Stream | undefined;
  #endpoint: Endpoint | undefined;
  #fragments: IEvent[] = [];
  #pause = 0;
  #reconnect: NodeJS.Timeout | undefined;
  #progressAgain: NodeJS.Timeout | undefined;
  #progressAsked = false;
  #silence: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(cluster: Cluster, keys: Keys, range: WatchRange, observer: Observer, ended: () => void) {
    this.#cluster = cluster;
    this.#keys = keys;
    this.#range = range;
    this.#observer = observer;
    this.#ended = ended;
    this.#told = range.after;
    void this.#connect();
  }

  requestProgress(): void {
    if (this.#closed || this.#progressAsked) return;
    this.#progressAsked = true;
    this.#askProgress();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#reconnect);
    clearTimeout(this.#progressAgain);
    clearTimeout(this.#silence);
    if (this.#stream !== undefined) end(this.#stream);
    this.#stream = undefined;
    this.#ended();
  }

  async #connect(): Promise<void> {
    let opened: Awaited<ReturnType<Cluster["stream"]>>;
    try {
      opened = await this.#cluster.stream();
    } catch {
      this.#lost(undefined);
      return;
    }
    const { stream, endpoint } = opened;
    if (this.#closed) return end(stream);
    this.#stream = stream;
    this.#endpoint = endpoint;
    stream.on("data", (response) => {
      if (this.#stream === stream) this.#hear(response);
    });
    stream.on("error", () => this.#lost(stream));
    stream.on("end", () => this.#lost(stream));
    stream.write({
      create_request: {
        key: this.#keys.start(this.#range.prefix),
        range_end: this.#keys.end(this.#range.prefix),
        // Zero would mean "from now on".
        start_revision: String(Math.max(this.#told, 1)),
        prev_kv: this.#range.previous === true,
        fragment: true,
        progress_notify: true,
      },
    });
    this.#listen();
    if (this.#progressAsked) this.#askProgress();
  }

  #lost(stream: Stream | undefined): void {
    if (this.#closed || this.#stream !== stream) return;
    if (stream !== undefined) end(stream);
    this.#stream = undefined;
    clearTimeout(this.#silence);
    this.#silence = undefined;
    this.#fragments = [];
    this.#reconnect = setTimeout(() => void this.#connect(), this.#pause);
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
  }

  #hear(response: IWatchResponse): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
    if (response.canceled) {
      this.#canceled(response);
      return;
    }
    if (response.created) return;
    // Only now: a server that takes watches and drops them at once must not be asked without a pause.
    this.#pause = 0;
    if (response.events.length === 0) {
      this.#progress(Number(response.header.revision));
      return;
    }
    this.#fragments.push(...response.events);
    if (response.fragment) return;
    const changes = this.#fragments.filter((event) => Number(event.kv.mod_revision) > this.#told).map((event) => this.#change(event));
    this.#fragments = [];
    const last = changes.at(-1);
    if (last === undefined) return;
    this.#told = last.revision;
    this.#tell(() => this.#observer.changes(changes));
  }

  #canceled(response: IWatchResponse): void {
    const oldest = Number(response.compact_revision);
    if (oldest > 0) this.#fail(new CompactedError(oldest));
    else if (response.cancel_reason.includes("permission denied")) this.#fail(new StorageError(`etcd: ${response.cancel_reason}`));
    else {
      // not good any more, or unknown to a member that was started again
      if (/auth token|auth store|user name/.test(response.cancel_reason)) this.#endpoint?.dropToken();
      this.#lost(this.#stream);
    }
  }

  #progress(revision: number): void {
    if (revision > this.#told) this.#told = revision;
    this.#progressAsked = false;
    clearTimeout(this.#progressAgain);
    this.#tell(() => this.#observer.progress?.(revision));
  }

  #askProgress(): void {
    clearTimeout(this.#progressAgain);
    if (this.#stream === undefined) return;
    this.#stream.write({ progress_request: {} });
    this.#listen();
    this.#progressAgain = setTimeout(() => this.#askProgress(), PROGRESS_PAUSE);
  }

  /** An answer must come. */
  #listen(): void {
    this.#silence ??= setTimeout(() => {
      this.#silence = undefined;
      void this.#endpoint?.probe();
    }, SILENCE_MILLISECONDS).unref();
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#fail(readError(error));
    }
  }

  #fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    this.#observer.failed(error);
  }

  #change({ type, kv, prev_kv: before }: IEvent): Change {
    const key = this.#keys.decode(kv.key);
    const revision = Number(kv.mod_revision);
    const value = type === "Put" ? ownBytes(kv.value) : undefined;
    if (this.#range.previous !== true || !before) return { key, revision, value };
    return { key, revision, value, previous: { key, value: ownBytes(before.value), revision: Number(before.mod_revision) } };
  }
}

/**
 * The oldest revision that etcd still has. Only a watch that comes too late is told.
 * @returns 1 if nothing was compacted yet
 * @throws StorageError if no answer comes
 */
export async function oldestRevision(cluster: Cluster, keys: Keys): Promise<number> {
  const { stream } = await cluster.stream();
  const timer = setTimeout(() => stream.cancel(), 5_000).unref();
  try {
    return await new Promise<number>((resolve, reject) => {
      stream.on("data", (response) => {
        const compacted = Number(response.compact_revision);
        if (compacted > 0) resolve(compacted);
        else if (response.canceled) reject(new StorageError(`etcd: ${response.cancel_reason}`));
        else if (!response.created || response.events.length > 0) resolve(1);
      });
      stream.on("error", (error) => reject(readError(error)));
      stream.write({ create_request: { key: keys.nowhere, start_revision: "1" } });
      stream.write({ progress_request: {} });
    });
  } finally {
    clearTimeout(timer);
    end(stream);
  }
}

function end(stream: Stream): void {
  stream.on("error", () => {});
  stream.end();
  stream.cancel();
}
