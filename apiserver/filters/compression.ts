import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Eventual } from "../eventual.ts";
import { type ApiRequest, type ApiResponse, isStream, lengthOf } from "../request.ts";

const gzipped = promisify(gzip);

/** Bodies up to this many bytes are sent as they are (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/writers.go). */
const THRESHOLD = 131_072;

/** Packs a large answer for a client that takes gzip, at the fastest level and off the event loop's thread. */
export function compressed(request: ApiRequest, response: ApiResponse): Eventual<ApiResponse> {
  const { body } = response;
  if (isStream(body) || response.headers["content-encoding"] !== undefined || !acceptsGzip(request.headers["accept-encoding"])) {
    return response;
  }
  const pieces = body instanceof Uint8Array ? [body] : body;
  const size = lengthOf(pieces);
  return size <= THRESHOLD ? response : packed(response, pieces, size);
}

async function packed(response: ApiResponse, pieces: readonly Uint8Array[], size: number): Promise<ApiResponse> {
  const body = await gzipped(pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, size), {
    level: constants.Z_BEST_SPEED,
  });
  return {
    ...response,
    headers: { ...response.headers, "content-encoding": "gzip", vary: vary(response.headers.vary) },
    body,
  };
}

const acceptsGzip = (header: string | undefined) =>
  header?.includes("gzip") === true && header.split(",").some((part) => part.trim() === "gzip");

const vary = (present: string | readonly string[] | undefined) =>
  present === undefined ? "Accept-Encoding" : `${present}, Accept-Encoding`;
