import { type Change, CompactedError, StorageError, type Watch } from "../storage.ts";
import { Applied } from "./applied.ts";
import { Budget } from "./budget.ts";
import type { Cached, CacheOptions, Limits } from "./cached.ts";
import { Collection, type Surroundings } from "./collection.ts";
import { Dispatcher } from "./dispatcher.ts";
import { Freshness } from "./freshness.ts";
import { readWhole } from "./load.ts";

/**
 * All that is read and watched, in memory: one ordered stream of the store's changes feeds every collection that somebody has asked for.
 *
 *   start                      the stream begins after revision 40, the store's newest
 *   collection(G/nets/root/)   is registered: its changes are kept aside. It is read from the store at revision 42.
 *   42 +a 43 +b arrive         kept aside
 *   the read ends              state at 42, then 43 is applied; 42 is known already. Its ring begins after 42.
 *   44 +G/other/root/x         nobody has asked for it: only the revision advances. A list of G/nets/root/ now shows revision 44.
 *   45 update a                applied to the tree, appended to the ring; caught-up watchers of G/nets/root/ and of a's namespace are told in the
 *                              next turn of the event loop, in slices.
 *
 * When the stream breaks it is taken up again where it ended. If history no longer reaches that far, there would be a gap: then all
 * collections are dropped, their watches end with the CompactedError, and each is read again when it is next asked for.
 */
export class WatchCache<T extends Cached> {
  readonly #around: Surroundings<T>;
  readonly #applied: Applied;
  readonly #routes = new Map<string, Collection<T> | Loading<T>>();
  readonly #ringTotal: Budget;
  readonly #heldTotal: Budget;
  readonly #planes = new Map<string, PlaneBudgets>();
  #stream: Watch | undefined;
  /** Counts the breaks in the stream that leave a gap: what was begun before one cannot be finished. */
  #generation = 0;
  /** Resolves when the stream is open. */
  #open: Promise<void> = Promise.reject(new StorageError("the watch cache was not started"));
  #backOff = FIRST_BACK_OFF;
  #problem: Error | undefined;
  #closed = false;

  constructor(options: CacheOptions<T>) {
    const { storage, now, after = timer } = options;
    this.#open.catch(() => {});
    this.#applied = new Applied(after, () => this.#stream?.requestProgress());
    this.#around = {
      storage,
      decode: options.decode.bind(options),
      tombstone: options.tombstone.bind(options),
      now,
      after,
      ring: { ...RING_LIMITS, ...options.ring },
      snapshots: { ...SNAPSHOT_LIMITS, ...options.snapshots },
      snapshotAge: options.snapshotAge ?? SNAPSHOT_AGE_MS,
      dispatcher: new Dispatcher(now),
      applied: this.#applied,
      freshness: new Freshness(storage, this.#applied, after),
    };
    this.#ringTotal = new Budget(this.#around.ring.total);
    this.#heldTotal = new Budget(this.#around.snapshots.total);
  }

  /** Opens the stream. Rejects with what the store says. */
  start(): Promise<void> {
    this.#open = this.#begin();
    return this.#open;
  }

  /** Ends all watches without an error. */
  close(): void {
    this.#closed = true;
    this.#stream?.close();
    this.#drop(undefined);
    this.#applied.close();
    this.#around.dispatcher.close();
  }

  /** Everything up to here has been applied to every collection that is loaded. */
  get revision(): number {
    return this.#applied.revision;
  }

