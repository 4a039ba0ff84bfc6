import { setImmediate as nextTurn } from "node:timers/promises";
import {
  CompactedError,
  FutureRevisionError,
  type Observer,
  type Range,
  type Scanned,
  type Storage,
  StorageError,
  type StorageStats,
  type Stored,
  TooLargeError,
  type Watch,
  type WatchRange,
  type WriteResult,
} from "../storage.ts";
import type { Retention } from "./compaction.ts";
import { type Database, type KeyBytes, MAX_KEY_BYTES } from "./database.ts";
import { Copier, copyValue, isIntact, isRemoval, previousOf } from "./record.ts";
import type { State } from "./state.ts";
import { type History, Watcher } from "./watcher.ts";
import { type Operation, Writes, type Written } from "./writes.ts";

/** etcd's limit, and its words. */
const MAX_VALUE_BYTES = 1.5 * 1024 * 1024;

/** A slice of a scan takes that long at most before others have their turn. */
const SLICE_MILLISECONDS = 3;

/**
 * The embedded engine: multi-version storage as in etcd's `mvcc`, in one LMDB file.
 *
 *     write            records (revision -> record)         keys (key -> newest revision)
 *     create a         2: a, previous 0                     a -> 2
 *     create b         3: b, previous 0                     a -> 2, b -> 3
 *     update a         4: a, previous 2                     a -> 4, b -> 3
 *     delete b         5: b removed, previous 3             a -> 4, b -> -5
 *
 * `get(b)`: -5, removed. `scan` at revision 3: a -> 4 is too new, its previous is 2: there it is; b -> -5 is too new, its previous is 3.
 * A value is written once, and history costs a read only the steps from the newest write down to the one it asks for.
 *
 * Reads are as of the last *published* revision. LMDB shows a commit as soon as it is durable, a moment before the writer's thread can say
 * so; what such a read finds too new is skipped like any newer write. Reads are synchronous underneath and yield between slices.
 */
export class EmbeddedStorage implements Storage, History {
  readonly name = "embedded";
  readonly exclusive = true;
  readonly database: Database;
  readonly #writes: Writes;
  readonly #watchers = new Set<Watcher>();
  #published: number;
  #broken: StorageError | undefined;
  #closed: Promise<void> | undefined;

  constructor(database: Database, state: State, retention: Retention, now: () => number) {
    this.database = database;
    this.#published = state.revision;
    this.#writes = new Writes({
      database,
      state,
      retention,
      now,
      publish: (next, written) => this.#publish(next, written),
      broke: (error) => {
        this.#broken = error;
        for (const watcher of [...this.#watchers]) watcher.fail(error);
      },
    });
  }

  get published(): number {
    return this.#published;
  }

  get oldest(): number {
    return this.#writes.oldest;
  }

  currentRevision(): number {
    return this.#published;
  }

