import { setImmediate as nextTurn } from "node:timers/promises";
import { type Change, CompactedError, type Observer, StorageError, type Stored, type Watch, type WatchRange } from "../storage.ts";
import type { Database } from "./database.ts";
import { copyValue, isIntact, isRemoval, keyOf, previousOf } from "./record.ts";
import type { Written } from "./writes.ts";

/** A slice of history told in one turn of the event loop ends after that long, or with that many bytes of values. */
const SLICE_MILLISECONDS = 3;
const SLICE_BYTES = 4 * 1024 * 1024;

/** What a watcher needs of the store it watches. */
export interface History {
  readonly database: Database;
  /** The newest published revision. */
  readonly published: number;
  readonly oldest: number;
  /** The watcher is over. */
  forget(watcher: Watcher): void;
}

/**
 * One watch. It begins in the past and ends up live:
 *
 *     watch after 5, published 9     records 6..9 are read in slices, a turn of the event loop for each
 *     meanwhile 10, 11 published     still replaying: `publish` does nothing, the next slice reads them
 *     slice ends at 11 = published   live, in the same turn: the next batch comes through `publish`
 *
 * The hand-over needs no buffer, since nothing is published in the middle of a turn.
 */
export class Watcher implements Watch {
  readonly #history: History;
  readonly #range: WatchRange;
  readonly #observer: Observer;
  /** Everything up to here has been told. */
  #told: number;
  #live = false;
  #closed = false;
  #progressAsked = false;

  constructor(history: History, range: WatchRange, observer: Observer) {
    this.#history = history;
    this.#range = range;
    this.#observer = observer;
    this.#told = range.after;
    // A watch of the future becomes live at once too; it skips what comes before.
    if (range.after >= history.published) this.#live = true;
    else void this.#replay();
  }

  requestProgress(): void {
    if (this.#progressAsked || this.#closed) return;
    this.#progressAsked = true;
    if (this.#live) queueMicrotask(() => this.#progress());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#history.forget(this);
  }

  /** A batch became durable: tells what of it is in range. */
  publish(written: readonly Written[]): void {
    if (!this.#live || this.#closed) return;
    const { prefix, previous } = this.#range;
    const changes: Change[] = [];
    for (const write of written) {
      if (write.revision <= this.#told || !write.key.startsWith(prefix)) continue;
      changes.push(this.#change(write.key, write.revision, write.value, previous === true ? write.previous : 0));
    }
    const last = written.at(-1);
    if (last !== undefined && last.revision > this.#told) this.#told = last.revision;
    this.#tell(changes);
  }

  /** Ends the watch because of what happened to the store. */
  fail(error: Error): void {
    if (this.#closed) return;
    this.close();
    try {
      this.#observer.failed(error);
    } catch {
      // nobody is left to tell; the writers and the other watchers must not suffer
    }
  }

  async #replay(): Promise<void> {
    try {
      do {
        await nextTurn();
        if (this.#closed) return;
        if (this.#told < this.#history.oldest) return this.fail(new CompactedError(this.#history.oldest));
        this.#tell(this.#slice());
      } while (!this.#closed && this.#told < this.#history.published);
    } catch (error) {
      return this.fail(error instanceof StorageError ? error : new StorageError("history cannot be read", error));
    }
    this.#live = true;
    if (this.#progressAsked) this.#progress();
  }

  /** The next changes out of history; moves `#told`. */
  #slice(): Change[] {
    const { database, published } = this.#history;
    const end = performance.now() + SLICE_MILLISECONDS;
    const changes: Change[] = [];
    let bytes = 0;
    for (let n = 1; this.#told < published && bytes < SLICE_BYTES; n++) {
      const revision = this.#told + 1;
      const record = database.record(revision);
      if (record === undefined) throw database.damaged(`revision ${revision} is missing`);
      if (!isIntact(record, revision)) throw database.damaged(`revision ${revision} is not what was written`);
      this.#told = revision;
      const key = keyOf(record);
      if (key.startsWith(this.#range.prefix)) {
        const previous = this.#range.previous === true ? previousOf(record) : 0;
        const value = isRemoval(record) ? undefined : copyValue(record);
        bytes += value?.length ?? 0;
        changes.push(this.#change(key, revision, value, previous));
      }
      if ((n & 15) === 0 && performance.now() > end) break;
    }
    return changes;
  }

  #change(key: string, revision: number, value: Uint8Array | undefined, previous: number): Change {
    if (previous === 0) return { key, revision, value };
    const record = this.#history.database.record(previous);
    if (record === undefined || isRemoval(record)) return { key, revision, value };
    if (!isIntact(record, previous))
      throw this.#history.database.damaged(`the value of ${key}, revision ${previous}, is not what was written`);
    const stored: Stored = { key, value: copyValue(record), revision: previous };
    return { key, revision, value, previous: stored };
  }

  #tell(changes: readonly Change[]): void {
    if (changes.length > 0) this.#observer.changes(changes);
  }

  #progress(): void {
    if (this.#closed) return;
    this.#progressAsked = false;
    try {
      this.#observer.progress?.(this.#history.published);
    } catch (error) {
      this.fail(error instanceof Error ? error : new StorageError(String(error)));
    }
  }
}
