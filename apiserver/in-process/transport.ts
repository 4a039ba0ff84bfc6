import type { Transport, TransportRequest, TransportResponse } from "../../client/client.ts";
import {
  type ApiRequest,
  type ApiResponse,
  type Connection,
  isStream,
  type Pieces,
  piecesOf,
  type StreamBody,
  type UserInfo,
} from "../request.ts";

/** Where callers in a kube-apiserver come from, who ask it by way of a socket. */
const LOOPBACK = "::1";

/**
 * The door for callers in this process: the same core, the same filters, and no socket. Whoever gets one speaks as `user`.
 */
export function inProcessTransport(handle: (request: ApiRequest) => Promise<ApiResponse>, user: UserInfo): Transport {
  const connection: Connection = { remoteAddress: LOOPBACK, clientCertificate: undefined, trustedUser: user };
  return {
    async send(request) {
      const response = await handle(apiRequest(request, connection));
      return { status: response.status, headers: plainHeaders(response), body: bodyOf(response, request.signal) };
    },
  };
}

const NOTHING = new Uint8Array();

function apiRequest({ method, path, query, headers, body }: TransportRequest, connection: Connection): ApiRequest {
  return { method, path, query, headers, connection, readBody: async () => body ?? NOTHING };
}

function plainHeaders({ headers }: ApiResponse): TransportResponse["headers"] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : value.join(", ")]));
}

function bodyOf({ body }: ApiResponse, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  if (isStream(body)) return streamed(body, signal);
  return whole(piecesOf(body));
}

async function* whole(pieces: Pieces["pieces"]): AsyncIterable<Uint8Array> {
  yield* pieces;
}

/** Pieces that may wait to be taken before the producer is asked to pause. */
const BUFFERED = 64;

/** Turns a stream that pushes into one that is pulled from. */
async function* streamed(body: StreamBody, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let ended = signal?.aborted ?? false;
  let paused = false;
  let wake = () => {};
  const abort = () => {
    ended = true;
    wake();
  };
  signal?.addEventListener("abort", abort, { once: true });
  let open = !ended;
  if (!open) body.close();
  else {
    body.open({
      write(chunk) {
        waiting.push(chunk);
        wake();
        paused = waiting.length >= BUFFERED;
        return !paused;
      },
      end() {
        open = false;
        ended = true;
        wake();
      },
    });
  }
  try {
    for (;;) {
      const chunk = waiting.shift();
      if (chunk !== undefined) {
        yield chunk;
        if (paused && waiting.length === 0) {
          paused = false;
          body.drained();
        }
      } else if (ended) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (signal?.aborted) return;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    if (open) body.close();
  }
}
