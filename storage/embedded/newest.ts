import { checksum } from "./checksum.ts";

/**
 * An entry of the table of keys:
 *
 *     0   revision   double   of the key's last write; negative if that removed it
 *     8   checksum   uint32   of the key and the revision
 */
export interface Newest {
  readonly revision: number;
  readonly checksum: number;
}

const BYTES = 12;

export const newestOf = (key: string, revision: number): Newest => ({ revision, checksum: checksum(key, revision) });

/** Whether an entry is what was written for a key (or the UTF-8 of it). */
export const isNewestOf = (key: string | Uint8Array, { revision, checksum: written }: Newest): boolean =>
  Number.isSafeInteger(revision) && checksum(key, revision) === written;

export function encodeNewest({ revision, checksum }: Newest): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.writeDoubleBE(revision, 0);
  bytes.writeUInt32BE(checksum, 8);
  return bytes;
}

/** Bytes that are no entry become one of no key. */
export function decodeNewest(bytes: Buffer, start = 0, end = bytes.length): Newest {
  return end - start === BYTES
    ? { revision: bytes.readDoubleBE(start), checksum: bytes.readUInt32BE(start + 8) }
    : { revision: Number.NaN, checksum: 0 };
}
