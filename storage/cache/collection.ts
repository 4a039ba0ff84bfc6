import { sortable } from "../key-order.ts";
import type { Storage } from "../storage.ts";
import { type Change, CollectionLostError, FutureRevisionError, StorageError, type Stored } from "../storage.ts";
import type { Tree } from "../tree.ts";
import type { Applied } from "./applied.ts";
import { Audience } from "./audience.ts";
import { Backlog } from "./backlog.ts";
import { Budget } from "./budget.ts";
import type { Cached, Limits, Watcher, WatchOptions, WatchSink } from "./cached.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Freshness } from "./freshness.ts";
import { HeldSnapshots, PATH_BYTES } from "./held-snapshots.ts";
import { readWhole, readWindow } from "./load.ts";
import { Ring, type Transition } from "./ring.ts";
import { Snapshot, type Window } from "./snapshot.ts";
import { RingWatcher, type Source } from "./watcher.ts";

/** What the collections of a cache have in common. */
export interface Surroundings<T extends Cached> {
  readonly storage: Storage;
  decode(stored: Stored): T;
  tombstone(last: T, revision: number): T;
  now(): number;
  after(ms: number, run: () => void): () => void;
  readonly ring: Limits;
  readonly snapshots: Limits;
  readonly snapshotAge: number;
  readonly dispatcher: Dispatcher;
  readonly applied: Applied;
  readonly freshness: Freshness;
}

/** All objects of one resource in one control plane: their present, their recent past, and those who watch them. */
export class Collection<T extends Cached> implements Source<T> {
  readonly prefix: string;
  readonly ring: Ring<T>;
  readonly #around: Surroundings<T>;
  readonly #tree: Tree<T>;
  /** A copy of the tree that nobody writes to, good until the next write. */
  #view: Tree<T> | undefined;
  readonly #loadedAt: number;
  /** The revision of the newest write to this collection. */
  #written: number;
  readonly #held: HeldSnapshots<T>;
  readonly #ringBudget: Budget;
  readonly #heldBudget: Budget;
  readonly #backlog: Backlog<T>;
  readonly #watchers = new Set<RingWatcher<T>>();
  readonly #audiences = new Map<string, Audience<RingWatcher<T>>>();
  #lost: Error | undefined;

  /** `tree` is the state at `revision`. The budgets are those of the control plane. */
  constructor(around: Surroundings<T>, prefix: string, tree: Tree<T>, revision: number, budgets: { ring: Budget; snapshots: Budget }) {
    this.#around = around;
    this.prefix = prefix;
    this.#tree = tree;
    this.#loadedAt = revision;
    this.#written = revision;
    this.#ringBudget = new Budget(around.ring.collection, budgets.ring, (bytes) => this.ring.shed(bytes));
    this.#heldBudget = new Budget(around.snapshots.collection, budgets.snapshots, (bytes) => this.#held.shed(bytes));
    this.ring = new Ring(revision, this.#ringBudget);
    this.#held = new HeldSnapshots(this.#heldBudget, around.snapshotAge, around.now);
    const { storage, decode, now, after } = around;
    const room = () => this.#ringBudget.room;
    const get = (key: string) => this.get(key);
    this.#backlog = new Backlog({ storage, prefix, ring: this.ring, room, get, decode, now, after });
  }

  get dispatcher(): Dispatcher {
    return this.#around.dispatcher;
  }

  /** Everything up to here has been applied. Writes to other collections advance it too. */
  get revision(): number {
    return Math.max(this.#loadedAt, this.#around.applied.revision);
  }

  get size(): number {
    return this.#tree.size;
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#watchers.size;
  }

  get(key: string): T | undefined {
    return this.#tree.get(sortable(key));
  }

  /**
   * Undefined when a read now is as fresh as a linearizable read from the store; else resolves when it is. Rejects with a StorageError
   * when that takes more than three seconds, with a CollectionLostError when the collection is no longer fed.
   */
  fresh(): undefined | Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#unfed());
    return this.#around.freshness.wait()?.then(() => {
      if (this.#lost !== undefined) throw this.#unfed();
    });
  }

