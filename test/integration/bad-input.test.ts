import * as http2 from "node:http2";
import * as https from "node:https";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Credentials, credentialsIn } from "../tools/credentials.ts";
import { EMPTY_NAMESPACES, startTestServer, type TestServer } from "../tools/server.ts";
import {
  addresses,
  bodies,
  CONFIG_MAPS,
  get,
  MIB,
  NETWORKS,
  network,
  objects,
  patch,
  patches,
  post,
  queries,
  type Request,
  times,
} from "./bad-input-cases.ts";

interface Response {
  readonly status: number;
  readonly text: string;
}

let server: TestServer;
let credentials: Credentials;
let session: http2.ClientHttp2Session | undefined;

beforeAll(async () => {
  server = await startTestServer({ controllers: EMPTY_NAMESPACES });
  credentials = await credentialsIn(server.kubeconfigPath);
  await server.send("POST", CONFIG_MAPS, { metadata: { name: "here" }, data: { a: "1" } });
  await server.send("POST", NETWORKS, network("here"));
});
afterAll(async () => {
  session?.destroy();
  await server.close();
});

/** Whatever came, the server goes on, and nothing of it was stored. */
afterEach(async () => {
  expect(await server.send("GET", "/readyz")).toMatchObject({ status: 200, text: "ok" });
  const [configMaps, networks] = await Promise.all([server.send("GET", CONFIG_MAPS), server.send("GET", NETWORKS)]);
  const names = [configMaps, networks].flatMap(({ body }) => body.items.map((item: { metadata: { name: string } }) => item.metadata.name));
  expect(names).toEqual(["here", "here"]);
});

function sendHttp1({ method = "GET", path = "/", headers = {}, body }: Request): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = new URL(server.url);
    // without a length a body would not belong to a DELETE
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = { host, port, path, method, headers: { ...headers, ...length }, agent: false, ...credentials } as const;
    const request = https.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

function sendHttp2({ method = "GET", path = "/", headers = {}, body }: Request): Promise<Response> {
  if (session === undefined || session.closed || session.destroyed) session = http2.connect(server.url, credentials);
  const stream = session.request({ ":method": method, ":path": path, ...headers }, { endStream: body === undefined });
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = "";
    stream.on("response", (head) => (status = head[":status"] ?? 0));
    stream.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    stream.on("end", () => resolve({ status, text }));
    stream.on("error", reject);
    if (body !== undefined) stream.end(body);
  });
}

describe.each([
  ["HTTP/1.1", sendHttp1],
  ["HTTP/2", sendHttp2],
])("over %s", (_, send) => {
  describe.each([
    ["a body", bodies],
    ["an object", objects],
    ["an address", addresses],
    ["a query", queries],
    ["a patch, deletion or header", patches],
  ])("%s that is bad is told so:", (_, cases) => {
    it.each(cases)("%s", async (_, request, status, message) => {
      const begun = performance.now();
      const response = await send(request);
      expect({ status: response.status, text: response.text.slice(0, 300) }).toMatchObject({ status });
      const text = response.text.startsWith("{") ? readStatus(response.text, status) : response.text;
      if (typeof message === "string") expect(text).toContain(message.replaceAll('\\"', '"'));
      else expect(text).toMatch(message);
      expect(performance.now() - begun).toBeLessThan(20_000);
    });
  });

  it("a continue token of another list is refused", async () => {
    const first = await send(get("/api/v1/namespaces?limit=1"));
    const other = JSON.parse(first.text).metadata.continue as string;
    const { status, text } = await send(get(`${CONFIG_MAPS}?limit=1&continue=${encodeURIComponent(other)}`));
    expect([200, 400, 410]).toContain(status);
    if (status === 200)
      expect(JSON.parse(text).items.every((item: { metadata: { name: string } }) => item.metadata.name === "here")).toBe(true);
  });

  it("members of every object are data like any other, where they may stand", async () => {
    const data = '{"constructor":"c","hasOwnProperty":"h","toString":"t","__proto__":"p"}';
    const made = await send(post(`{"metadata":{"name":"members","annotations":{"constructor":"c"}},"data":${data}}`));
    expect([made.status, JSON.parse(made.text).metadata?.annotations]).toEqual([201, { constructor: "c" }]);
    const { text } = await send(get(`${CONFIG_MAPS}/members`));
    expect(Object.entries(JSON.parse(text).data).sort()).toEqual([
      ["__proto__", "p"],
      ["constructor", "c"],
      ["hasOwnProperty", "h"],
      ["toString", "t"],
    ]);
    const merged = await send(patch("merge-patch+json", '{"data":{"__proto__":null,"toString":"changed"}}', `${CONFIG_MAPS}/members`));
    expect(Object.entries(JSON.parse(merged.text).data).sort()).toEqual([
      ["constructor", "c"],
      ["hasOwnProperty", "h"],
      ["toString", "changed"],
    ]);
    await send({ method: "DELETE", path: `${CONFIG_MAPS}/members` });
  });
});

