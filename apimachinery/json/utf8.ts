import { isUtf8 } from "node:buffer";

/**
 * Bytes as text, the way Go ranges over a string: every byte that does not belong to a well-formed character becomes U+FFFD of its own
 * (the web's decoder makes one of a whole cut-off character).
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString("utf8");
  let text = "";
  for (let at = 0; at < buffer.length; ) {
    const size = characterSize(buffer, at);
    text += size === 0 ? "\ufffd" : buffer.toString("utf8", at, at + size);
    at += size === 0 ? 1 : size;
  }
  return text;
}

/** The byte that the UTF-16 unit at `offset` of `decodeUtf8(bytes)` came from. */
export function byteAt(bytes: Uint8Array, offset: number): number | undefined {
  let at = 0;
  for (let units = 0; units < offset && at < bytes.length; ) {
    const size = characterSize(bytes, at);
    units += size === 4 ? 2 : 1;
    at += size === 0 ? 1 : size;
  }
  return bytes[at];
}

/** How many bytes the character at `at` has; 0 if there is none (Unicode, table 3-7). */
function characterSize(bytes: Uint8Array, at: number): 0 | 1 | 2 | 3 | 4 {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return isTail(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !isTail(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isTail(bytes[at + 3] ?? 0) ? 4 : 0;
}

const isTail = (byte: number) => byte >= 0x80 && byte <= 0xbf;
