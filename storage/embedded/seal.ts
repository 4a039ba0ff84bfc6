import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { appendFile, open, truncate } from "node:fs/promises";
import { StorageError } from "../storage.ts";

/**
 * The last bytes of a backup: what it is, and the SHA-256 of all before. LMDB's pages have no checksums; a backup lies somewhere for years.
 *
 *     LMDB's copy … | datum-apiserver backup 1\n | 32 bytes
 */
const NAME = Buffer.from("datum-apiserver backup 1\n");
const HASH_BYTES = 32;
const SEAL_BYTES = NAME.length + HASH_BYTES;

export async function seal(file: string): Promise<void> {
  await appendFile(file, Buffer.concat([NAME, await hash(file)]));
}

/**
 * Takes the seal off.
 * @throws StorageError without a name if there is none, or any bit of the file has changed since
 */
export async function unseal(file: string): Promise<void> {
  const handle = await open(file);
  const found = Buffer.alloc(SEAL_BYTES);
  const start = (await handle.stat()).size - SEAL_BYTES;
  try {
    if (start > 0) await handle.read(found, 0, SEAL_BYTES, start);
  } finally {
    await handle.close();
  }
  if (!found.subarray(0, NAME.length).equals(NAME))
    throw new StorageError("is damaged or holds something else: it does not end as a backup");
  if (!found.subarray(NAME.length).equals(await hash(file, start))) throw new StorageError("is damaged: it is not what was written");
  await truncate(file, start);
}

async function hash(file: string, bytes = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(file, { end: bytes - 1, highWaterMark: 1024 * 1024 })) hash.update(piece);
  return hash.digest();
}
