import { type Change, CompactedError, type Storage, StorageError, type Stored } from "../storage.ts";
import type { Cached } from "./cached.ts";
import { Slice } from "./dispatcher.ts";
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

  /** As much of its beginning as holds so many bytes, an event at least. */
  beginning(bytes: number): Page<T> {
    let held = 0;
    for (let index = 0; index < this.events.length - 1; index++) {
      held += heldBy(this.events[index]!);
      if (held < bytes) continue;
      return new Page(this.after, this.events[index]!.revision, this.events.slice(0, index + 1));
    }
    return this;
  }
}

/** Both states, for a page shares them with nobody. */
const heldBy = ({ previous, current }: Transition<Cached>): number => (previous?.bytes ?? 0) + (current?.bytes ?? 0);

export interface BacklogOptions<T extends Cached> {
  readonly storage: Storage;
  readonly prefix: string;
  readonly ring: Ring<T>;
  /** How many bytes the ring can take in front. */
  room(): number;
  /** The present state of a key. */
  get(key: string): T | undefined;
  decode(stored: Stored): T;
  now(): number;
  after(ms: number, run: () => void): () => void;
}

/**
 * Reads from the store's history what the ring no longer has, or, after a restart, does not have yet. One read at a time per collection,
 * from the oldest place that anybody waits at. What reaches the ring without a gap and fits is put in front of it, so that a thousand
 * clients that come back after a restart cost one read. What does not is handed out in small pages: a client may keep its own for long.
 *
 *   ring (200, 260], with room for 16 MB; V waits at 120, W at 150. Read after 120:
 *     it reaches 200 and fits     ring (120, 260]; V and W read the ring
 *     it is full at 170           V takes the small page (120, 122] and asks again when it is through; up to 170 only small pages are read
 *     120 is compacted            V ends with the CompactedError; read again, after 150
 */
export class Backlog<T extends Cached> {
  readonly #options: BacklogOptions<T>;
  readonly #waiting = new Set<RingWatcher<T>>();
  #reading: AbortController | undefined;
  /** What begins before this revision is more than fits into the ring. */
  #tooFar = 0;

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

  #give(read: Page<T>): void {
    let page = read;
    if (page.after < this.#options.ring.after && !this.#putInFront(page)) {
      page = page.beginning(PAGE_BYTES);
      if (page !== read) this.#tooFar = Math.max(this.#tooFar, read.reached);
    }
    for (const watcher of [...this.#waiting]) {
      if (watcher.seen < page.after || watcher.seen >= page.reached) continue;
      this.#waiting.delete(watcher);
      watcher.turnTo(page);
    }
  }

  /** False if the page does not reach the ring, or does not fit. */
  #putInFront(page: Page<T>): boolean {
    const { ring } = this.#options;
    if (page.reached < ring.after) return false;
    return ring.prepend(this.#joined(page.events.slice(0, page.indexAfter(ring.after))), page.after);
  }

  /**
   * The same events, ending in the very records that the ring's events begin with, or the present has: an event in the ring is charged
   * with the state before it alone.
   */
  #joined(events: Transition<T>[]): Transition<T>[] {
    const { ring, get } = this.#options;
    /** Where the newest state of a key stands. */
    const ends = new Map<string, number>();
    for (const [index, { key, current }] of events.entries()) {
      if (current === undefined) ends.delete(key);
      else ends.set(key, index);
    }
    const share = (index: number, record: T | undefined) => {
      const event = events[index]!;
      if (record?.revision === event.current?.revision) events[index] = { ...event, current: record };
      ends.delete(event.key);
    };
    for (let position = ring.first; position < ring.next && ends.size > 0; position++) {
      const { key, previous } = ring.at(position)!;
      const index = ends.get(key);
      if (index !== undefined) share(index, previous);
    }
    for (const [key, index] of ends) share(index, get(key));
    return events;
  }

  #refuse(after: number, error: Error): void {
    const oldest = error instanceof CompactedError ? Math.max(error.oldest, after + 1) : Number.POSITIVE_INFINITY;
    // A read that was given up leaves nobody waiting, or those who came since: they read again.
    if (this.#reading?.signal.aborted) return;
    for (const watcher of [...this.#waiting]) if (watcher.seen < oldest) watcher.end(error);
  }

  async #page(after: number, signal: AbortSignal): Promise<Page<T>> {
    const { storage, prefix, ring, room, after: timer } = this.#options;
    const limit = after < this.#tooFar ? PAGE_BYTES : Math.max(PAGE_BYTES, room());
    const { changes, reached } = await readHistory({ storage, prefix, after, upTo: ring.after, limit, signal, timer });
    const events: Transition<T>[] = [];
    const states = new Map<string, T>();
    const slice = new Slice(this.#options.now);
    for (const change of changes) {
      events.push(this.#transition(change, states));
      if (slice.spent()) await slice.next();
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

/** What a watcher may hold while it reads history that does not fit into the ring. */
const PAGE_BYTES = 512 * 1024;
