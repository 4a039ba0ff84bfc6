import { chmod, copyFile, link, mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import path from "node:path";
import { StorageError } from "../storage.ts";
import { check, type Findings } from "./check.ts";
import { checkLast, DATA_FILE } from "./data-file.ts";
import type { Database } from "./database.ts";
import { openDatabase, openToRead } from "./open-database.ts";
import { copyRecord, lengthOf } from "./record.ts";
import { seal, unseal } from "./seal.ts";

/** Keys of one transaction. */
const BATCH = 250;

/**
 * Writes a backup of a store, running or not, to a file that does not exist yet: everything as of one revision, history too. The file is
 * there whole, looked through and flushed, or not at all.
 * @throws StorageError
 */
export async function backUp(folder: string, file: string): Promise<Findings> {
  return explained(`${file} cannot be written`, async () => {
    const database = await openToRead(folder);
    // beside the file, so that it can be moved there at once
    const draft = await mkdtemp(path.join(path.dirname(path.resolve(file)), ".backup-"));
    try {
      await database.copyTo(draft);
      const data = path.join(draft, DATA_FILE);
      await chmod(data, 0o600);
      const findings = await sound(draft, file);
      await seal(data);
      await flush(data);
      // unlike a rename, a link replaces nothing
      await link(data, file);
      await flush(path.dirname(path.resolve(file)));
      return findings;
    } finally {
      await database.close();
      await rm(draft, { recursive: true });
    }
  });
}

/** Looks through a backup, or the store in a folder, which may be running. */
export async function checkStore(place: string): Promise<Findings> {
  return explained(`${place} cannot be read`, async () => {
    if ((await stat(place)).isDirectory()) {
      const findings = await checkFolder(place, place);
      await naming(place, () => checkLast(place));
      return findings;
    }
    return unpacked(place, path.dirname(path.resolve(place)), (folder) => checkFolder(folder, place));
  });
}

/**
 * Makes a new store of a backup: what was current then, with its revisions, but no history. The store goes on `ahead` revisions later, so
 * that no revision that clients have seen since the backup means something else now; watches and pages from before start over.
 * @throws StorageError if the backup is damaged or the folder has a store
 */
export async function restore(file: string, folder: string, ahead: number): Promise<Findings> {
  return explained(`${folder} cannot be written`, async () => {
    if (await exists(path.join(folder, DATA_FILE))) throw new StorageError(`${folder} has a store already`);
    await mkdir(path.dirname(path.resolve(folder)), { recursive: true, mode: 0o700 });
    return unpacked(file, path.dirname(path.resolve(folder)), async (source) => {
      const { revision } = await sound(source, file);
      const from = await openToRead(source);
      try {
        const to = await openDatabase(folder);
        await copyCurrent(from, to, revision + ahead);
        await to.close();
      } catch (error) {
        // half a store is none
        for (const name of [DATA_FILE, "lock.mdb"]) await rm(path.join(folder, name), { force: true });
        throw error;
      } finally {
        await from.close();
      }
      return sound(folder, folder);
    });
  });
}

/** The newest record of each key that has a value. The state comes last: a copy that breaks off is an empty store. */
async function copyCurrent(from: Database, to: Database, revision: number): Promise<void> {
  const state = from.state()!;
  const current = [...from.keys("", undefined, false)].filter(({ newest }) => newest > 0);
  for (let start = 0; start < current.length; start += BATCH) {
    const batch = current.slice(start, start + BATCH).map(({ key, newest }) => ({ key, newest, record: copyRecord(from.record(newest)!) }));
    const put = () => {
      for (const { key, newest, record } of batch) {
        to.putRecord(newest, record);
        to.putKey(key, newest);
      }
    };
    await to.commit(put, lengthOf(batch.map(({ record }) => record)), batch.length);
  }
  await to.commit(() => to.putState({ ...state, revision, oldest: revision, swept: revision }));
}

async function checkFolder(folder: string, name: string): Promise<Findings> {
  const database = await openToRead(folder, name);
  try {
    return check(database);
  } finally {
    await database.close();
  }
}

/** @throws StorageError with the first problem */
async function sound(folder: string, name: string): Promise<Findings> {
  const findings = await checkFolder(folder, name);
  if (findings.problems.length > 0) throw new StorageError(`${name} is damaged: ${findings.problems[0]}`);
  return findings;
}

/** A backup as a store in a folder of its own, for as long as `use` takes. */
async function unpacked<T>(file: string, beside: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(beside, ".restore-"));
  try {
    const copy = path.join(folder, DATA_FILE);
    await copyFile(file, copy);
    await naming(file, () => unseal(copy));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function flush(name: string): Promise<void> {
  const handle = await open(name);
  await handle.sync().finally(() => handle.close());
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );

/** Says whose error it is. */
async function naming(name: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof StorageError ? new StorageError(`${name} ${error.message}`, error) : error;
  }
}

/** What the system refuses as a StorageError in one line. */
async function explained<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError(`${what}: ${error instanceof Error ? error.message : error}`, error);
  }
}
