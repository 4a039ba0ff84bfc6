import * as http2 from "node:http2";
import * as https from "node:https";
import type { Socket } from "node:net";
import { type Logger, pino } from "pino";
import { type Door, openDoor } from "../../apiserver/doors/http.ts";
import type { ApiRequest, ApiResponse, Sink, StreamBody } from "../../apiserver/request.ts";
import { TestAuthority } from "./authority.ts";

export const answer = (body: ApiResponse["body"], status = 200): ApiResponse => ({
  status,
  headers: { "content-type": "text/plain" },
  body,
});
export const text = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
export const closed = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));

/** A stream that records what happens to it. */
export class Recorded implements StreamBody {
  readonly calls: string[] = [];
  readonly opened: Promise<Sink>;
  readonly closed: Promise<void>;
  #open: (sink: Sink) => void = () => {};
  #close: () => void = () => {};
  constructor() {
    this.opened = new Promise((resolve) => (this.#open = resolve));
    this.closed = new Promise((resolve) => (this.#close = resolve));
  }
  open(sink: Sink): void {
    this.calls.push("open");
    this.#open(sink);
  }
  drained(): void {
    this.calls.push("drained");
  }
  close(): void {
    this.calls.push("close");
    this.#close();
  }
}

export interface Request {
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: Uint8Array | Uint8Array[];
  certificate?: { key: string; certificate: string };
}
export interface Response {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** Ends the exchange from the client's side. */
  cut(): void;
}

export type Send = (request?: Request, onHead?: (response: Response) => void) => Promise<Response>;

/** A door on a free port of loopback, before whatever handles requests, and clients of it. */
export class TestDoor {
  readonly authority: TestAuthority;
  /** Whom the door does not trust. */
  readonly stranger: TestAuthority;
  readonly server: { readonly key: string; readonly certificate: string };
  door!: Door;
  handle: (request: ApiRequest) => Promise<ApiResponse> = async () => answer(text("fine"));
  /** Ended by {@link leave}. */
  readonly clients: { close(): void }[] = [];

  readonly #log: Logger;

  private constructor(authority: TestAuthority, stranger: TestAuthority, server: TestDoor["server"], log: Logger) {
    this.authority = authority;
    this.stranger = stranger;
    this.server = server;
    this.#log = log;
  }

  static async open(log: Logger = pino({ enabled: false })): Promise<TestDoor> {
    const [authority, stranger] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
    const under = new TestDoor(authority, stranger, await authority.server("127.0.0.1"), log);
    await under.open();
    return under;
  }

  /** Opens it anew. @param grace milliseconds */
  async open(grace = 300): Promise<void> {
    this.door = await openDoor({
      handle: (request) => this.handle(request),
      host: "127.0.0.1",
      port: 0,
      tls: { ...this.server, clientAuthorities: [this.authority.certificate] },
      log: this.#log,
      grace,
    });
  }

  leave(): void {
    for (const client of this.clients.splice(0)) client.close();
  }

  http1(request: Request = {}, onHead?: (response: Response) => void): Promise<Response> {
    return new Promise((resolve, reject) => {
      const agent = new https.Agent({ keepAlive: true });
      this.clients.push({ close: () => agent.destroy() });
      const { method = "GET", path = "/", headers = {} } = request;
      const sent = https.request(
        { host: "127.0.0.1", port: this.door.port, method, path, headers, agent, ...this.#tlsOf(request) },
        (got) => {
          const response: Response = { status: got.statusCode!, headers: got.headers, body: "", cut: () => sent.destroy() };
          onHead?.(response);
          got.setEncoding("utf8");
          got.on("data", (chunk) => (response.body += chunk));
          got.on("end", () => resolve(response));
          got.on("error", reject);
        },
      );
      sent.on("error", reject);
      for (const chunk of [request.body ?? []].flat()) sent.write(chunk);
      sent.end();
    });
  }

  http2(request: Request = {}, onHead?: (response: Response) => void): Promise<Response> {
    return new Promise((resolve, reject) => {
      const session = http2.connect(`https://127.0.0.1:${this.door.port}`, {
        ...this.#tlsOf(request),
        maxSendHeaderBlockLength: 20_000_000,
      } as http2.SecureClientSessionOptions);
      this.clients.push({ close: () => session.destroy() });
      session.on("error", reject);
      const { method = "GET", path = "/", headers = {}, body } = request;
      const sent = session.request({ ":method": method, ":path": path, ...headers }, { endStream: body === undefined });
      const response: Response = { status: 0, headers: {}, body: "", cut: () => sent.close(http2.constants.NGHTTP2_CANCEL) };
      sent.on("response", (got) => {
        response.status = got[":status"]!;
        response.headers = got as Response["headers"];
        onHead?.(response);
      });
      sent.setEncoding("utf8");
      sent.on("data", (chunk) => (response.body += chunk));
      sent.on("close", () => (sent.rstCode === 0 && response.status > 0 ? resolve(response) : reject(new Error("cut off"))));
      sent.on("error", reject);
      for (const chunk of [body ?? []].flat()) sent.write(chunk);
      if (body !== undefined) sent.end();
    });
  }

  #tlsOf({ certificate }: Request) {
    return {
      ca: this.authority.certificate,
      ...(certificate ? { key: certificate.key, cert: certificate.certificate } : {}),
    };
  }
}
