import { existsSync } from "node:fs";
import { link, mkdir, mkdtemp, open as openFile, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import type { RootDatabase } from "lmdb";
import { StorageError } from "../storage.ts";
import { checkPages, checkStart, DATA_FILE } from "./data-file.ts";
import { Database, type KeyBytes, MAX_KEY_BYTES, reasonOf, type Tables } from "./database.ts";
import { decodeNewest, encodeNewest, type Newest } from "./newest.ts";
import { Room, type Usage } from "./room.ts";
import { EMPTY, stateAfter } from "./state.ts";

/** Folders that this process has open: LMDB would share one environment among all who open a path. */
const openFolders = new Set<string>();

/** Address space kept for the file, not memory nor disk: it can never be full before the disk is. */
const MAP_BYTES = 2 ** 40;

/**
 * Opens the store in a folder, creating both where they do not exist (the first write gets the revision that follows `after`). Nothing is
 * loaded; LMDB's pages are looked through but for the leaves of records where these are many.
 * @throws StorageError naming the folder: it cannot be used, is damaged, has an unknown format, or belongs to another process
 */
export async function openDatabase(folder: string, after = EMPTY.revision): Promise<Database> {
  try {
    const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
    const real = await realpath(folder);
    if (openFolders.has(real)) throw new StorageError(`is in use by process ${process.pid} (this one)`);
    openFolders.add(real);
    try {
      if (!existsSync(path.join(real, DATA_FILE))) await create(real, after);
      checkStart(real);
      const database = await openTables(real);
      if (isNew) await flushFolder(path.dirname(real));
      return database;
    } catch (error) {
      openFolders.delete(real);
      throw error;
    }
  } catch (error) {
    throw failure(folder, error);
  }
}

/**
 * Makes a new store. The file appears with all that belongs in it, so that one which is empty or short is known to be damaged; and it
 * replaces none, should another process make one too.
 */
async function create(folder: string, after: number): Promise<void> {
  const draft = await mkdtemp(path.join(folder, ".new-"));
  try {
    const root = openRoot(draft, false);
    try {
      const database = new Database(tablesOf(root, () => undefined));
      await database.commit(() => database.putState(stateAfter(after)));
    } finally {
      await root.close();
    }
    await link(path.join(draft, DATA_FILE), path.join(folder, DATA_FILE)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    await flushFolder(folder);
  } finally {
    await rm(draft, { recursive: true });
  }
}

async function openTables(folder: string): Promise<Database> {
  const root = openRoot(folder, false);
  let room: Room | undefined;
  try {
    const tables = tablesOf(root, () => openFolders.delete(folder));
    const state = new Database(tables).state();
    refuseSharing(root.readerList());
    const [problem] = checkPages(folder, false);
    if (problem !== undefined) throw new StorageError(`is damaged: ${problem}`);
    // only now: it writes to the file, which has to be ours
    room = await Room.open(path.join(folder, DATA_FILE), () => root.getStats() as Usage);
    const database = new Database(tables, room);
    if (state === undefined) throw new StorageError("has no state");
    if (state.revision > state.oldest && database.record(state.revision) === undefined) throw new StorageError("is damaged");
    return database;
  } catch (error) {
    await root.close();
    await room?.close();
    throw error;
  }
}

/**
 * Opens a store beside the process that has it, or while nobody has. What is read within one turn of the event loop shows one revision.
 *
 * @param name of the folder for whoever reads of an error
 * @throws StorageError naming the folder: there is no store, or it is damaged (any of its pages) or of an unknown format
 */
export async function openToRead(folder: string, name = folder): Promise<Database> {
  try {
    checkStart(folder);
    const root = openRoot(folder, true);
    try {
      // while this reads, no page of what it sees is used for anything else
      const reading = root.useReadTransaction();
      const problems = checkPages(folder, true);
      reading.done();
      if (problems.length > 0) throw new StorageError(`is damaged:\n  ${problems.join("\n  ")}`);
      const database = new Database(tablesOf(root, () => undefined));
      if (database.state() === undefined) throw new StorageError("has no state");
      return database;
    } catch (error) {
      await root.close();
      throw error;
    }
  } catch (error) {
    throw failure(name, error);
  }
}

const failure = (folder: string, error: unknown) =>
  new StorageError(error instanceof StorageError ? `${folder} ${error.message}` : `${folder} cannot be opened: ${reasonOf(error)}`, error);

function openRoot(folder: string, readOnly: boolean): RootDatabase<Buffer, string> {
  // By `require` lmdb comes as one file, by `import` as a dozen; that is 25 ms of 65 at every start.
  const { open } = createRequire(import.meta.url)("lmdb") as typeof import("lmdb");
  return open<Buffer, string>({
    path: folder,
    readOnly,
    noSubdir: false,
    overlappingSync: false,
    // Batches are ours alone; the one that lmdb would open around them has a promise that nobody can handle.
    eventTurnBatching: false,
    mapSize: MAP_BYTES,
    maxDbs: 2,
    encoding: "binary",
  });
}

function tablesOf(root: RootDatabase<Buffer, string>, release: () => void): Tables {
  const keyOptions = {
    name: "keys",
    keyEncoder: textKeys,
    encoder: { encode: encodeNewest, decode: (bytes: Buffer) => decodeNewest(bytes) },
  };
  const recordOptions = { name: "records", keyEncoder: revisionKeys, encoding: "binary" as const };
  const keys = root.openDB<Newest, KeyBytes>(keyOptions);
  const records = root.openDB<Buffer, number>(recordOptions);
  return { root, keys, records, release };
}

/**
 * One process per folder. LMDB keeps a table of readers in `lock.mdb`; a process that has read once keeps its line there until it ends,
 * and whoever comes when nobody is left starts with an empty table. Whether somebody is left, LMDB learns from the kernel (a lock on the
 * file, released when its owner dies), so neither a stale file nor a reused process number can mislead, across containers too. Both sides
 * first read (take their line), then look: of two that start at once, at least one sees the other.
 *
 * Nobody may open `lock.mdb` by other means within this process: closing it would drop the kernel's lock.
 *
 * @param readers LMDB's table as text: a heading, then a line `pid thread transaction` for each
 */
function refuseSharing(readers: string): void {
  const processes = readers.split("\n").flatMap((line) => /^\s*(\d+)\s/.exec(line)?.[1] ?? []);
  if (processes.length <= 1) return;
  const other = processes.find((id) => id !== String(process.pid)) ?? process.pid;
  throw new StorageError(`is in use by process ${other}`);
}

/** A new file is there after a power cut only if its folder was flushed too, and a folder only if its parent was. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await openFile(folder);
  await handle.sync().finally(() => handle.close());
}

const textKeys = {
  writeKey(key: KeyBytes, target: Buffer, start: number): number {
    if (typeof key !== "string") {
      target.set(key, start);
      return start + key.length;
    }
    // Buffer.write cuts off what does not fit; LMDB's buffers always have room for a key, so too long is a mistake of ours.
    if (key.length > MAX_KEY_BYTES) throw new RangeError(`a key of ${key.length} characters is too long`);
    return start + target.write(key, start);
  },
  readKey(source: Buffer, start: number, end: number): string {
    return source.toString("utf8", start, end);
  },
};

/** Eight bytes, big-endian: sorted as numbers are. */
const revisionKeys = {
  writeKey(revision: number, target: Buffer, start: number): number {
    target.writeUInt32BE(Math.floor(revision / 2 ** 32), start);
    return target.writeUInt32BE(revision >>> 0, start + 4);
  },
  readKey(source: Buffer, start: number): number {
    return source.readUInt32BE(start) * 2 ** 32 + source.readUInt32BE(start + 4);
  },
};