  /** True when `revision` is applied; false if it is not after `timeoutMs`. Rejects with a CollectionLostError when the collection is no longer fed. */
  reached(revision: number, timeoutMs: number): true | Promise<boolean> {
    if (this.#lost === undefined && revision <= this.revision) return true;
    return this.#reach(revision, timeoutMs);
  }

  async #reach(revision: number, timeoutMs: number): Promise<boolean> {
    const reached = await this.#around.applied.reach(revision, timeoutMs);
    // the cache may have come so far by leaving this collection behind
    if (reached && this.#lost !== undefined) throw this.#unfed();
    return reached;
  }

  /** The present. O(1), and one path of nodes for the next write. */
  snapshot(): Snapshot<T> {
    return new Snapshot(this.revision, this.#present());
  }

  /** Keeps the present for {@link at}, within the budget and for the time that pages of a list may take. */
  hold(): void {
    this.#held.add(this.#present(), this.#written, Number.POSITIVE_INFINITY, 0);
  }

  /**
   * The state as of an exact revision: the present, a held state, the present with the ring's events undone, or, as a promise, from the
   * store's history; then only `window` is read, if given (see {@link Snapshot.next}).
   * Throws or rejects with a FutureRevisionError, a CompactedError or what the store says.
   */
  at(revision: number, window?: Window): Snapshot<T> | Promise<Snapshot<T>> {
    if (revision > this.revision) throw new FutureRevisionError(this.revision);
    if (revision >= this.#written) return new Snapshot(revision, this.#present());
    const tree = this.#held.find(revision) ?? this.#undone(revision);
    if (tree !== undefined) return new Snapshot(revision, tree);
    return window === undefined ? this.#wholeFromStore(revision) : readWindow(this.#around, { ...window, revision });
  }

  /** See {@link WatchOptions}. Never throws: what is wrong is told to `sink.end`. */
  watch(options: WatchOptions<T>, sink: WatchSink<T>): Watcher {
    const watcher = new RingWatcher(this, options, sink);
    this.#watchers.add(watcher);
    if (this.#lost !== undefined) {
      const lost = this.#lost;
      this.dispatcher.schedule({
        run() {
          watcher.end(lost);
          return true;
        },
      });
    }
    return watcher;
  }

  /** A change of the stream. In order of revision; those that the load has seen already are skipped. */
  apply({ key, revision, value }: Change): void {
    if (revision <= this.#written) return;
    const place = sortable(key);
    const previous = this.#tree.get(place);
    if (value === undefined && previous === undefined) return;
    const current = value === undefined ? undefined : this.#around.decode({ key, value, revision });
    this.#view = undefined;
    if (current === undefined) this.#tree.delete(place);
    else this.#tree.set(place, current);
    this.#held.written(revision, previous?.bytes ?? 0);
    this.#written = revision;
    this.#mark(key, revision);
    this.ring.append({ key, revision, previous, current, gone: undefined });
  }

  /** No longer fed: ends the watches. Reads that hold on to it fail. */
  lose(error: Error | undefined): void {
    this.#lost = error ?? new StorageError("the watch cache was closed");
    for (const watcher of [...this.#watchers]) watcher.end(error);
    this.#ringBudget.close();
    this.#heldBudget.close();
  }

  tombstone(event: Transition<T>): T {
    event.gone ??= this.#around.tombstone(event.previous!, event.revision);
    return event.gone;
  }

  audience(scope: string): Audience<RingWatcher<T>> {
    let audience = this.#audiences.get(scope);
    if (audience === undefined) {
      audience = new Audience(scope, this.dispatcher);
      this.#audiences.set(scope, audience);
    }
    audience.users++;
    return audience;
  }

  wantsHistory(watcher: RingWatcher<T>): void {
    this.#backlog.want(watcher);
  }

  left(watcher: RingWatcher<T>, audience: Audience<RingWatcher<T>>): void {
    this.#watchers.delete(watcher);
    this.#backlog.forget(watcher);
    if (--audience.users === 0) this.#audiences.delete(audience.scope);
  }

  /** Tells the audiences that the event to be appended is for: those of the folders that the key lies in, and the key's own. */
  #mark(key: string, revision: number): void {
    if (this.#audiences.size === 0) return;
    const position = this.ring.next;
    this.#audiences.get(this.prefix)?.mark(position, revision);
    for (let slash = key.indexOf("/", this.prefix.length); slash !== -1; slash = key.indexOf("/", slash + 1)) {
      this.#audiences.get(key.slice(0, slash + 1))?.mark(position, revision);
    }
    this.#audiences.get(key)?.mark(position, revision);
  }

  #present(): Tree<T> {
    this.#view ??= this.#tree.clone();
    return this.#view;
  }

  #unfed(): CollectionLostError {
    return new CollectionLostError(this.#lost);
  }

  /** Takes the ring's events above `revision` back from the nearest newer state. */
  #undone(revision: number): Tree<T> | undefined {
    const { ring } = this;
    if (ring.after > revision) return undefined;
    const newer = this.#held.newerThan(revision) ?? { tree: this.#present(), from: this.#written };
    const first = ring.positionAfter(revision);
    let position = ring.positionAfter(newer.from);
    const events = position - first;
    if (events > MOST_UNDONE) return undefined;
    const tree = newer.tree.clone();
    while (position > first) {
      const { key, previous } = ring.at(--position)!;
      if (previous === undefined) tree.delete(sortable(key));
      else tree.set(sortable(key), previous);
    }
    const until = Math.min(ring.at(first)?.revision ?? newer.from, newer.from) - 1;
    this.#held.add(tree, ring.at(first - 1)?.revision ?? ring.after, until, events * PATH_BYTES);
    return tree;
  }

  async #wholeFromStore(revision: number): Promise<Snapshot<T>> {
    const { tree, bytes } = await readWhole(this.#around, this.prefix, revision);
    this.#held.add(tree, revision, revision, bytes);
    return new Snapshot(revision, tree);
  }
}

/** So that it is done in a few milliseconds. */
const MOST_UNDONE = 1_000;
