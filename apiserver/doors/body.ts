import type { Readable } from "node:stream";
import { badRequest, tooLarge } from "../../apimachinery/status/status.ts";

const NOTHING = new Uint8Array(0);

/**
 * Reads a request's body to its end.
 *
 * @param declared the content-length, if there is one; where it is beyond `limit` nothing is read at all
 * @returns exactly the bytes sent
 * @throws StatusError 413 as soon as there is more than `limit`; 400 if the peer stopped before the end
 */
export function readAll(source: Readable, declared: number | undefined, limit: number): Promise<Uint8Array> {
  if (declared === 0) return Promise.resolve(NOTHING);
  if (declared !== undefined && declared > limit) return Promise.reject(tooLarge(`limit is ${limit}`));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        source.off("data", take);
        source.pause();
        reject(tooLarge(`limit is ${limit}`));
      } else chunks.push(chunk);
    };
    // The listeners end with the request; taking them off would cost more than all the rest.
    let ended = false;
    const cut = () => {
      if (!ended) reject(badRequest("unexpected EOF"));
    };
    source.on("data", take);
    source.on("end", () => {
      ended = true;
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    });
    source.on("close", cut);
    source.on("error", cut);
    if (source.destroyed) cut();
  });
}
