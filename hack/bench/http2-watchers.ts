import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import type { Target } from "./servers.ts";

/*
 * Watch streams over HTTP/2 (RFC 9113), no more of the protocol than they need, so that reading an event costs the measuring side a
 * microsecond: with Node's own client it would cost more than the server's whole delivery.
 */

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const [DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE] = [0, 1, 3, 4, 6, 7, 8];
const ACK = 0x1;
const END_STREAM_AND_HEADERS = 0x5;
const LARGEST_WINDOW = 2 ** 31 - 1;
/** `:status: 200` in the static table of HPACK (RFC 7541, appendix A), and so the first byte of the answer. */
const STATUS_200 = 0x88;

/** Opens so many watches of one path on a connection of their own. `received` is given whatever bytes of events arrive. */
export async function openHttp2Watches(
  origin: string,
  credentials: Target["credentials"],
  path: string,
  count: number,
  received: (chunk: Buffer) => void,
): Promise<void> {
  const { hostname, port, host } = new URL(origin);
  const socket = connect({ ...credentials, host: hostname, port: Number(port), ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  socket.setNoDelay(true);
  const settings = Buffer.alloc(12);
  settings.writeUInt16BE(0x2, 0); // ENABLE_PUSH 0
  settings.writeUInt16BE(0x4, 6); // INITIAL_WINDOW_SIZE
  settings.writeUInt32BE(LARGEST_WINDOW, 8);
  const window = Buffer.alloc(4);
  window.writeUInt32BE(LARGEST_WINDOW - 65_535);
  const head = requestHead(host, path);
  const requests = Array.from({ length: count }, (_, index) => frame(HEADERS!, END_STREAM_AND_HEADERS, 1 + 2 * index, head));
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(SETTINGS!, 0, 0, settings), frame(WINDOW_UPDATE!, 0, 0, window), ...requests]));
  await new Promise<void>((resolve, reject) => {
    let answered = 0;
    const reader = new FrameReader(socket, received, (first) => {
      if (first !== STATUS_200) reject(new Error("a watch was refused"));
      else if (++answered === count) resolve();
    });
    socket.on("data", (chunk) => reader.read(chunk));
    socket.once("close", () => reject(new Error("the connection ended")));
    socket.on("error", reject);
  });
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** GET of a path over https, in HPACK: indexed fields, and literals that are not indexed. */
function requestHead(authority: string, path: string): Buffer {
  const literal = (index: number, value: string) => {
    const bytes = Buffer.from(value);
    if (bytes.length > 126) throw new Error("too long for one byte of length");
    return Buffer.concat([index < 15 ? Buffer.of(index, bytes.length) : Buffer.of(15, index - 15, bytes.length), bytes]);
  };
  return Buffer.concat([Buffer.of(0x82, 0x87), literal(4, path), literal(1, authority), literal(19, "application/json")]);
}

/** Takes frames apart as their bytes arrive. */
class FrameReader {
  readonly #socket: TLSSocket;
  readonly #received: (chunk: Buffer) => void;
  readonly #answered: (firstByte: number) => void;
  readonly #head = Buffer.alloc(9);
  #headBytes = 0;
  #left = 0;
  /** The payload of a frame that is looked at whole. */
  #control: Buffer[] = [];

  constructor(socket: TLSSocket, received: (chunk: Buffer) => void, answered: (firstByte: number) => void) {
    this.#socket = socket;
    this.#received = received;
    this.#answered = answered;
  }

  read(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#headBytes < 9) {
        const copied = chunk.copy(this.#head, this.#headBytes, at, at + 9 - this.#headBytes);
        this.#headBytes += copied;
        at += copied;
        if (this.#headBytes < 9) return;
        this.#left = this.#head.readUIntBE(0, 3);
      }
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      if (this.#head[3] === DATA) this.#received(part);
      else this.#control.push(part);
      if (this.#left > 0) return;
      this.#headBytes = 0;
      if (this.#head[3] !== DATA) this.#obey(Buffer.concat(this.#control.splice(0)));
    }
  }

  #obey(payload: Buffer): void {
    const type = this.#head[3];
    const acknowledged = (this.#head[4]! & ACK) !== 0;
    if (type === HEADERS) this.#answered(payload[0]!);
    else if (type === SETTINGS && !acknowledged) this.#socket.write(frame(SETTINGS!, ACK, 0, Buffer.alloc(0)));
    else if (type === PING && !acknowledged) this.#socket.write(frame(PING!, ACK, 0, payload));
    else if (type === RST_STREAM || type === GOAWAY) this.#socket.destroy(new Error("the server ended a watch"));
  }
}
