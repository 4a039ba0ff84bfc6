import { type Storage, StorageError } from "../storage.ts";
import { EmbeddedStorage } from "./embedded-storage.ts";
import { openDatabase } from "./open-database.ts";

export interface EmbeddedOptions {
  /** Where the store lives; created if it does not exist. One process at a time. */
  readonly folder: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** History is kept for that long at most; 75 minutes by default. */
  readonly historyMilliseconds?: number;
  /** Changes of that many bytes at most are kept as history; 256 MiB by default. What is current is kept always. */
  readonly historyBytes?: number;
  /** The revision that a new store begins after; that of an existing one stays. */
  readonly after?: number;
}

const DEFAULT_HISTORY_MILLISECONDS = 75 * 60_000;
const DEFAULT_HISTORY_BYTES = 256 * 1024 * 1024;

/**
 * Opens the embedded store.
 * @throws StorageError with one line that names the folder and what is wrong: in use by another process, not writable, damaged, of an
 * unknown format
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Storage> {
  const retention = {
    milliseconds: options.historyMilliseconds ?? DEFAULT_HISTORY_MILLISECONDS,
    bytes: options.historyBytes ?? DEFAULT_HISTORY_BYTES,
  };
  const database = await openDatabase(options.folder, options.after);
  const state = database.state();
  if (state === undefined) throw new StorageError(`${options.folder} cannot be opened: it has no state`);
  return new EmbeddedStorage(database, state, retention, options.now);
}
