import { closeSync, fstatSync, openSync } from "node:fs";
import path from "node:path";
import { StorageError } from "../storage.ts";
import { decodeNewest, isNewestOf } from "./newest.ts";
import { belongTogether, type Meta, readMetas } from "./pages/meta.ts";
import type { Node } from "./pages/page.ts";
import { inspect } from "./pages/structure.ts";
import { checkMainRoot } from "./pages/tables.ts";

export const DATA_FILE = "data.mdb";

/** Leaves of a table that are looked at when a store is opened: 4 MiB, in some hundredths of a second. Those of more are left to a check. */
const LEAVES_AT_START = 1024;

/** The file may rightly end a few pages early: pages that were taken and given back within one transaction are never written. */
const SPARE_PAGES = 64;

/**
 * Looks at what LMDB reads to open a file, and refuses one that is not LMDB's, or is damaged there: LMDB maps the file and trusts it, and
 * reading a page that is not there would end the process without a word.
 * @throws StorageError
 */
export function checkStart(folder: string): void {
  try {
    look(folder, (file) => {
      const metas = metasOf(file);
      const problem = checkMainRoot(file, metas);
      if (problem !== undefined) throw new StorageError(`is damaged: ${lostEnd(file, metas[0]) ?? problem}`);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new StorageError("holds no store");
  }
}

/**
 * Looks through the pages of a store that nobody changes, or whose newest transaction a reader holds on to.
 * @param all leaves too, however many, and whether keys are what was written; otherwise whoever reads a key finds that out
 * @returns what is wrong, a line each
 */
export function checkPages(folder: string, all: boolean): string[] {
  return look(folder, (file) => {
    const [newest] = metasOf(file);
    const missing = lostEnd(file, newest);
    const problems = inspect(
      file,
      newest,
      all ? isKey : () => true,
      all || missing !== undefined ? Number.POSITIVE_INFINITY : LEAVES_AT_START,
    );
    return problems.length > 0 && missing !== undefined ? [missing, ...problems] : problems;
  });
}

/**
 * Looks whether the last transaction is the last one: where its number became smaller by two, LMDB takes the one before, and misses nothing.
 * But the page of the smaller number then refers to newer ones. So it is, rightly, after a flush that failed at the very end.
 * @throws StorageError
 */
export function checkLast(folder: string): void {
  look(folder, (file) => {
    const [newest, older] = metasOf(file);
    if (older.transaction > 0 && checkMainRoot(file, [older, newest]) !== undefined)
      throw new StorageError("may be damaged: its newest transaction does not count");
  });
}

/** Whether an entry of the table of keys is what was written. The key as no Buffer: there may be a million, and making one takes longest. */
const isKey = (page: Buffer, { key, data, end }: Node) =>
  isNewestOf(new Uint8Array(page.buffer, page.byteOffset + key, data - key), decodeNewest(page, data, end));

/** Looks at the data file, and once more if it did not like what it saw and somebody wrote meanwhile: so it can look beside a server. */
function look<T>(folder: string, at: (file: number) => T): T {
  const file = openSync(path.join(folder, DATA_FILE), "r");
  try {
    for (;;) {
      const before = JSON.stringify(readMetas(file));
      try {
        return at(file);
      } catch (error) {
        if (JSON.stringify(readMetas(file)) === before) throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

/**
 * The two meta pages, the newest first.
 * @throws StorageError if they cannot be right
 */
function metasOf(file: number): readonly [Meta, Meta] {
  const metas = readMetas(file);
  if (metas === undefined) throw new StorageError(`is damaged or holds something else: ${DATA_FILE} does not start as a store`);
  if (!belongTogether(metas)) throw new StorageError(`is damaged: ${DATA_FILE} does not say which transaction was the last`);
  const missing = lostEnd(file, metas[0], SPARE_PAGES);
  if (missing !== undefined) throw new StorageError(`is damaged: ${missing}`);
  return metas;
}

function lostEnd(file: number, { lastPage, pageBytes }: Meta, spare = 0): string | undefined {
  const { size } = fstatSync(file);
  const whole = (lastPage + 1) * pageBytes;
  return size < whole - spare * pageBytes ? `${DATA_FILE} has ${size} bytes where ${whole} belong` : undefined;
}
