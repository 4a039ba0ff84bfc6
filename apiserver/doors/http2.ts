import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { readAll } from "./body.ts";
import { Exchange, type Exchanges, type Rest, splitTarget } from "./exchange.ts";
import type { Link, Peer } from "./peer.ts";

/** One request of an HTTP/2 connection, on Node's stream itself: see docs/decisions/0001-libraries.md for what that saves. */
export class Http2Exchange extends Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: ApiRequest["headers"];
  readonly rawHeaders: readonly string[];
  readonly connection: Peer;
  readonly #stream: ServerHttp2Stream;

  constructor(exchanges: Exchanges, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[], link: Link) {
    super(exchanges);
    const { path, query } = splitTarget((headers[":path"] as string | undefined) ?? "*");
    this.method = headers[":method"] as string;
    this.path = path;
    this.query = query;
    headers.host ??= headers[":authority"] as string | undefined;
    this.headers = headers as ApiRequest["headers"];
    this.rawHeaders = rawHeaders;
    this.connection = link.peer;
    this.#stream = stream;
    link.requests++;
    stream.on("close", () => {
      link.requests--;
      this.closed();
    });
    // What goes wrong on the way shows as `close`; without a listener it would end the process.
    stream.on("error", ignore);
  }

  readBody(limit: number): Promise<Uint8Array> {
    const stream = this.#stream;
    if (stream.endAfterHeaders) return readAll(stream, 0, limit);
    const declared = this.headers["content-length"];
    const length = declared === undefined ? undefined : Number(declared);
    if (this.headers.expect !== undefined && (length ?? 0) <= limit) stream.additionalHeaders({ ":status": 100 });
    return readAll(stream, length, limit);
  }

  get gone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  protected head(status: number, headers: ApiResponse["headers"], rest: Rest): void {
    const stream = this.#stream;
    (headers as Record<string, unknown>)[":status"] = status;
    if (!stream.readableEnded && !stream.endAfterHeaders) stream.once("finish", () => this.#refuseUnread());
    stream.respond(headers as Record<string, string | string[]>, rest === "nothing" ? { endStream: true } : undefined);
  }

  protected send(chunk: Uint8Array): boolean {
    const stream = this.#stream;
    const taken = stream.write(chunk);
    if (!taken && stream.listenerCount("drain") === 0) stream.once("drain", () => this.drained());
    return taken;
  }

  protected finish(chunk?: Uint8Array): void {
    if (chunk === undefined) this.#stream.end();
    else this.#stream.end(chunk);
  }

  /**
   * As kube-apiserver does since CVE-2023-44487; streams that are open go on to their end. In a turn of its own: Node 20 breaks its memory, and the
   * process ends, when a session is closed while frames of it are being read. Before the answer, so that nobody who has it asks here again.
   */
  protected override async part(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#stream.session?.close();
  }

  protected abort(): void {
    // `close` would end the answer first, as if it were complete
    this.#stream.destroy(new Error("cut off"));
  }

  /** The answer is complete: tells the peer to stop sending what nobody reads (RFC 9113, 8.1). */
  #refuseUnread(): void {
    if (!this.#stream.readableEnded) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }
}

const ignore = () => {};
