import { internalError, type Status, StatusError } from "../../apimachinery/status/status.ts";
import { type ApiRequest, type ApiResponse, isStream, lengthOf, type Pieces, type Sink, type StreamBody } from "../request.ts";
import type { Peer } from "./peer.ts";

/** What answers requests: the core, knowing no socket. It tells failures as answers; should it reject, that is a defect. */
export type Handle = (request: ApiRequest) => Promise<ApiResponse>;

/** What an exchange needs of the door it came through. */
export interface Exchanges {
  readonly handle: Handle;
  /** True once the door is closing: new streams end at once. */
  readonly draining: boolean;
  /** Answers that are streaming now; the door ends them when it closes. */
  readonly streaming: Set<Exchange>;
  /** Told when the core itself fails. */
  readonly failed: (error: unknown, request: ApiRequest) => void;
}

/** Up to this length an answer in pieces is joined and sent whole. */
const WHOLE_BYTES = 64 * 1024;

const encoder = new TextEncoder();

/** What follows the head of an answer: its bytes, or a stream that ends some time. */
export type Rest = "nothing" | "bytes" | "stream";

/** One request and its answer, whatever the protocol beneath: {@link Http1Exchange}, {@link Http2Exchange}. */
export abstract class Exchange implements ApiRequest, Sink {
  abstract readonly method: string;
  abstract readonly path: string;
  abstract readonly query: string;
  abstract readonly headers: ApiRequest["headers"];
  abstract readonly rawHeaders: readonly string[];
  abstract readonly connection: Peer;
  readonly #exchanges: Exchanges;
  /** The answer's stream, from `open` until either side ends it. */
  #stream: StreamBody | undefined;
  /** Goes on with an answer in pieces, which waits for the peer. */
  #wake: (() => void) | undefined;
  #over = false;

  constructor(exchanges: Exchanges) {
    this.#exchanges = exchanges;
  }

  abstract readBody(limit: number): Promise<Uint8Array>;

  /** The peer is gone: nothing can be sent any more. */
  abstract readonly gone: boolean;
  /** Sends the head. */
  protected abstract head(status: number, headers: ApiResponse["headers"], rest: Rest): void;
  /** Sends a part of the body. False asks to wait for {@link drained}. */
  protected abstract send(chunk: Uint8Array): boolean;
  /** Sends the end, after `chunk` if there is one. */
  protected abstract finish(chunk?: Uint8Array): void;

  /** Has the core answer, and sends that. Never rejects. */
  async run(): Promise<void> {
    let response: ApiResponse;
    try {
      response = await this.#exchanges.handle(this);
    } catch (error) {
      if (!(error instanceof StatusError)) this.#exchanges.failed(error, this);
      response = failureOf(error instanceof StatusError ? error.status : internalError("the request could not be handled").status);
    }
    if (response.toStranger) await this.part();
    try {
      this.#answer(response);
    } catch (error) {
      this.#exchanges.failed(error, this);
      this.abort();
    }
  }

  /** Whoever asked is not known, and gets no more than this answer for the cost of the connection. */
  protected part(): Promise<void> | undefined {
    return undefined;
  }

  /** Cuts the exchange off: a stream that is left mid-way must not look complete. */
  protected abstract abort(): void;

  /** The door is closing: ends a streaming answer cleanly. */
  stop(): void {
    const stream = this.#release();
    if (stream === undefined) return;
    stream.close();
    this.finish();
  }

  write(chunk: Uint8Array): boolean {
    return this.#stream !== undefined && this.send(chunk);
  }

  end(): void {
    if (this.#release() !== undefined) this.finish();
  }

  /** To be called when the peer has taken what was buffered. */
  protected drained(): void {
    if (this.#stream !== undefined) this.#stream.drained();
    else this.#goOn();
  }

  /** To be called when the exchange is over, however it came to that. */
  protected closed(): void {
    this.#over = true;
    this.#release()?.close();
    this.#goOn();
  }

  #answer({ status, headers, body }: ApiResponse): void {
    const bodiless = this.method === "HEAD" || status === 204 || status === 304;
    if (isStream(body)) this.#answerStream(status, { ...headers }, body, bodiless);
    else if (!this.gone) this.#answerBytes(status, { ...headers }, body, bodiless);
  }

  #answerStream(status: number, headers: ApiResponse["headers"], body: StreamBody, bodiless: boolean): void {
    const unwanted = bodiless || this.#exchanges.draining;
    if (this.gone || unwanted) {
      body.close();
      if (!this.gone) this.head(status, headers, "nothing");
      return;
    }
    this.#stream = body;
    this.#exchanges.streaming.add(this);
    this.head(status, headers, "stream");
    body.open(this);
  }

  #answerBytes(status: number, headers: ApiResponse["headers"], body: Exclude<ApiResponse["body"], StreamBody>, bodiless: boolean): void {
    const length = lengthOf(body);
    // of what is left out it is not known here how long it would be
    const known = length !== undefined && (length > 0 || this.method !== "HEAD");
    if (known && status !== 204 && status !== 304) headers["content-length"] ??= String(length);
    if (bodiless || length === 0) this.head(status, headers, "nothing");
    else {
      this.head(status, headers, "bytes");
      if (body instanceof Uint8Array) this.finish(body);
      else if (Array.isArray(body) && length! <= WHOLE_BYTES) this.finish(body.length === 1 ? body[0] : Buffer.concat(body, length));
      else void this.#sendPieces("pieces" in body ? body : { pieces: body }, length);
    }
  }

  /** Sends a piece when the peer has taken what came before. */
  async #sendPieces(body: Pieces, length: number | undefined): Promise<void> {
    let sent = 0;
    try {
      for await (const piece of body.pieces) {
        if (this.#over) return;
        sent += piece.length;
        if (sent === length) {
          this.finish(piece);
          return;
        }
        if (this.send(piece)) continue;
        await this.#room();
        body.release?.(piece);
      }
      this.finish();
    } catch (error) {
      this.#exchanges.failed(error, this);
      this.abort();
    }
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #goOn(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #release(): StreamBody | undefined {
    const stream = this.#stream;
    if (stream !== undefined) {
      this.#stream = undefined;
      this.#exchanges.streaming.delete(this);
    }
    return stream;
  }
}

/** A failure as every client of Kubernetes reads it. */
export function failureOf(status: Status): ApiResponse & { readonly body: Uint8Array } {
  return {
    status: status.code ?? 500,
    headers: { "cache-control": "no-cache, private", "content-type": "application/json" },
    body: encoder.encode(`${JSON.stringify(status)}\n`),
  };
}

/** Splits what a client asked for into path and query; an absolute form loses its scheme and host. */
export function splitTarget(target: string): { path: string; query: string } {
  let start = 0;
  if (target.charCodeAt(0) !== 0x2f) {
    const host = target.indexOf("://");
    if (host > 0) {
      start = target.indexOf("/", host + 3);
      if (start < 0) return { path: "/", query: "" };
    }
  }
  const mark = target.indexOf("?", start);
  if (mark < 0) return { path: start === 0 ? target : target.slice(start), query: "" };
  return { path: target.slice(start, mark), query: target.slice(mark + 1) };
}
