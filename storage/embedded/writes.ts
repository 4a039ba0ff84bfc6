import { setImmediate as nextTurn } from "node:timers/promises";
import { StorageError, UnknownOutcomeError } from "../storage.ts";
import { type Retention, type Sweep, sweep } from "./compaction.ts";
import { CommitError, type Database } from "./database.ts";
import { encodeRecord, lengthOf } from "./record.ts";
import type { State } from "./state.ts";

/** A write that waits for its turn. */
export interface Operation {
  readonly key: string;
  /** Bytes of the key in UTF-8. */
  readonly keySize: number;
  /** Absent to remove the key. */
  readonly value: Uint8Array | undefined;
  /** The revision of the key's last write that this one builds on; 0 if the key must not exist. */
  readonly expected: number;
  /** The write is durable and visible. */
  readonly stored: (revision: number) => void;
  /** The key's last write was this revision instead; 0 if there is no such key. */
  readonly refused: (found: number) => void;
  readonly failed: (error: Error) => void;
}

/** One stored write, for those who watch. */
export interface Written {
  readonly revision: number;
  readonly key: string;
  readonly value: Uint8Array | undefined;
  /** The revision of the key's value before; 0 if it had none. */
  readonly previous: number;
}

/** Work without a write of its own: compaction up to `oldest`, or (0) one flush to see whether the disk takes it. */
interface Chore {
  readonly oldest: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** Limits of one transaction: what is encoded in one turn of the event loop, and what LMDB keeps in memory until its flush. */
const BATCH_OPERATIONS = 256;
const BATCH_BYTES = 8 * 1024 * 1024;

/** The store is well only if there is room for this much: a full disk may still take a few bytes. */
const LARGEST_VALUE_BYTES = 1.5 * 1024 * 1024;

/** A step of compaction ends after that long, and one that rides along with writes also after this many records and two for each write. */
const SWEEP_MILLISECONDS = 3;
const SWEEP_RECORDS = 16;

/**
 * The one writer. Writes queue; while a flush runs, the next batch gathers:
 *
 *     turn 1     A asks            the queue was empty: a batch starts at the end of this turn
 *                B asks            [A B] -> conditions checked, one transaction, flush starts
 *     turn 2..   C, D ask          they wait: [C D]
 *     turn 9     flush of [A B] done: published (watches told, then reads show it), A and B answered, [C D] starts
 *
 * So a lone writer waits for one flush, and many share one. Conditions are checked against the last durable state and the earlier writes of
 * the same batch. That needs no lock: nothing else writes, and a batch starts only when the one before is done.
 */
export class Writes {
  readonly #database: Database;
  readonly #retention: Retention;
  readonly #now: () => number;
  readonly #publish: (state: State, written: readonly Written[]) => void;
  readonly #broke: (error: StorageError) => void;
  #state: State;
  #oldest: number;
  #waiting: Operation[] = [];
  #chores: Chore[] = [];
  #running: Promise<void> | undefined;
  #ended: StorageError | undefined;
  #lastFailure: StorageError | undefined;

  /**
   * @param publish called with every durable batch, before its writers are answered
   * @param broke called once when nothing can be written any more
   */
  constructor(options: {
    database: Database;
    state: State;
    retention: Retention;
    now: () => number;
    publish: (state: State, written: readonly Written[]) => void;
    broke: (error: StorageError) => void;
  }) {
    this.#database = options.database;
    this.#retention = options.retention;
    this.#now = options.now;
    this.#publish = options.publish;
    this.#broke = options.broke;
    this.#state = options.state;
    this.#oldest = options.state.oldest;
  }

  /** Reads and watches reach back to this revision. Rises before the transaction that removes anything starts. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Why the last transaction failed, if it did: the disk may still be full. */
  get lastFailure(): StorageError | undefined {
    return this.#lastFailure;
  }

  /** Takes a write; exactly one of its callbacks is called, never within this call. */
  submit(operation: Operation): void {
    if (this.#ended !== undefined) {
      const error = this.#ended;
      queueMicrotask(() => operation.failed(error));
      return;
    }
    this.#waiting.push(operation);
    this.#start();
  }

