import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { readAll } from "./body.ts";
import { Exchange, type Exchanges, type Rest, splitTarget } from "./exchange.ts";
import type { Link, Peer } from "./peer.ts";

/** How long a peer may go on sending what nobody reads before the connection is cut; the answer has been sent by then. Milliseconds. */
export const UNREAD_MS = 1_000;

/** One request of an HTTP/1.1 connection. */
export class Http1Exchange extends Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ApiRequest["headers"];
  readonly rawHeaders: readonly string[];
  readonly connection: Peer;
  readonly #exchanges: Exchanges;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  /** @param target the URL as sent, which the router does not see */
  constructor(exchanges: Exchanges, request: IncomingMessage, response: ServerResponse, target: string, link: Link) {
    super(exchanges);
    const { path, query } = splitTarget(target);
    this.method = request.method ?? "";
    this.path = path;
    this.query = query;
    this.headers = request.headers as ApiRequest["headers"];
    this.rawHeaders = request.rawHeaders;
    this.connection = link.peer;
    this.#exchanges = exchanges;
    this.#request = request;
    this.#response = response;
    link.requests++;
    response.on("close", () => {
      link.requests--;
      this.closed();
      if (exchanges.draining && link.requests === 0) request.socket.end();
    });
    if (response.socket === null) this.#awaitTurn();
    // What goes wrong on the way shows as `close`; without a listener it would end the process.
    response.on("error", ignore);
  }

  readBody(limit: number): Promise<Uint8Array> {
    const request = this.#request;
    const { "content-length": declared, "transfer-encoding": encoding, expect } = request.headers;
    if (declared === undefined && encoding === undefined) return readAll(request, 0, limit);
    const length = declared === undefined ? undefined : Number(declared);
    if (expect !== undefined && (length ?? 0) <= limit) this.#response.writeContinue();
    return readAll(request, length, limit);
  }

  get gone(): boolean {
    // Without a socket an answer is over, or has to wait for the one before it on the connection: a peer that has read an answer sends the
    // next request before Node has heard that the answer went out.
    return this.#response.destroyed || this.#request.socket.destroyed;
  }

  protected head(status: number, headers: ApiResponse["headers"], rest: Rest): void {
    if (this.#exchanges.draining) headers.connection = "close";
    if (!this.#request.complete) this.#response.once("finish", () => this.#cutUnread());
    this.#response.writeHead(status, headers as Record<string, string | string[]>);
    if (rest === "nothing") this.#response.end();
    else if (rest === "stream") this.#response.flushHeaders();
  }

  protected send(chunk: Uint8Array): boolean {
    const response = this.#response;
    const taken = response.write(chunk);
    if (!taken && response.listenerCount("drain") === 0) response.once("drain", () => this.drained());
    return taken;
  }

  protected finish(chunk?: Uint8Array): void {
    if (chunk === undefined) this.#response.end();
    else this.#response.end(chunk);
  }

  protected abort(): void {
    this.#response.destroy();
  }

  /** Node tells an answer that the connection is gone only once it is that answer's turn. */
  #awaitTurn(): void {
    const { socket } = this.#request;
    const cut = () => this.closed();
    // a peer may send any number of requests ahead
    socket.setMaxListeners(0);
    socket.once("close", cut);
    this.#response.once("socket", () => socket.off("close", cut));
  }

  /** Node reads the rest of a body away to keep the connection; that must end some time. */
  #cutUnread(): void {
    const request = this.#request;
    if (request.complete) return;
    setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, UNREAD_MS).unref();
  }
}

const ignore = () => {};