  /** Why the cache is not fed at the moment. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Resolves once the cache is as fresh as the store is now; rejects with what stands in the way. For `/readyz`. */
  async check(): Promise<void> {
    if (this.#problem !== undefined) throw this.#problem;
    await this.#around.freshness.wait();
  }

  /** Bytes of past events and of held past states. */
  get bytes(): { readonly ring: number; readonly snapshots: number } {
    return { ring: this.#ringTotal.used, snapshots: this.#heldTotal.used };
  }

  /**
   * The collection of all keys under `{group}/{resource}/{controlPlane}/`: at once when it is loaded, else when it is. Not to be kept from
   * one request to the next: after a gap in the stream there is a new one. Rejects with what the store says, or what `decode` throws.
   */
  collection(prefix: string): Collection<T> | Promise<Collection<T>> {
    const route = this.#routes.get(prefix);
    if (route instanceof Collection) return route;
    if (route !== undefined) return route.done;
    if (collectionOf(prefix) !== prefix) throw new TypeError(`not a collection: ${prefix}`);
    return new Loading<T>((loading) => {
      this.#routes.set(prefix, loading);
      return this.#load(prefix, loading);
    }).done;
  }

  /** The collection if it is loaded. */
  loaded(prefix: string): Collection<T> | undefined {
    const route = this.#routes.get(prefix);
    return route instanceof Collection ? route : undefined;
  }

  /**
   * Lets go of the collections whose names begin so, as their contents now read differently: their watches end, and they are read again
   * when next asked for.
   * @param head `{group}/{resource}/`
   */
  forget(head: string): void {
    for (const [prefix, route] of this.#routes) {
      if (!prefix.startsWith(head)) continue;
      if (route instanceof Collection) {
        this.#routes.delete(prefix);
        route.lose(undefined);
      } else route.stale = true;
    }
  }

  async #load(prefix: string, loading: Loading<T>): Promise<Collection<T>> {
    try {
      for (let attempt = 1; ; attempt++) {
        await this.#open;
        const generation = this.#generation;
        loading.changes = [];
        loading.stale = false;
        try {
          const { tree, revision } = await readWhole(this.#around, prefix);
          if (this.#closed) throw new StorageError("the watch cache was closed");
          if (generation !== this.#generation || loading.stale) continue;
          const collection = new Collection(this.#around, prefix, tree, revision, this.#plane(prefix));
          for (const change of loading.changes) collection.apply(change);
          this.#routes.set(prefix, collection);
          return collection;
        } catch (error) {
          // Reading took longer than history is kept.
          if (!(error instanceof CompactedError) || attempt >= LOAD_ATTEMPTS) throw error;
        }
      }
    } catch (error) {
      this.#routes.delete(prefix);
      throw error;
    }
  }

  #plane(prefix: string): PlaneBudgets {
    const name = prefix.slice(prefix.lastIndexOf("/", prefix.length - 2) + 1, -1);
    let budgets = this.#planes.get(name);
    if (budgets === undefined) {
      const { ring, snapshots } = this.#around;
      budgets = { ring: new Budget(ring.controlPlane, this.#ringTotal), snapshots: new Budget(snapshots.controlPlane, this.#heldTotal) };
      this.#planes.set(name, budgets);
    }
    return budgets;
  }

  async #begin(): Promise<void> {
    const revision = await this.#around.storage.currentRevision();
    if (this.#closed) return;
    this.#applied.advance(revision);
    this.#follow(revision);
  }

  #follow(after: number): void {
    this.#problem = undefined;
    let over = false;
    try {
      this.#stream = this.#around.storage.watch(
        { prefix: "", after },
        {
          changes: (batch) => this.#changes(batch),
          progress: (revision) => this.#progress(revision),
          failed: (error) => {
            if (over) return;
            over = true;
            this.#failed(error);
          },
        },
      );
    } catch (error) {
      this.#failed(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #changes(batch: readonly Change[]): void {
    let revision = 0;
    for (const change of batch) {
      revision = change.revision;
      const name = collectionOf(change.key);
      const route = name === undefined ? undefined : this.#routes.get(name);
      if (route === undefined) continue;
      if (!(route instanceof Collection)) {
        route.changes.push(change);
        continue;
      }
      try {
        route.apply(change);
      } catch (error) {
        // A collection that missed a change would lie from now on.
        this.#routes.delete(route.prefix);
        route.lose(error instanceof Error ? error : new Error(String(error)));
      }
    }
    this.#progress(revision);
  }

  #progress(revision: number): void {
    this.#backOff = FIRST_BACK_OFF;
    this.#applied.advance(revision);
  }

  #failed(error: Error): void {
    this.#problem = error;
    this.#stream = undefined;
    if (this.#closed) return;
    if (!(error instanceof CompactedError)) {
      this.#later(() => this.#follow(this.#applied.revision));
      return;
    }
    this.#generation++;
    this.#drop(error);
    this.#open = this.#beginAgain();
  }

  async #beginAgain(): Promise<void> {
    for (;;) {
      try {
        return await this.#begin();
      } catch (error) {
        this.#problem = error instanceof Error ? error : new Error(String(error));
        await new Promise<void>((resolve) => this.#later(resolve));
      }
    }
  }

  #later(run: () => void): void {
    this.#around.after(this.#backOff, () => {
      if (!this.#closed) run();
    });
    this.#backOff = Math.min(this.#backOff * 2, LAST_BACK_OFF);
  }

  #drop(error: Error | undefined): void {
    for (const [prefix, route] of this.#routes) {
      if (!(route instanceof Collection)) continue;
      this.#routes.delete(prefix);
      route.lose(error);
    }
  }
}

/** A collection that is being read; its changes wait. */
class Loading<T extends Cached> {
  changes: Change[] = [];
  /** What has been read so far reads differently now: it is to be read again. */
  stale = false;
  readonly done: Promise<Collection<T>>;

  constructor(load: (loading: Loading<T>) => Promise<Collection<T>>) {
    this.done = load(this);
  }
}

interface PlaneBudgets {
  readonly ring: Budget;
  readonly snapshots: Budget;
}

/** The first three parts of a key; undefined if it has fewer. */
function collectionOf(key: string): string | undefined {
  const end = key.indexOf("/", key.indexOf("/", key.indexOf("/") + 1) + 1);
  return end === -1 ? undefined : key.slice(0, end + 1);
}

function timer(ms: number, run: () => void): () => void {
  const timeout = setTimeout(run, ms);
  timeout.unref();
  return () => clearTimeout(timeout);
}

const MB = 1024 * 1024;
const RING_LIMITS: Limits = { collection: 16 * MB, controlPlane: 64 * MB, total: 128 * MB };
const SNAPSHOT_LIMITS: Limits = { collection: 16 * MB, controlPlane: 32 * MB, total: 64 * MB };
const SNAPSHOT_AGE_MS = 5 * 60_000;
const LOAD_ATTEMPTS = 3;
const FIRST_BACK_OFF = 100;
const LAST_BACK_OFF = 10_000;
