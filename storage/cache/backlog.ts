import { type Change, CompactedError, type Storage, StorageError, type Stored } from "../storage.ts";
import type { Cached } from "./cached.ts";
import { nextTurn, Slice } from "./dispatcher.ts";
import { readHistory } from "./history.ts";
import type { Ring, Transition } from "./ring.ts";
import type { RingWatcher } from "./watcher.ts";

/** A piece of history: all events above `after` up to `reached`. */
export class Page<T extends Cached> {
  readonly after: number;
  readonly reached: number;
  readonly events: readonly Transition<T>[];

  constructor(after: number, reached: number, events: readonly Transition<T>[]) {
    this.after = after;
    this.reached = reached;
    this.events = events;
  }

  /** The index of the first event above `revision`. */
  indexAfter(revision: number): number {
    let low = 0;
    let high = this.events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.events[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export interface BacklogOptions<T extends Cached> {
  readonly storage: Storage;
  readonly prefix: string;
  readonly ring: Ring<T>;
  /** How many bytes the ring can take in front. */
  room(): number;
  decode(stored: Stored): T;
  now(): number;
  after(ms: number, run: () => void): () => void;
}

/**
 * Reads from the store's history what the ring no longer has, or, after a restart, does not have yet. One read at a time per collection,
 * from the oldest place that anybody waits at, and at most a page of it. What reaches the ring without a gap and fits is put in front of
 * it, so that a thousand clients that come back after a restart cost one read.
 *
 *   ring (200, 260]; V waits at 120, W at 150. Read after 120:
 *     it reaches 200 and fits     ring (120, 260]; V and W read the ring
 *     it is full at 170           V and W take the page (120, 170], and ask again when they are through
 *     120 is compacted            V ends with the CompactedError; read again, after 150
 */
export class Backlog<T extends Cached> {
  readonly #options: BacklogOptions<T>;
  readonly #waiting = new Set<RingWatcher<T>>();
  #reading: AbortController | undefined;

  constructor(options: BacklogOptions<T>) {
    this.#options = options;
  }

  want(watcher: RingWatcher<T>): void {
    this.#waiting.add(watcher);
    if (this.#reading === undefined) void this.#read();
  }

  forget(watcher: RingWatcher<T>): void {
    if (this.#waiting.delete(watcher) && this.#waiting.size === 0) this.#reading?.abort();
  }

  async #read(): Promise<void> {
    while (this.#waiting.size > 0) {
      this.#reading = new AbortController();
      let after = Number.POSITIVE_INFINITY;
      for (const watcher of this.#waiting) after = Math.min(after, watcher.seen);
      try {
        this.#give(await this.#page(after, this.#reading.signal));
      } catch (error) {
        this.#refuse(after, error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#reading = undefined;
  }

  #give(page: Page<T>): void {
    const { ring } = this.#options;
    if (page.after < ring.after && page.reached >= ring.after) {
      ring.prepend(page.events.slice(0, page.indexAfter(ring.after)), page.after);
    }
    for (const watcher of [...this.#waiting]) {
      if (watcher.seen < page.after || watcher.seen >= page.reached) continue;
      this.#waiting.delete(watcher);
      watcher.turnTo(page);
    }
  }

  #refuse(after: number, error: Error): void {
    const oldest = error instanceof CompactedError ? Math.max(error.oldest, after + 1) : Number.POSITIVE_INFINITY;
    // A read that was given up leaves nobody waiting, or those who came since: they read again.
    if (this.#reading?.signal.aborted) return;
    for (const watcher of [...this.#waiting]) if (watcher.seen < oldest) watcher.end(error);
  }

  async #page(after: number, signal: AbortSignal): Promise<Page<T>> {
    const { storage, prefix, ring, room, after: timer } = this.#options;
    const limit = Math.max(PAGE_BYTES, room());
    const { changes, reached } = await readHistory({ storage, prefix, after, upTo: ring.after, limit, signal, timer });
    const events: Transition<T>[] = [];
    const states = new Map<string, T>();
    const slice = new Slice(this.#options.now);
    for (const change of changes) {
      events.push(this.#transition(change, states));
      if (!slice.spent()) continue;
      await nextTurn();
      slice.restart();
    }
    return new Page(after, reached, events);
  }

  /** `states` has the newest state of each key in this page, so that it is not decoded again as the `previous` of the next. */
  #transition({ key, revision, value, previous }: Change, states: Map<string, T>): Transition<T> {
    const before = states.get(key) ?? (previous && this.#options.decode(previous));
    if (value === undefined) {
      if (before === undefined) throw new StorageError(`${this.#options.storage.name} did not tell the state before the end of ${key}`);
      states.delete(key);
      return { key, revision, previous: before, current: undefined, gone: undefined };
    }
    const current = this.#options.decode({ key, value, revision });
    states.set(key, current);
    return { key, revision, previous: before, current, gone: undefined };
  }
}

/** Of what a watcher may hold while it reads history that does not fit into the ring. */
const PAGE_BYTES = 512 * 1024;
