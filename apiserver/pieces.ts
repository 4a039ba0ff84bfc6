import type { Pieces } from "./request.ts";

/** Small pieces are copied together up to this size, so that an answer of ten thousand objects is a few dozen writes. */
export const PIECE_BYTES = 128 * 1024;

/** The same bytes, small pieces copied together: `[1 kB, 1 kB, 300 kB, 1 kB]` comes out as `[2 kB, 300 kB, 1 kB]`. */
export function joined(pieces: readonly Uint8Array[]): Pieces {
  let length = 0;
  for (const piece of pieces) length += piece.length;
  return { length, pieces: join(pieces) };
}

function* join(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (size + piece.length > PIECE_BYTES) {
      if (size > 0) yield Buffer.concat(small, size);
      small = [];
      size = 0;
    }
    small.push(piece);
    size += piece.length;
  }
  if (size > 0) yield Buffer.concat(small, size);
}
