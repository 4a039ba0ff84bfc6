import { crc32 } from "node:zlib";

/**
 * A CRC-32 of bytes (or the UTF-8 of a text) and of the revision that they belong to: what lies under another revision than it was written
 * for is as wrong as what has changed. Any single bit that differs, in either, is told.
 */
export const checksum = (data: string | Uint8Array, revision: number): number => crc32(data, fold(revision));

/** 32 bits of a revision, negative ones too. */
function fold(revision: number): number {
  const size = Math.abs(revision);
  return (size ^ Math.imul(Math.floor(size / 2 ** 32) * 2 + (revision < 0 ? 1 : 0), 0x9e3779b1)) >>> 0;
}
