import { stringify } from "../../apimachinery/json/stringify.ts";
import { Slice } from "../../storage/cache/dispatcher.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import { PIECE_BYTES, type Pieces } from "../request.ts";
import type { ItemBytes } from "./item-bytes.ts";

const COMMA = 0x2c;
const TAIL = Buffer.from("]}\n");

/**
 * `{"apiVersion":…,"kind":…,"metadata":{…},"items":[…]}` and a newline, as bytes that are made as they are sent: an envelope around the
 * objects' own. Only the records are held meanwhile, which the cache holds too.
 *
 * @param envelope what stands before the items
 */
export async function listBody(
  records: readonly ObjectRecord[],
  items: ItemBytes,
  envelope: object,
  slice: Slice = new Slice(),
): Promise<Pieces> {
  const head = Buffer.from(`${stringify(envelope).slice(0, -1)},"items":[`);
  const around = items.before.length + items.after.length;
  const commas = Math.max(0, records.length - 1);
  let length = head.length + records.length * around + commas + TAIL.length;
  for (const record of records) {
    length += items.to(items.json(record)) - items.from;
    if (slice.spent()) await slice.next();
  }
  return new ListPieces(records, items, head, length);
}

class ListPieces implements Pieces {
  readonly length: number;
  readonly pieces: Iterable<Uint8Array>;
  #spare: Buffer | undefined;

  constructor(records: readonly ObjectRecord[], items: ItemBytes, head: Buffer, length: number) {
    this.length = length;
    this.pieces = this.#make(records, items, head);
  }

  release(piece: Uint8Array): void {
    if (piece.buffer.byteLength === PIECE_BYTES) this.#spare = Buffer.from(piece.buffer);
  }

  *#make(records: readonly ObjectRecord[], items: ItemBytes, head: Buffer): Generator<Buffer> {
    const { before, after, from } = items;
    const around = before.length + after.length + 1;
    let left = this.length;
    let piece = this.#room(left, head.length);
    let used = head.copy(piece);
    for (let index = 0; index < records.length; index++) {
      const json = items.json(records[index]!);
      const to = items.to(json);
      const needed = to - from + around;
      if (used + needed > piece.length) {
        yield piece.subarray(0, used);
        left -= used;
        piece = this.#room(left, needed);
        used = 0;
      }
      if (index > 0) piece[used++] = COMMA;
      // a call costs more than what there is to copy
      for (let at = 0; at < before.length; at++) piece[used++] = before[at]!;
      used += json.copy(piece, used, from, to);
      for (let at = 0; at < after.length; at++) piece[used++] = after[at]!;
    }
    if (used + TAIL.length > piece.length) {
      yield piece.subarray(0, used);
      piece = this.#room(0, TAIL.length);
      used = 0;
    }
    used += TAIL.copy(piece, used);
    yield piece.subarray(0, used);
  }

  /** Room for `left` bytes, or as many as make a piece, and for `least` in any case. */
  #room(left: number, least: number): Buffer {
    const size = Math.max(least, Math.min(PIECE_BYTES, left));
    const spare = this.#spare;
    if (size > PIECE_BYTES || spare === undefined) return Buffer.allocUnsafeSlow(size);
    this.#spare = undefined;
    return spare;
  }
}