  /** Forgets history before a revision; resolves when all that became unneeded is removed. */
  async compact(oldest: number): Promise<void> {
    do await this.#chore(oldest);
    while (this.#state.swept < oldest);
  }

  /** Writes the state once more, to see whether the disk takes it, and would take a value of any size besides. */
  probe(): Promise<void> {
    return this.#chore(0);
  }

  /** Refuses new writes and waits for those that were taken. */
  async end(): Promise<void> {
    this.#ended ??= new StorageError("the store is closed");
    await this.#running;
  }

  #chore(oldest: number): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return new Promise((done, failed) => {
      this.#chores.push({ oldest, done, failed });
      this.#start();
    });
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  /** Batch after batch until nothing waits. Never rejects. */
  async #run(): Promise<void> {
    do {
      // Requests that arrive together are read within one turn, and writers just answered may write again: let them share a flush.
      await nextTurn();
      const operations = this.#take();
      const chores = this.#chores;
      this.#chores = [];
      try {
        await this.#store(operations, chores);
      } catch (error) {
        const failure = this.#fail(error);
        for (const operation of operations) operation.failed(failure);
        for (const chore of chores) chore.failed(failure);
      }
    } while (this.#waiting.length > 0 || this.#chores.length > 0);
    this.#running = undefined;
  }

  #take(): Operation[] {
    let bytes = 0;
    let count = 0;
    for (const operation of this.#waiting) {
      bytes += operation.value?.length ?? 0;
      if (count === BATCH_OPERATIONS || (count > 0 && bytes > BATCH_BYTES)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  /** @throws CommitError, or what LMDB says when it cannot read */
  async #store(operations: readonly Operation[], chores: readonly Chore[]): Promise<void> {
    const time = Math.max(this.#state.time, this.#now());
    let { revision, offset } = this.#state;
    const written: Written[] = [];
    const records: Buffer[] = [];
    const newestInBatch = new Map<string, number>();
    // For each operation the revision it got; not positive, the revision that stands in its way; or why it could not even be tried.
    const outcomes: (number | Error)[] = [];
    for (const { key, keySize, value, expected } of operations) {
      let newest: number;
      try {
        newest = newestInBatch.get(key) ?? this.#database.newest(key);
      } catch (error) {
        // the others of the batch are not to suffer from a key that is damaged
        outcomes.push(error instanceof Error ? error : new StorageError(String(error)));
        continue;
      }
      const live = Math.max(newest, 0);
      if (live !== expected) {
        outcomes.push(-live);
        continue;
      }
      const record = encodeRecord({ revision: revision + 1, previous: Math.abs(newest), time, offset, key, keySize, value });
      offset += record.length;
      revision++;
      records.push(record);
      written.push({ revision, key, value, previous: live });
      newestInBatch.set(key, value === undefined ? -revision : revision);
      outcomes.push(revision);
    }
    if (written.length > 0 || chores.length > 0) {
      const swept = this.#sweep(time, written.length, chores);
      const state = { ...swept.state, revision, offset, time };
      const probing = chores.some(({ oldest }) => oldest === 0);
      await this.#database.commit(
        () => {
          // Removals first: a key that is removed for good may be written again by this very batch.
          for (const unneeded of swept.records) this.#database.removeRecord(unneeded);
          for (const key of swept.keys) this.#database.removeKey(key);
          for (const [index, { revision }] of written.entries()) this.#database.putRecord(revision, records[index]!);
          for (const [key, newest] of newestInBatch) this.#database.putKey(key, newest);
          this.#database.putState(state);
        },
        lengthOf(records) + (probing ? LARGEST_VALUE_BYTES : 0),
        written.length + (probing ? 1 : 0),
      );
      this.#state = state;
      this.#lastFailure = undefined;
      this.#publish(state, written);
    }
    for (const [index, outcome] of outcomes.entries()) {
      if (typeof outcome !== "number") operations[index]!.failed(outcome);
      else if (outcome > 0) operations[index]!.stored(outcome);
      else operations[index]!.refused(-outcome);
    }
    for (const chore of chores) chore.done();
  }

  #sweep(time: number, writes: number, chores: readonly Chore[]): Sweep {
    let { oldest } = this.#state;
    for (const chore of chores) oldest = Math.max(oldest, Math.min(chore.oldest, this.#state.revision));
    const asked = oldest > this.#state.swept;
    const end = performance.now() + SWEEP_MILLISECONDS;
    const records = SWEEP_RECORDS + 2 * writes;
    const swept = sweep(
      this.#database,
      { ...this.#state, oldest },
      this.#retention,
      time,
      (visited) => (asked || visited < records) && ((visited & 15) !== 15 || performance.now() < end),
    );
    this.#oldest = swept.state.oldest;
    return swept;
  }

  #fail(error: unknown): Error {
    const reason = error instanceof Error ? error.message : String(error);
    if (error instanceof CommitError && error.unknown) {
      this.#ended = new StorageError(`the store cannot be used any more until it is opened again: ${reason}`, error);
      for (const operation of this.#waiting.splice(0)) operation.failed(this.#ended);
      for (const chore of this.#chores.splice(0)) chore.failed(this.#ended);
      this.#broke(this.#ended);
      return new UnknownOutcomeError(error);
    }
    this.#lastFailure = new StorageError(`the store could not write: ${reason}`, error);
    return this.#lastFailure;
  }
}