/** The message of a Status that has to be one. */
function readStatus(text: string, code: number): string {
  const status = JSON.parse(text);
  expect(status).toMatchObject({ kind: "Status", apiVersion: "v1", status: "Failure", code });
  return status.message;
}

describe("a connection", () => {
  /** What the server says to these bytes before it closes. */
  function say(...pieces: readonly (string | Buffer)[]): Promise<string> {
    return new Promise((resolve) => {
      const socket = connectTls({ port: Number(new URL(server.url).port), host: "127.0.0.1", ALPNProtocols: ["http/1.1"], ...credentials });
      let heard = "";
      socket.setEncoding("utf8").on("data", (chunk) => (heard += chunk));
      socket.on("error", () => {});
      socket.on("close", () => resolve(heard));
      for (const piece of pieces) socket.write(piece);
    });
  }

  it.each([
    ["no HTTP at all", "hello\r\n\r\n"],
    ["a NUL in the path", "GET /api/\0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
    ["a blank in the path", "GET /a b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"],
    ["a header without a name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\nConnection: close\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"],
    ["a length and chunks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    [
      "a chunk that is none",
      `POST ${CONFIG_MAPS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
  ])("with %s gets a clean 400", async (_, bytes) => {
    const answer = await say(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it("with ten megabytes of headers gets a 431", async () => {
    const answer = await say("GET / HTTP/1.1\r\nHost: a\r\n", ...times(10, (i) => `X-${i}: ${"a".repeat(MIB)}\r\n`), "\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("of HTTP/2 with ten megabytes of headers loses at most itself", async () => {
    const frame = (type: number, flags: number, stream: number, payload: Buffer) => {
      const head = Buffer.alloc(9);
      head.writeUIntBE(payload.length, 0, 3);
      head.writeUInt8(type, 3);
      head.writeUInt8(flags, 4);
      head.writeUInt32BE(stream, 5);
      return Buffer.concat([head, payload]);
    };
    // GET https / from the static table, then `x: aaaa…` without an index: RFC 7541, and RFC 9113 for the frames
    const length = 16_000;
    const field = Buffer.concat([
      Buffer.from([0x00, 1, 0x78, 0x7f, ((length - 127) & 0x7f) | 0x80, (length - 127) >> 7]),
      Buffer.alloc(length, "a"),
    ]);
    await new Promise<void>((resolve, reject) => {
      const socket = connectTls({ port: Number(new URL(server.url).port), host: "127.0.0.1", ALPNProtocols: ["h2"], ...credentials });
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.resume();
      socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      socket.write(frame(4, 0, 0, Buffer.alloc(0)));
      socket.write(frame(1, 0, 1, Buffer.from([0x82, 0x87, 0x84])));
      for (let sent = 0; sent < 10 * MIB; sent += length) socket.write(frame(9, 0, 1, field));
      setTimeout(() => reject(new Error("the server takes headers without end")), 10_000).unref();
    });
  });

  it("that promises a body and leaves costs nothing", async () => {
    await new Promise<void>((resolve) => {
      const socket = connectTls({ port: Number(new URL(server.url).port), host: "127.0.0.1", ...credentials }, () => {
        socket.write(`POST ${CONFIG_MAPS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"met`);
        setTimeout(() => socket.destroy(), 50);
      });
      socket.on("close", () => resolve());
    });
  });
});
