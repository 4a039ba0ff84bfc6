/**
 * The contract of every storage engine: bytes by key with revisions.
 *
 * A revision is a number that grows by at least one with every write, over all keys, and never goes back, across restarts too. What an
 * engine shows (an answer, a read, a watch) is durable already: nothing is visible before it is flushed. Engines pass the suite in
 * `storage/contract/`.
 *
 * Keys are `{group}/{resource}/{controlPlane}/…` and sort by their UTF-8 bytes. Values are opaque.
 */
export interface Storage {
  /** For logs and `/readyz`. */
  readonly name: string;

  /**
   * No other process writes here, and observers are told of every change before anyone else can know of it: a cache that is fed by a
   * watch is never behind. Then `currentRevision` is a plain number.
   */
  readonly exclusive: boolean;

  /** The value of a key, as fresh as a linearizable read. */
  get(key: string): Promise<Stored | undefined>;

  /**
   * The value of a key that a write would store in another form, since the rules of encryption have changed; undefined where it would not.
   * Only where values have a form of their own in the store.
   */
  stale?(key: string): Promise<Stored | undefined>;

  /** A range of keys in order, all as of one revision. */
  scan(range: Range): Promise<Scanned>;

  /**
   * Stores a key that does not exist. The engine may hold on to `value` and show it to observers: it must not change afterwards.
   *
   * All three writes reject with a {@link StorageError} if the write certainly was not and will not be stored (an empty key, a key or value
   * that is too large for the engine, a full disk, no leader), and with an {@link UnknownOutcomeError} if nobody knows.
   */
  create(key: string, value: Uint8Array): Promise<WriteResult>;

  /** Replaces a key whose last write was `revision`; a revision of 0 or less never matches. */
  update(key: string, value: Uint8Array, revision: number): Promise<WriteResult>;

  /** Removes a key whose last write was `revision`. The removal has a revision of its own. */
  delete(key: string, revision: number): Promise<WriteResult>;

  /**
   * Tells `observer` every change after `after` (exclusive) whose key starts with `prefix`, in revision order, without a gap or a repeat.
   * `after` may lie in the past as far as history reaches; older, the observer's `failed` gets a {@link CompactedError}.
   */
  watch(range: WatchRange, observer: Observer): Watch;

  /**
   * The newest revision that a linearizable read could see now. A plain number where the engine knows it without asking anyone; then
   * every change up to it has been told to the observers already.
   */
  currentRevision(): number | Promise<number>;

  /**
   * Forgets history: reads and watches at revisions before `revision` may fail from now on, those at it and later still work. A revision
   * that was compacted before is fine, one that is not there yet rejects with a {@link FutureRevisionError}. The embedded engine compacts
   * by itself too; etcd does what it is told.
   */
  compact(revision: number): Promise<void>;

  /** Resolves when the engine can serve; rejects with what is wrong otherwise. Used by `/readyz`. */
  check(): Promise<void>;

  /** What there is to measure, for `/metrics`. Rejects with a {@link StorageError}. */
  stats?(): Promise<StorageStats>;

  /** Flushes and releases everything; open watches end without an error. */
  close(): Promise<void>;
}

export interface Stored {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision of the key's last write. */
  readonly revision: number;
}

export interface Range {
  readonly prefix: string;
  /** Start at the first key that is greater than or equal to this one, instead of at the prefix. */
  readonly from?: string;
  /** At most that many keys. */
  readonly limit?: number;
  /** As of that revision instead of now; {@link CompactedError} if history no longer has it, {@link FutureRevisionError} if it is not there yet. */
  readonly revision?: number;
}

export interface Scanned {
  readonly items: readonly Stored[];
  /** The revision that the read shows: `range.revision` if given, else the newest one. */
  readonly revision: number;
  /** Keys of the range beyond `limit`. */
  readonly remaining: number;
}

/** `current` is what stands in the way: the key's newest state, or undefined if there is none. */
export type WriteResult = { readonly ok: true; readonly revision: number } | { readonly ok: false; readonly current: Stored | undefined };

export interface WatchRange {
  readonly prefix: string;
  readonly after: number;
  /** Tell the state before each change too. */
  readonly previous?: boolean;
}

/** One write. `value` is absent when the key was removed; `previous` is there when it was asked for and existed. */
export interface Change {
  readonly key: string;
  readonly revision: number;
  readonly value: Uint8Array | undefined;
  readonly previous?: Stored;
}

export interface Observer {
  /** Changes in revision order. Called with durable changes only, never re-entrantly. */
  changes(batch: readonly Change[]): void;
  /** Everything up to this revision has been told. */
  progress?(revision: number): void;
  /** The watch is over: {@link CompactedError}, or what broke the engine. A lost connection is not told; the engine resumes by itself. */
  failed(error: Error): void;
}

export interface Watch {
  /** Asks the engine to call `progress` soon, even if nothing changes. */
  requestProgress(): void;
  close(): void;
}

export interface StorageStats {
  /** What the database takes on the disk; undefined where nobody answers. */
  readonly bytes: number | undefined;
  /** Who keeps it, where that is several. */
  readonly members?: readonly StorageMember[];
}

export interface StorageMember {
  readonly endpoint: string;
  /** It answers and knows a leader. */
  readonly healthy: boolean;
  readonly leads: boolean;
  /** What its database takes on the disk, and what of that is in use; undefined where it does not answer. */
  readonly bytes: number | undefined;
  readonly bytesInUse: number | undefined;
}

/** History no longer reaches the revision asked for. */
export class CompactedError extends Error {
  /** The oldest revision that can still be asked for. */
  readonly oldest: number;
  constructor(oldest: number) {
    super(`required revision has been compacted; the oldest kept is ${oldest}`);
    this.name = "CompactedError";
    this.oldest = oldest;
  }
}

/** A read asked for a revision that does not exist yet. */
export class FutureRevisionError extends Error {
  readonly current: number;
  constructor(current: number) {
    super(`required revision is in the future; the current one is ${current}`);
    this.name = "FutureRevisionError";
    this.current = current;
  }
}

/** A write may or may not have been stored: the answer did not come in time or the connection broke. */
export class UnknownOutcomeError extends Error {
  constructor(cause: unknown) {
    super("the outcome of the write is unknown", { cause });
    this.name = "UnknownOutcomeError";
  }
}

/** The engine could not do it: disk full, an I/O error, no leader. The write is not visible and will not become so. */
export class StorageError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StorageError";
  }
}

/** The watch cache let go of the collection that was read: what is asked again finds it loaded anew. */
export class CollectionLostError extends StorageError {
  constructor(cause?: unknown) {
    super("the collection is being loaded again", cause);
    this.name = "CollectionLostError";
  }
}

/** The engine gave no answer in time. Of a write: it certainly was not and will not be stored. */
export class StorageTimeoutError extends StorageError {
  constructor(message: string, cause?: unknown) {
    super(message, cause);
    this.name = "StorageTimeoutError";
  }
}

/** The key and the value are more than the store takes in one write. In etcd's words, whatever the engine, as kube-apiserver passes them on. */
export class TooLargeError extends StorageError {
  constructor(cause?: unknown) {
    super("etcdserver: request is too large", cause);
    this.name = "TooLargeError";
  }
}
