import type { IncomingMessage, ServerResponse } from "node:http";
import type { WebSocket } from "@fastify/websocket";
import { TOKEN_PROTOCOL } from "../authentication/bearer-token.ts";
import type { ApiResponse } from "../request.ts";
import type { Exchanges, Rest } from "./exchange.ts";
import { Http1Exchange } from "./http1.ts";
import type { Link } from "./peer.ts";

/** A peer that has so much to read still is waited for. */
const BUFFERED_BYTES = 64 * 1024;

/** The head of a protobuf event in a stream tells its length; a message needs none. */
const LENGTH_BYTES = 4;

/** What a handshake asks to be spoken: names, of which kube-apiserver takes one, whatever it is. One that is a token is none of them. */
export const protocolsOf = ({ headers }: IncomingMessage): readonly string[] =>
  (headers["sec-websocket-protocol"] ?? "").split(",").flatMap((text) => {
    const name = text.trim();
    return name === "" || name.startsWith(TOKEN_PROTOCOL) ? [] : [name];
  });

/** Whether a request asks for a WebSocket. Who asks for another protocol is answered as if it had not. */
const wantsWebSocket = ({ method, headers }: IncomingMessage): boolean =>
  method === "GET" && headers.upgrade?.toLowerCase() === "websocket";

/**
 * A request to upgrade its connection (reference, clients.md section 7). A watch becomes a WebSocket, each event a message: text for JSON,
 * binary for protobuf and CBOR. Everything else, failures of a watch too, is an ordinary answer, after which the connection ends.
 */
export class UpgradeExchange extends Http1Exchange {
  readonly #request: IncomingMessage;
  readonly #upgrade: () => void;
  /** What becomes of it; undefined until the answer is there. */
  #answer: "plain" | "socket" | "refusal" | undefined;
  #socket: WebSocket | undefined;
  #binary = false;
  /** Bytes at the start of each event that are no part of its message. */
  #head = 0;
  /** Messages that came before the handshake was done. */
  readonly #early: Uint8Array[] = [];
  /** The peer is slower than the messages. */
  #waiting = false;
  #finished = false;

  /** @param upgrade has the handshake done; {@link connected} is called then */
  constructor(exchanges: Exchanges, request: IncomingMessage, response: ServerResponse, target: string, link: Link, upgrade: () => void) {
    super(exchanges, request, response, target, link);
    this.#request = request;
    this.#upgrade = upgrade;
    // the parser has let go of the connection: it carries one answer
    response.once("finish", () => request.socket.end());
  }

  connected(socket: WebSocket): void {
    this.#socket = socket;
    socket.on("close", () => this.closed());
    // what a client says is read and dropped, as in kube-apiserver; what it says wrong ends it
    socket.on("error", () => socket.terminate());
    for (const message of this.#early.splice(0)) this.send(message);
    if (this.#finished) socket.close(CLEAN);
    else if (!this.#waiting) this.drained();
  }

  protected override head(status: number, headers: ApiResponse["headers"], rest: Rest): void {
    if (rest !== "stream" || !wantsWebSocket(this.#request)) {
      this.#answer = "plain";
      super.head(status, { ...headers, connection: "close" }, rest);
      return;
    }
    const fault = handshakeFault(this.#request);
    if (fault === undefined) {
      this.#answer = "socket";
      const contentType = String(headers["content-type"]);
      this.#binary = contentType !== "application/json";
      this.#head = contentType.startsWith("application/vnd.kubernetes.protobuf") ? LENGTH_BYTES : 0;
      this.#upgrade();
      return;
    }
    this.#answer = "refusal";
    super.head(fault.status, { "content-type": "text/plain; charset=utf-8", connection: "close" }, "bytes");
    super.finish(Buffer.from(fault.text));
  }

  protected override send(chunk: Uint8Array): boolean {
    if (this.#answer === "plain") return super.send(chunk);
    if (this.#answer === "refusal") return false;
    const socket = this.#socket;
    if (socket === undefined) {
      this.#early.push(chunk);
      return false;
    }
    socket.send(chunk.subarray(this.#head), { binary: this.#binary }, () => {
      if (!this.#waiting || socket.bufferedAmount > BUFFERED_BYTES) return;
      this.#waiting = false;
      this.drained();
    });
    this.#waiting ||= socket.bufferedAmount > BUFFERED_BYTES;
    return !this.#waiting;
  }

  protected override finish(chunk?: Uint8Array): void {
    this.#finished = true;
    if (this.#answer === "plain") super.finish(chunk);
    else this.#socket?.close(CLEAN);
  }

  protected override abort(): void {
    if (this.#socket === undefined) super.abort();
    else this.#socket.terminate();
  }
}

/** The code of a WebSocket that ends as it should. */
const CLEAN = 1000;

/** What kube-apiserver has against a handshake, besides what the protocol itself asks for. */
function handshakeFault(request: IncomingMessage): { readonly status: number; readonly text: string } | undefined {
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return { status: 403, text: "null origin" };
  return protocolsOf(request).length > 1 ? { status: 400, text: "bad protocol" } : undefined;
}
