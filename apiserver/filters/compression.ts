import { pipeline, Readable } from "node:stream";
import { constants, createGzip } from "node:zlib";
import { type ApiRequest, type ApiResponse, isStream, lengthOf, type Pieces, piecesOf } from "../request.ts";

/** Bodies up to this many bytes are sent as they are (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/writers.go). */
const THRESHOLD = 131_072;

/** Packs a large answer for a client that takes gzip, while it is sent: at the fastest level and off the event loop's thread. */
export function compressed(request: ApiRequest, response: ApiResponse): ApiResponse {
  const { body, headers } = response;
  if (isStream(body) || headers["content-encoding"] !== undefined || !acceptsGzip(request.headers["accept-encoding"])) return response;
  if ((lengthOf(body) ?? Number.POSITIVE_INFINITY) <= THRESHOLD) return response;
  return {
    ...response,
    headers: { ...headers, "content-encoding": "gzip", vary: vary(headers.vary) },
    body: { pieces: gzipped(piecesOf(body)) },
  };
}

async function* gzipped(pieces: Pieces["pieces"]): AsyncIterable<Uint8Array> {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: THRESHOLD });
  // an end before its time, on either side, ends the other; who reads is told of it by what is read
  pipeline(Readable.from(pieces), gzip, () => {});
  yield* gzip as AsyncIterable<Uint8Array>;
}

const acceptsGzip = (header: string | undefined) =>
  header?.includes("gzip") === true && header.split(",").some((part) => part.trim() === "gzip");

const vary = (present: string | readonly string[] | undefined) =>
  present === undefined ? "Accept-Encoding" : `${present}, Accept-Encoding`;
