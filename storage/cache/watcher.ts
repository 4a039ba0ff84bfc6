import type { Audience, Listener } from "./audience.ts";
import type { Page } from "./backlog.ts";
import type { Cached, Watcher, WatchOptions, WatchSink } from "./cached.ts";
import type { Dispatcher, Slice, Task } from "./dispatcher.ts";
import type { Ring, Transition } from "./ring.ts";

/** What a watcher sees of its collection. */
export interface Source<T extends Cached> {
  readonly prefix: string;
  readonly revision: number;
  readonly ring: Ring<T>;
  readonly dispatcher: Dispatcher;
  /** The last state of what is gone (or has left a selection), made once per event. */
  tombstone(event: Transition<T>): T;
  audience(scope: string): Audience<RingWatcher<T>>;
  /** Reads history for a watcher whose place the ring has overwritten, and gives it a page or ends it. */
  wantsHistory(watcher: RingWatcher<T>): void;
  left(watcher: RingWatcher<T>, audience: Audience<RingWatcher<T>>): void;
}

/**
 * A cursor into a collection's ring. It is in one of four places:
 *
 *   apart      has something to read on its own: initial records, a page of history, or the ring from where it stopped. A task of the dispatcher.
 *   waiting    for history to be read, with nothing but the revision it has seen
 *   paused     its sink wants nothing now; nobody looks at it
 *   caught up  a member of its scope's audience
 */
export class RingWatcher<T extends Cached> implements Watcher, Listener, Task {
  readonly #source: Source<T>;
  readonly #sink: WatchSink<T>;
  readonly #matches: ((record: T) => boolean) | undefined;
  readonly #scope: string;
  readonly #audience: Audience<RingWatcher<T>>;
  #initial: InitialRecords<T> | undefined;
  #page: Page<T> | undefined;
  /** Everything up to this revision was examined. Events at or below it are never sent, wherever they come from. */
  #seen: number;
  /** The next position to read, while caught up. */
  #cursor = Number.NEGATIVE_INFINITY;
  #paused = false;
  #resumed = false;
  #closed = false;

  constructor(source: Source<T>, { after, scope, matches, initial }: WatchOptions<T>, sink: WatchSink<T>) {
    this.#source = source;
    this.#sink = sink;
    this.#matches = matches;
    this.#scope = scope;
    this.#audience = source.audience(scope);
    this.#initial = initial && { records: initial.range(scope), revision: initial.revision };
    this.#seen = initial?.revision ?? after;
    source.dispatcher.schedule(this);
  }

