/** A request as plain data: every door (HTTP/1.1, HTTP/2, WebSocket, in process) makes one, and the core knows nothing else. */
export interface ApiRequest {
  readonly method: string;
  /** The path as sent, percent escapes and all, without the query. */
  readonly path: string;
  /** The query as sent, without the question mark. */
  readonly query: string;
  /** Names in lower case; a header that came several times is joined with `, `. Of values each character is a byte: see `headerText`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names and values in turn, as they came: a header that came several times stands here several times. Missing where none can. */
  readonly rawHeaders?: readonly string[];
  /** Reads the body to its end, once. Throws a 413 StatusError beyond `limit` bytes. Empty where there is none. */
  readBody(limit: number): Promise<Uint8Array>;
  readonly connection: Connection;
  /** The peer is gone: nobody reads an answer any more. Missing where that cannot be. */
  readonly gone?: boolean;
}

/** What the door knows of the peer; shared by the requests of one connection. */
export interface Connection {
  readonly remoteAddress: string;
  /** The verified client certificate. */
  readonly clientCertificate: ClientCertificate | undefined;
  /** What is wrong with a certificate that was shown and that no authority of clients vouches for, or that is not valid now. */
  readonly certificateProblem?: string;
  /** The certificate of a proxy that says who sends requests: one that an authority of proxies vouches for. */
  readonly proxyCertificate?: ClientCertificate;
  /** In-process callers say who they are; doors to the outside never set it. */
  readonly trustedUser?: UserInfo;
}

export interface ClientCertificate {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Values of the attribute for the user's uid; more than one is a mistake. */
  readonly uids: readonly string[];
  /** SHA-256 of the whole certificate, in hexadecimal. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly validUntil: number;
}

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ApiResponse {
  readonly status: number;
  /** Names in lower case; a list is sent as several lines. */
  readonly headers: Record<string, string | readonly string[]>;
  readonly body: Body;
  /** Nobody knows who asked: a connection that many requests may share ends after this answer. */
  toStranger?: boolean;
}

/** Bytes, bytes in pieces (never joined by the core), pieces that are made as they are sent, or a stream that lives until one side ends it. */
export type Body = Uint8Array | readonly Uint8Array[] | Pieces | StreamBody;

/** What is small is copied together up to this size, so that an answer of ten thousand objects is a few dozen writes. */
export const PIECE_BYTES = 128 * 1024;

/** A long answer that is never in memory as a whole. */
export interface Pieces {
  /** Bytes of all pieces together, where that is known beforehand. */
  readonly length?: number;
  /** Read once, a piece when the peer has taken those before it. A piece does not change until it is given back. */
  readonly pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** May be told that a piece has been sent and is not looked at again, so that its memory serves for the next ones. */
  release?(piece: Uint8Array): void;
}

export interface StreamBody {
  /** Starts producing into `sink`. Called once, after the head was sent. */
  open(sink: Sink): void;
  /** The peer took what was buffered: production may go on after a `write` that returned false. */
  drained(): void;
  /** The peer is gone, or the server drains: release everything. Called at most once; not after `sink.end()`. */
  close(): void;
}

export interface Sink {
  /** Sends bytes; they must not change afterwards. False asks to wait for `drained`. */
  write(chunk: Uint8Array): boolean;
  /** Ends the stream cleanly. */
  end(): void;
}

export const isStream = (body: Body): body is StreamBody => "open" in body;

/** The bytes of a body that is no stream, in the order in which they are sent. */
export function piecesOf(body: Exclude<Body, StreamBody>): Pieces["pieces"] {
  if (body instanceof Uint8Array) return [body];
  return "pieces" in body ? body.pieces : body;
}

/** Bytes of a body that is no stream; undefined where that is not known. */
export function lengthOf(body: Exclude<Body, StreamBody>): number | undefined {
  if (body instanceof Uint8Array || "pieces" in body) return body.length;
  let length = 0;
  for (const piece of body) length += piece.length;
  return length;
}
