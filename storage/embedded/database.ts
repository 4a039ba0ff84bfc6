import { getSystemErrorMap } from "node:util";
import type { RootDatabase, Database as Table } from "lmdb";
import { StorageError } from "../storage.ts";
import { isNewestOf, type Newest, newestOf } from "./newest.ts";
import type { Room } from "./room.ts";
import { decodeState, encodeState, type State } from "./state.ts";

/** LMDB's limit. */
export const MAX_KEY_BYTES = 1978;

/** Keys are text, or the UTF-8 bytes of it where no text has those bytes (the end of a range). */
export type KeyBytes = string | Uint8Array;

/** What LMDB hands out for one open folder. */
export interface Tables {
  readonly root: RootDatabase<Buffer, string>;
  /** Key -> revision of its last write, negative if that removed it. */
  readonly keys: Table<Newest, KeyBytes>;
  /** Revision -> record. */
  readonly records: Table<Buffer, number>;
  /** Gives the folder free for the next one. */
  readonly release: () => void;
}

const STATE = "state";

/** Pages that an entry may take: its own, not full, and new ones on the way to it in both trees, which it shares with others. */
const PAGES_OF_AN_ENTRY = 4;
/** Pages that every commit may take: the state, the list of free pages, the roots. */
const PAGES_OF_A_COMMIT = 64;

/**
 * The two tables of the embedded store and its state, over LMDB. Nothing here knows what a write means; it moves bytes.
 *
 * Commits are synchronous in LMDB's own thread (`overlappingSync: false`): data pages, `fdatasync`, then the page that makes them count,
 * written through; only then do readers see the commit. A commit that fails before that last page leaves the old state whole.
 */
export class Database {
  readonly #tables: Tables;
  readonly #room: Room | undefined;
  #damage: StorageError | undefined;

  /** @param room what commits take; without it the database can only be read */
  constructor(tables: Tables, room?: Room) {
    this.#tables = tables;
    this.#room = room;
  }

  /** Bytes of the data file; undefined where the database can only be read. */
  async size(): Promise<number | undefined> {
    return this.#room?.size();
  }

  state(): State | undefined {
    const bytes = this.#tables.root.getBinary(STATE);
    return bytes && decodeState(bytes);
  }

  /** The revision of the key's last write; negative if that removed it, 0 if history knows none. */
  newest(key: string): number {
    const newest = this.#tables.keys.get(key);
    return newest === undefined ? 0 : this.#checked(key, newest);
  }

  /** The record of a revision. The bytes are overwritten by the next read. */
  record(revision: number): Buffer | undefined {
    return this.#tables.records.getBinaryFast(revision);
  }

  /**
   * Keys from `start` (or after it) up to `end` (exclusive), with what {@link newest} says of them. To be used up within one turn of the event
   * loop. Throws where a key is damaged.
   */
  *keys(start: KeyBytes, end: Uint8Array | undefined, afterStart: boolean): Iterable<{ key: string; newest: number }> {
    const range = end === undefined ? { start, exclusiveStart: afterStart } : { start, end, exclusiveStart: afterStart };
    for (const { key, value } of this.#tables.keys.getRange(range) as Iterable<{ key: string; value: Newest }>)
      yield { key, newest: this.#checked(key, value) };
  }

  /** The revisions that have a record, in order. To be used up within one turn of the event loop. */
  revisions(): Iterable<number> {
    return this.#tables.records.getKeys();
  }

  /** Writes a copy of everything as it is now into a folder, as the file `data.mdb`; the store goes on meanwhile. */
  async copyTo(folder: string): Promise<void> {
    await this.#tables.root.backup(folder, true);
  }

  /**
   * Runs `write`, which calls the `put…` and `remove…` methods and must not throw, as one transaction; resolves when it is durable.
   * @param bytes what it puts, without the trees
   * @param entries how many of them
   * @throws CommitError; nothing of the transaction is visible then
   */
  async commit(write: () => void, bytes = 0, entries = 0): Promise<void> {
    try {
      const taken = this.#room?.take(entries * PAGES_OF_AN_ENTRY + PAGES_OF_A_COMMIT, bytes);
      // waiting for nothing would still let others have their turn
      if (taken !== undefined) await taken;
    } catch (error) {
      throw new CommitError(error, false);
    }
    try {
      await this.#tables.root.batch(write);
    } catch (error) {
      // lmdb rejects twice: with this error, and with the cause through a promise of its own that would count as unhandled.
      const cause = await (error as { commitError?: Promise<never> }).commitError?.catch((reason: unknown) => reason);
      throw new CommitError(cause ?? error, this.#isDead());
    }
    // A read earlier in this turn may have opened a snapshot from before the commit.
    this.#tables.root.resetReadTxn();
  }

  putState(state: State): void {
    this.#tables.root.put(STATE, encodeState(state));
  }

  putKey(key: string, newest: number): void {
    this.#tables.keys.put(key, newestOf(key, newest));
  }

  removeKey(key: string): void {
    this.#tables.keys.remove(key);
  }

  putRecord(revision: number, record: Buffer): void {
    this.#tables.records.put(revision, record);
  }

  removeRecord(revision: number): void {
    this.#tables.records.remove(revision);
  }

  /** What was found first that is not what was written. */
  get damage(): StorageError | undefined {
    return this.#damage;
  }

  /** The error for something that is not what was written. */
  damaged(what: string): StorageError {
    const error = new StorageError(`the store is damaged: ${what}`);
    this.#damage ??= error;
    return error;
  }

  #checked(key: string, newest: Newest): number {
    if (!isNewestOf(key, newest)) throw this.damaged(`the entry of ${JSON.stringify(key)} is not what was written`);
    return newest.revision;
  }

  async close(): Promise<void> {
    try {
      await this.#tables.root.close();
      await this.#room?.close();
    } finally {
      this.#tables.release();
    }
  }

  /**
   * LMDB refuses every transaction, reads too, after a failure that left the file's state unknown. Only a read can ask: lmdb overlooks the
   * refusal when it begins a write.
   */
  #isDead(): boolean {
    try {
      this.#tables.root.resetReadTxn();
      this.state();
      return false;
    } catch {
      return true;
    }
  }
}

/** A transaction failed. */
export class CommitError extends Error {
  /** The failure hit the last page: after a restart the transaction could turn out to be there. Nothing can be read or written until then. */
  readonly unknown: boolean;
  constructor(cause: unknown, unknown: boolean) {
    super(reasonOf(cause), { cause });
    this.name = "CommitError";
    this.unknown = unknown;
  }
}

/** The system's words, to which LMDB adds page numbers and sizes, and Node the call; LMDB's own errors have negative codes. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code, errno } = cause as NodeJS.ErrnoException & { code?: unknown };
  if (errno !== undefined) return getSystemErrorMap().get(errno)?.[1] ?? cause.message;
  return typeof code === "number" && code > 0 ? cause.message.replace(/:.*/s, "") : cause.message;
}
