import { open } from "node:fs/promises";
import path from "node:path";
import { StorageError } from "../storage.ts";

export const DATA_FILE = "data.mdb";

/** Where LMDB writes which page is the last: in each of its two first pages, the one with the larger transaction counts. */
const META = { bytes: 168, magicAt: 24, magic: 0xbeefc0de, pageSizeAt: 48, lastPageAt: 144, transactionAt: 152 };

/** The file may rightly end a few pages early: pages taken and given back within one transaction are never written. */
const SPARE_PAGES = 64;

/**
 * Refuses a data file that is not LMDB's or has lost its end: LMDB maps the file, and reading a page that is not there would end the
 * process without a word.
 *
 * @param kind a store `may` be missing or empty, and becomes a new one; one that is `there` may not; a `copy` has every page
 * @throws StorageError
 */
export async function checkDataFile(folder: string, kind: "may" | "there" | "copy"): Promise<void> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path.join(folder, DATA_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    if (kind !== "may") throw new StorageError("holds no store");
    return;
  }
  try {
    const { size } = await file.stat();
    if (size === 0 && kind === "may") return;
    const first = await readMeta(file, 0);
    const second = first && (await readMeta(file, first.pageSize));
    if (first === undefined || second === undefined)
      throw new StorageError(`is damaged or holds something else: ${DATA_FILE} does not start as a store`);
    const newest = second.transaction > first.transaction ? second : first;
    const least = (newest.lastPage + 1 - (kind === "copy" ? 0 : SPARE_PAGES)) * newest.pageSize;
    if (size < least) throw new StorageError(`is damaged: ${DATA_FILE} has ${size} bytes where at least ${least} belong`);
  } finally {
    await file.close();
  }
}

async function readMeta(file: Awaited<ReturnType<typeof open>>, position: number) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(META.bytes), 0, META.bytes, position);
  // Numbers are in the machine's own order, as LMDB writes them; every machine that Node 20 runs LMDB on is little-endian.
  if (bytesRead < META.bytes || buffer.readUInt32LE(META.magicAt) !== META.magic) return undefined;
  return {
    pageSize: buffer.readUInt32LE(META.pageSizeAt),
    lastPage: Number(buffer.readBigUInt64LE(META.lastPageAt)),
    transaction: buffer.readBigUInt64LE(META.transactionAt),
  };
}