  get revision(): number {
    if (this.#initial !== undefined) return 0;
    if (!this.#audience.members.has(this)) return this.#seen;
    return Math.max(this.#seen, this.#audience.seen ?? this.#source.revision);
  }

  resume(): void {
    this.#resumed = true;
    if (!this.#paused) return;
    this.#paused = false;
    this.#source.dispatcher.schedule(this);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#audience.members.delete(this);
    this.#initial = undefined;
    this.#page = undefined;
    this.#source.left(this, this.#audience);
  }

  /** Ends it from the inside. */
  end(error: Error | undefined): void {
    if (this.#closed) return;
    this.close();
    try {
      this.#sink.end(error);
    } catch {
      // A sink that fails while it is being told of its end has nobody left to tell.
    }
  }

  /** Everything up to this revision was examined, for those that read history. */
  get seen(): number {
    return this.#seen;
  }

  /** A page of history that begins at or before what this one has seen. */
  turnTo(page: Page<T>): void {
    this.#page = page;
    this.#source.dispatcher.schedule(this);
  }

  follow(position: number, slice: Slice): boolean {
    if (this.#closed || !this.#audience.members.has(this)) return true;
    this.#seen = Math.max(this.#seen, this.#audience.seen ?? 0);
    const done = this.#readRing(Math.max(position, this.#cursor), slice);
    if (done === "overrun" || this.#paused) {
      this.#audience.members.delete(this);
      if (!this.#paused) this.#source.dispatcher.schedule(this);
    }
    return done !== "slice over";
  }

  run(slice: Slice): boolean {
    if (this.#closed || this.#paused) return true;
    if (this.#initial !== undefined && !this.#sendInitial(this.#initial, slice)) return this.#closed || this.#paused;
    for (;;) {
      const { ring } = this.#source;
      if (ring.after <= this.#seen) {
        this.#page = undefined;
        const done = this.#readRing(ring.positionAfter(this.#seen), slice);
        if (done === "overrun") continue;
        if (done === "end" && !this.#closed && !this.#paused) this.#audience.members.add(this);
        return done !== "slice over";
      }
      if (this.#page === undefined) {
        this.#source.wantsHistory(this);
        return true;
      }
      if (!this.#readPage(this.#page, slice)) return this.#closed || this.#paused;
    }
  }

  /** False when it stopped before the end. */
  #sendInitial({ records, revision }: InitialRecords<T>, slice: Slice): boolean {
    for (;;) {
      let step: IteratorResult<T> | undefined;
      this.#resumed = false;
      try {
        step = records.next();
        if (!step.done && this.#inScope(step.value.key) && (this.#matches === undefined || this.#matches(step.value))) {
          this.#took(this.#sink.event("ADDED", step.value));
        } else if (step.done) {
          this.#initial = undefined;
          this.#took(this.#sink.initialEnd?.(revision) ?? true);
        }
      } catch (error) {
        this.#broke(error);
      }
      if (this.#closed || this.#paused) return false;
      if (step?.done) return true;
      if (slice.spent()) return false;
    }
  }

  #readPage(page: Page<T>, slice: Slice): boolean {
    for (let index = page.indexAfter(this.#seen); index < page.events.length; index++) {
      this.#offer(page.events[index]!);
      if (this.#closed || this.#paused || slice.spent()) return false;
    }
    this.#seen = Math.max(this.#seen, page.reached);
    this.#page = undefined;
    return true;
  }

  #readRing(position: number, slice: Slice): "end" | "slice over" | "overrun" {
    const { ring } = this.#source;
    for (this.#cursor = position; this.#cursor < ring.next; ) {
      const event = ring.at(this.#cursor);
      if (event === undefined) return "overrun";
      this.#cursor++;
      this.#offer(event);
      if (this.#closed || this.#paused) return "end";
      if (slice.spent()) return "slice over";
    }
    this.#seen = Math.max(this.#seen, this.#source.revision);
    return "end";
  }

  /** Sends an event if it is for this watcher. */
  #offer(event: Transition<T>): void {
    if (event.revision <= this.#seen) return;
    if (this.#inScope(event.key)) {
      this.#resumed = false;
      try {
        this.#took(this.#send(event));
      } catch (error) {
        this.#broke(error);
      }
    }
    this.#seen = event.revision;
  }

  /** What an event is called depends on what the watcher selected before and selects now. */
  #send(event: Transition<T>): boolean {
    const matches = this.#matches;
    const { previous, current } = event;
    const was = previous !== undefined && (matches === undefined || matches(previous));
    if (current !== undefined && (matches === undefined || matches(current))) return this.#sink.event(was ? "MODIFIED" : "ADDED", current);
    return was ? this.#sink.event("DELETED", this.#source.tombstone(event)) : true;
  }

  #inScope(key: string): boolean {
    const scope = this.#scope;
    return scope === this.#source.prefix || (scope.endsWith("/") ? key.startsWith(scope) : key === scope);
  }

  #took(goOn: boolean): void {
    if (!goOn && !this.#resumed) this.#paused = true;
  }

  /** Code of the watch's owner failed: that ends this watch and no other. */
  #broke(error: unknown): void {
    this.end(error instanceof Error ? error : new Error(String(error)));
  }
}

interface InitialRecords<T> {
  readonly records: Iterator<T>;
  readonly revision: number;
}
