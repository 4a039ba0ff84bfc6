import type { Pieces } from "../request.ts";
import type { Turns } from "./turns.ts";

/** What it takes to encrypt and send a byte, which is done later, when all that was written is sent together. */
const MS_PER_BYTE = 1.5e-6;

/** A long answer whose pieces are made when it is its flow's turn. */
export function pacedBody(body: Pieces, turns: Turns, flow: string): Pieces {
  return {
    ...(body.length !== undefined && { length: body.length }),
    pieces: pacedPieces(body.pieces, turns, flow),
    release: (piece) => body.release?.(piece),
  };
}

async function* pacedPieces(pieces: Pieces["pieces"], turns: Turns, flow: string): AsyncGenerator<Uint8Array> {
  const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  try {
    for (;;) {
      const turn = turns.wait(flow);
      if (turn !== undefined) await turn;
      const { done, value } = await iterator.next();
      if (done) return;
      turns.charge(value.length * MS_PER_BYTE);
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