  async get(key: string): Promise<Stored | undefined> {
    this.#mustBeOpen();
    // A key that cannot be written cannot be there.
    if (key === "" || Buffer.byteLength(key) > MAX_KEY_BYTES) return undefined;
    return reading(() => this.#storedAt(key, this.database.newest(key), this.#published));
  }

  async scan(range: Range): Promise<Scanned> {
    for (;;) {
      this.#mustBeOpen();
      const revision = range.revision ?? this.#published;
      if (revision > this.#published) throw new FutureRevisionError(this.#published);
      if (revision < this.oldest) throw new CompactedError(this.oldest);
      const scanned = await this.#scanAt(range, revision);
      if (scanned !== undefined) return scanned;
      // Compaction overtook the scan between two slices: at an explicit revision that is an error, else the newest state serves as well.
    }
  }

  create(key: string, value: Uint8Array): Promise<WriteResult> {
    return this.#write(key, value, 0);
  }

  update(key: string, value: Uint8Array, revision: number): Promise<WriteResult> {
    return this.#write(key, value, revision || Number.NaN);
  }

  delete(key: string, revision: number): Promise<WriteResult> {
    return this.#write(key, undefined, revision || Number.NaN);
  }

  watch(range: WatchRange, observer: Observer): Watch {
    this.#mustBeOpen();
    const watcher = new Watcher(this, range, observer);
    this.#watchers.add(watcher);
    return watcher;
  }

  forget(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  async compact(revision: number): Promise<void> {
    this.#mustBeOpen();
    if (revision > this.#published) throw new FutureRevisionError(this.#published);
    if (revision > this.oldest) await this.#writes.compact(revision);
  }

  async check(): Promise<void> {
    this.#mustBeOpen();
    if (this.database.damage !== undefined) throw this.database.damage;
    if (this.#writes.lastFailure !== undefined) await this.#writes.probe();
  }

  async stats(): Promise<StorageStats> {
    this.#mustBeOpen();
    return { bytes: await this.database.size() };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#writes.end();
    for (const watcher of [...this.#watchers]) watcher.close();
    await this.database.close();
  }

  #write(key: string, value: Uint8Array | undefined, expected: number): Promise<WriteResult> {
    const keySize = Buffer.byteLength(key);
    if (keySize === 0) return Promise.reject(new StorageError("a key must not be empty"));
    if (keySize > MAX_KEY_BYTES)
      return Promise.reject(new StorageError(`a key has ${keySize} bytes; at most ${MAX_KEY_BYTES} are possible`));
    if (value !== undefined && value.length > MAX_VALUE_BYTES) return Promise.reject(new TooLargeError());
    return new Promise((resolve, reject) => {
      const operation: Operation = {
        key,
        keySize,
        value,
        expected,
        stored: (revision) => resolve({ ok: true, revision }),
        refused: (found) => {
          try {
            resolve({ ok: false, current: found === 0 ? undefined : this.#storedAt(key, found, found) });
          } catch (error) {
            reject(new StorageError("the store cannot be read", error));
          }
        },
        failed: reject,
      };
      this.#writes.submit(operation);
    });
  }

  /**
   * A batch is durable: watches hear of it, and then reads show it, so that whoever sees the new revision knows that all were told.
   * A watch that an observer opens meanwhile is told too: it is added to the set while this walks it.
   */
  #publish(state: State, written: readonly Written[]): void {
    for (const watcher of this.#watchers) {
      try {
        watcher.publish(written);
      } catch (error) {
        watcher.fail(error instanceof Error ? error : new StorageError(String(error)));
      }
    }
    this.#published = state.revision;
  }

  /** The state of a key at a revision, `newest` being its last write (negative: removed). */
  #storedAt(key: string, newest: number, revision: number, copy: (record: Buffer) => Uint8Array = copyValue): Stored | undefined {
    if (newest <= 0 && -newest <= revision) return undefined;
    let at = Math.abs(newest);
    for (;;) {
      if (at === 0) return undefined;
      const record = this.database.record(at);
      if (record === undefined) {
        if (at === newest) throw this.database.damaged(`the value of ${key}, revision ${at}, is missing`);
        // Removals that history no longer needs are gone.
        return undefined;
      }
      if (!isIntact(record, at)) throw this.database.damaged(`the value of ${key}, revision ${at}, is not what was written`);
      if (at <= revision) return isRemoval(record) ? undefined : { key, value: copy(record), revision: at };
      at = previousOf(record);
    }
  }

  #existsAt(newest: number, revision: number): boolean {
    if (Math.abs(newest) <= revision) return newest > 0;
    let at = Math.abs(newest);
    for (;;) {
      const record = at === 0 ? undefined : this.database.record(at);
      if (record === undefined) return false;
      if (!isIntact(record, at)) throw this.database.damaged(`revision ${at} is not what was written`);
      if (at <= revision) return !isRemoval(record);
      at = previousOf(record);
    }
  }

  /** Undefined if compaction made the revision unreadable meanwhile. */
  async #scanAt(range: Range, revision: number): Promise<Scanned | undefined> {
    const { limit = Number.POSITIVE_INFINITY } = range;
    const items: Stored[] = [];
    let remaining = 0;
    const copier = new Copier();
    const copy = (record: Buffer) => copier.valueOf(record);
    const end = endOfPrefix(range.prefix);
    let { start, afterStart } = startOf(range);
    if (Buffer.byteLength(range.prefix) > MAX_KEY_BYTES) return { items, revision, remaining };
    const slice = (): boolean => {
      const pause = performance.now() + SLICE_MILLISECONDS;
      let visited = 0;
      for (const { key, newest } of this.database.keys(start, end, afterStart)) {
        if (items.length < limit) {
          const stored = this.#storedAt(key, newest, revision, copy);
          if (stored !== undefined) items.push(stored);
        } else if (this.#existsAt(newest, revision)) remaining++;
        if ((++visited & 31) === 0 && performance.now() > pause) {
          start = key;
          afterStart = true;
          return true;
        }
      }
      return false;
    };
    while (reading(slice)) {
      await nextTurn();
      this.#mustBeOpen();
      if (revision < this.oldest) return undefined;
    }
    return { items, revision, remaining };
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw new StorageError("the store is closed");
    if (this.#broken !== undefined) throw this.#broken;
  }
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof StorageError ? error : new StorageError("the store cannot be read", error);
  }
}

/** Where a range starts. LMDB has no empty keys, and none longer than its limit: behind a longer one is behind what of it fits. */
function startOf(range: Range): { start: KeyBytes; afterStart: boolean } {
  const prefix = Buffer.from(range.prefix);
  const from = range.from === undefined ? prefix : Buffer.from(range.from);
  const start = Buffer.compare(from, prefix) > 0 ? from : prefix;
  if (start.length === 0) return { start: Buffer.of(0), afterStart: false };
  return { start: start.subarray(0, MAX_KEY_BYTES), afterStart: start.length > MAX_KEY_BYTES };
}

/** The first key that is behind all keys with a prefix; undefined if there is none. UTF-8 has no byte 0xff, so one can be added always. */
function endOfPrefix(prefix: string): Uint8Array | undefined {
  if (prefix === "") return undefined;
  const end = Buffer.from(prefix);
  end[end.length - 1]! += 1;
  return end;
}
