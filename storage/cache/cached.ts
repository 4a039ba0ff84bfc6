import type { Storage, Stored } from "../storage.ts";
import type { Snapshot } from "./snapshot.ts";

/** One object at one revision, as the cache's user wants to have it at hand. Immutable, apart from what is computed on first demand. */
export interface Cached {
  readonly key: string;
  /** The revision of the write that made this state. */
  readonly revision: number;
  /** What it costs in memory, for the budgets. Never changes. */
  readonly bytes: number;
}

export interface CacheOptions<T extends Cached> {
  readonly storage: Storage;
  /** What was stored becomes a record. Called once per write, on the way in: cheap, and it must not throw for what a disk may hold. */
  decode(stored: Stored): T;
  /** The last state of an object that is gone, carrying the revision of its end. */
  tombstone(last: T, revision: number): T;
  /** Milliseconds that never go back; only differences matter. */
  now(): number;
  /** Runs `run` once after `ms`; the result takes it back. Default: an unreferenced timer. */
  after?(ms: number, run: () => void): () => void;
  /** Bytes of past events. */
  readonly ring?: Partial<Limits>;
  /** Bytes of held past states. */
  readonly snapshots?: Partial<Limits>;
  /** How long a held state is of use. Default: the five minutes after which history is compacted. */
  readonly snapshotAge?: number;
}

export interface Limits {
  readonly collection: number;
  readonly controlPlane: number;
  readonly total: number;
}

export type EventType = "ADDED" | "MODIFIED" | "DELETED";

export interface WatchOptions<T extends Cached> {
  /** Only events after this revision. It may lie in the future. Of no effect with `initial`. */
  readonly after: number;
  /** A folder (ending in `/`: everything under it) or the key of one object. */
  readonly scope: string;
  /** The selector. Pure; asked about the state before and after each event. */
  readonly matches?: (record: T) => boolean;
  /** Sent first, as ADDED events in key order; then what came after its revision. */
  readonly initial?: Snapshot<T>;
}

/** Where a watch's events go. Never called from within `watch()` or `resume()`. */
export interface WatchSink<T extends Cached> {
  /**
   * An event as this watcher sees it. The record is shared by all watchers: for DELETED it is the tombstone of the last state that this
   * watcher selected. False asks for a pause until `resume()`; the event itself was taken.
   */
  event(type: EventType, record: T): boolean;
  /** All of `initial` was sent; false as above. */
  initialEnd?(revision: number): boolean;
  /**
   * The watch is over and nothing follows: a CompactedError when events were missed that history no longer has, another error when the
   * cache cannot go on, undefined when it was closed. Not called after the watcher's own `close()`.
   */
  end(error: Error | undefined): void;
}

export interface Watcher {
  /** Everything up to here that this watcher selects was given to the sink; 0 while initial events are under way. Advances in silence too. */
  readonly revision: number;
  resume(): void;
  close(): void;
}
