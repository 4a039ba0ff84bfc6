import { apiVersionOf } from "../../apimachinery/object.ts";
import { Slice } from "../../storage/cache/dispatcher.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import { PIECE_BYTES, type Pieces } from "../request.ts";

const COMMA = 0x2c;
const BRACE = 0x7b;
const TAIL = Buffer.from("]}\n");

/**
 * `{"apiVersion":…,"kind":…,"metadata":{…},"items":[…]}` and a newline, as bytes that are made as they are sent: an envelope around the
 * objects' own. Only the records are held meanwhile, which the cache holds too.
 */
export async function listBody(resource: Resource, records: readonly ObjectRecord[], metadata: object): Promise<Pieces> {
  const { kind, custom, codec } = resource;
  const head = Buffer.from(
    `{"apiVersion":${JSON.stringify(apiVersionOf(kind))},"kind":${JSON.stringify(kind.listKind)},` +
      `"metadata":${JSON.stringify(metadata)},"items":[`,
  );
  // an item of a built-in kind starts behind its apiVersion and kind, and gets its brace back
  const skip = custom ? 0 : codec.typeLength;
  const braces = skip > 0 ? records.length : 0;
  const commas = Math.max(0, records.length - 1);
  let length = head.length + braces + commas + TAIL.length;
  const slice = new Slice();
  for (const record of records) {
    length += resource.json(record).length - skip;
    if (slice.spent()) await slice.next();
  }
  return new ListPieces(resource, records, head, skip, length);
}

class ListPieces implements Pieces {
  readonly length: number;
  readonly pieces: Iterable<Uint8Array>;
  #spare: Buffer | undefined;

  constructor(resource: Resource, records: readonly ObjectRecord[], head: Buffer, skip: number, length: number) {
    this.length = length;
    this.pieces = this.#make(resource, records, head, skip);
  }

  release(piece: Uint8Array): void {
    if (piece.buffer.byteLength === PIECE_BYTES) this.#spare = Buffer.from(piece.buffer);
  }

  *#make(resource: Resource, records: readonly ObjectRecord[], head: Buffer, skip: number): Generator<Buffer> {
    let left = this.length;
    let piece = this.#room(left, head.length);
    let used = head.copy(piece);
    for (let index = 0; index < records.length; index++) {
      const json = resource.json(records[index]!);
      const needed = json.length - skip + 2;
      if (used + needed > piece.length) {
        yield piece.subarray(0, used);
        left -= used;
        piece = this.#room(left, needed);
        used = 0;
      }
      if (index > 0) piece[used++] = COMMA;
      if (skip > 0) piece[used++] = BRACE;
      used += json.copy(piece, used, skip);
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
