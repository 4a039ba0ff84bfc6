import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { notFoundRoute } from "../../apimachinery/status/status.ts";
import type { ApiRequest } from "../../apiserver/request.ts";
import type { Subject } from "../../cmd/certificates/issue.ts";
import { answer, closed, Recorded, type Request, type Response, type Send, TestDoor, text } from "../tools/door.ts";

let under: TestDoor;

beforeAll(async () => {
  under = await TestDoor.open();
});
afterEach(() => under.leave());
afterAll(() => under.door.close());

const http1: Send = (...request) => under.http1(...request);
const http2s: Send = (...request) => under.http2(...request);

describe.each([
  { protocol: "HTTP/1.1", send: http1 },
  { protocol: "HTTP/2", send: http2s },
])("the door over $protocol", ({ send }) => {
  it("hands over method, path, query and headers as they were sent", async () => {
    under.handle = async ({ method, path, query, headers }) => answer(text({ method, path, query, headers }));
    const { body } = await send({ method: "PUT", path: "/a%2Fb/%00/../c?x=1&y=%20?", headers: { "x-some": ["1", "2"], accept: "a/b" } });
    expect(JSON.parse(body)).toMatchObject({
      method: "PUT",
      path: "/a%2Fb/%00/../c",
      query: "x=1&y=%20?",
      headers: { "x-some": "1, 2", accept: "a/b", host: `127.0.0.1:${under.door.port}` },
    });
  });

  it.each(["DELETE", "OPTIONS", "PATCH", "POST", "PROPFIND", "PURGE", "TRACE"])("leaves the method %s to the core", async (method) => {
    under.handle = async (request) => answer(text(request.method), 418);
    expect(await send({ method, path: "/not/a/route" })).toMatchObject({ status: 418, body: method });
  });

  it("answers with the status, headers and bytes that the core gave", async () => {
    under.handle = async () => ({
      status: 201,
      headers: { "content-type": "application/json", warning: ["299 - a", "299 - b"] },
      body: text("{}"),
    });
    const { status, headers, body } = await send();
    expect({ status, body }).toEqual({ status: 201, body: "{}" });
    expect(headers).toMatchObject({ "content-type": "application/json", "content-length": "2", warning: "299 - a, 299 - b" });
  });

  it("does not change the headers that the core gave, which it may share between answers", async () => {
    const shared = Object.freeze({ "content-type": "text/plain" });
    under.handle = async ({ path }) => ({ status: 200, headers: shared, body: text(path) });
    expect((await send({ path: "/a" })).headers["content-length"]).toBe("2");
    expect((await send({ path: "/abcd" })).headers["content-length"]).toBe("5");
  });

  it("sends an answer in ten thousand pieces whole", async () => {
    const pieces = Array.from({ length: 10_000 }, (_, i) => text(`${i},`.padEnd(500, "x")));
    under.handle = async () => answer([...pieces, Buffer.alloc(300_000, "y"), text("end")]);
    const { headers, body } = await send();
    expect(headers["content-length"]).toBe(String(5_300_003));
    expect(body).toBe(`${pieces.join("")}${"y".repeat(300_000)}end`);
  });

  it("sends no body for HEAD, and the length that GET would have", async () => {
    under.handle = async () => answer([text("ab"), text("cd")]);
    expect(await send({ method: "HEAD" })).toMatchObject({ status: 200, headers: { "content-length": "4" }, body: "" });
  });

  it("closes the stream of a HEAD request without opening it", async () => {
    const stream = new Recorded();
    under.handle = async () => answer(stream);
    expect(await send({ method: "HEAD" })).toMatchObject({ status: 200, body: "" });
    expect(stream.calls).toEqual(["close"]);
  });

  it("reads a body to exactly its bytes", async () => {
    under.handle = async (request) => answer(text(Buffer.from(await request.readBody(100)).toString("hex")));
    expect((await send({ method: "POST", body: [Buffer.from([0, 255]), Buffer.from([128])] })).body).toBe("00ff80");
    expect((await send({ method: "POST", body: Buffer.alloc(100) })).body).toBe("00".repeat(100));
    expect((await send({ method: "POST", body: Buffer.alloc(0), headers: { "content-length": "0" } })).body).toBe("");
    expect((await send()).body).toBe("");
  });

  it.each<{ how: string; headers: Record<string, string> }>([
    { how: "declared", headers: { "content-length": "200000" } },
    { how: "found out on the way", headers: {} },
  ])("refuses a body beyond the limit, $how", async ({ headers }) => {
    under.handle = async (request) => answer(text((await request.readBody(100)).length));
    const { status, body } = await send({ method: "POST", headers, body: Buffer.alloc(200_000) });
    expect(status).toBe(413);
    expect(JSON.parse(body)).toMatchObject({
      kind: "Status",
      reason: "RequestEntityTooLarge",
      message: "Request entity too large: limit is 100",
    });
  });

  it("answers without reading a body that the core does not ask for", async () => {
    under.handle = async () => answer(text("no, thank you"));
    expect((await send({ method: "POST", body: Buffer.alloc(500_000) })).body).toBe("no, thank you");
  });

  it("turns a failure that the core throws into its Status, and anything else into a 500", async () => {
    under.handle = async () => {
      throw notFoundRoute();
    };
    expect(await send()).toMatchObject({ status: 404, headers: { "content-type": "application/json" } });
    under.handle = async () => {
      throw new TypeError("secret");
    };
    const { status, body } = await send();
    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({ kind: "Status", reason: "InternalError" });
    expect(body).not.toContain("secret");
  });

  it("sends the head of a stream at once, then what is written, until the core ends it", async () => {
    const stream = new Recorded();
    under.handle = async () => answer(stream);
    let live: Response | undefined;
    const response = send({}, (head) => (live = head));
    const sink = await stream.opened;
    await expect.poll(() => live?.status).toBe(200);
    sink.write(text("one\n"));
    sink.write(text("two\n"));
    await expect.poll(() => live?.body).toBe("one\ntwo\n");
    sink.end();
    expect((await response).body).toBe("one\ntwo\n");
    expect(stream.calls).toEqual(["open"]);
  });

  it("tells a stream once that the peer is gone", async () => {
    const stream = new Recorded();
    under.handle = async () => answer(stream);
    const gone = send({}, (response) => response.cut()).catch(() => undefined);
    const sink = await stream.opened;
    await stream.closed;
    await gone;
    expect(sink.write(text("late"))).toBe(false);
    sink.end();
    expect(stream.calls).toEqual(["open", "close"]);
  });

  it("holds a stream back until the peer takes what was written", async () => {
    const stream = new Recorded();
    under.handle = async () => answer(stream);
    const response = send();
    const sink = await stream.opened;
    const chunk = Buffer.alloc(64 * 1024, "z");
    let written = 1;
    while (sink.write(chunk)) written++;
    expect(written).toBeLessThan(10);
    await expect.poll(() => stream.calls).toEqual(["open", "drained"]);
    sink.end();
    expect((await response).body.length).toBe(written * chunk.length);
  });

  describe("with client certificates", () => {
    const whoAmI = async ({ connection }: ApiRequest) =>
      answer(text(connection.clientCertificate ?? connection.certificateProblem ?? "nobody"));

    it("knows nobody without one", async () => {
      under.handle = whoAmI;
      expect((await send()).body).toBe("nobody");
    });

    it("tells common name and every organization of a good one", async () => {
      under.handle = whoAmI;
      const told = async (subject: Subject) => JSON.parse((await send({ certificate: await under.authority.client(subject) })).body);
      expect(await told({ commonName: "kim", organizations: ["a", "system:masters", "b, c"], uid: "7" })).toEqual({
        commonName: "kim",
        organizations: ["a", "system:masters", "b, c"],
        uids: ["7"],
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        validUntil: expect.any(Number),
      });
      expect(await told({ commonName: "lee", organizations: [] })).toMatchObject({ commonName: "lee", organizations: [], uids: [] });
    });

    it("tells what is wrong with one of another authority, with an expired one and with a server's", async () => {
      under.handle = whoAmI;
      const masters = { commonName: "kim", organizations: ["system:masters"] };
      const told = async (certificate: Request["certificate"] & object) => (await send({ certificate })).body;
      expect(await told(await under.stranger.client(masters))).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
      expect(await told(await under.authority.client(masters, 48 * 3_600_000))).toBe("CERT_HAS_EXPIRED");
      expect(await told(await under.authority.server("127.0.0.1"))).toBe("INVALID_PURPOSE");
    });
  });
});

describe("the door and bytes that are no request", () => {
  beforeAll(() => {
    under.handle = async () => answer(text("fine"));
  });

  /** Sends raw bytes over TLS and returns all that comes back. */
  async function raw(...chunks: (string | Buffer)[]): Promise<string> {
    const socket = connectTls({ host: "127.0.0.1", port: under.door.port, ca: under.authority.certificate, ALPNProtocols: ["http/1.1"] });
    under.clients.push({ close: () => socket.destroy() });
    let got = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => (got += chunk));
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    for (const chunk of chunks) socket.write(chunk);
    await closed(socket);
    return got;
  }

  it.each([
    ["no HTTP at all", "hello\r\n\r\n"],
    ["an unknown method", "BREW /pot HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["a NUL in the path", "GET /a\0b HTTP/1.1\r\nhost: a\r\n\r\n"],
    ["two lengths", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"],
    ["a length and chunks", "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
  ])("answers %s with a 400 Status and closes", async (_what, bytes) => {
    const got = await raw(bytes);
    expect(got).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/json\r\n/);
    expect(JSON.parse(got.split("\r\n\r\n")[1]!)).toMatchObject({ kind: "Status", status: "Failure", code: 400 });
  });

  it("answers a head of ten megabytes with a 431 Status and closes", async () => {
    const got = await raw("GET / HTTP/1.1\r\nhost: a\r\n", `x: ${"a".repeat(10_000_000)}\r\n\r\n`);
    expect(got).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(got.split("\r\n\r\n")[1]!)).toMatchObject({ kind: "Status", code: 431 });
  });

  it("takes a head of half a megabyte over HTTP/1.1, and of 60 kB over HTTP/2", async () => {
    expect((await http1({ headers: { x: "a".repeat(500_000) } })).body).toBe("fine");
    expect((await http2s({ headers: { x: "a".repeat(60_000) } })).body).toBe("fine");
  });

  it("resets an HTTP/2 request whose head is too large, and goes on", async () => {
    await expect(
      http2s({ headers: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`x-${i}`, "a".repeat(100_000)])) }),
    ).rejects.toThrow();
    expect((await http2s()).body).toBe("fine");
  });

  it("reads the address of a request in absolute form", async () => {
    under.handle = async ({ path, query }) => answer(text(`${path}|${query}`));
    const get = (target: string) => raw(`GET ${target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`);
    expect(await get("https://a.example:1/x/y?z=1")).toMatch(/\r\n\r\n\/x\/y\|z=1$/);
    expect(await get("https://a.example")).toMatch(/\r\n\r\n\/\|$/);
  });

  it("answers requests that are sent ahead, in their order", async () => {
    under.handle = async ({ path }) => answer(text(path));
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n`;
    const got = await raw(`${get("/1")}\r\n${get("/2")}\r\n${get("/3")}connection: close\r\n\r\n`);
    expect([...got.matchAll(/\r\n\r\n(\/\d)/g)].map(([, path]) => path)).toEqual(["/1", "/2", "/3"]);
  });

  it("answers a request whole before it refuses the bytes behind it, as those of a body without a length", async () => {
    under.handle = async (request) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return answer(text(`${request.method}, nothing: ${(await request.readBody(10)).length === 0}`));
    };
    const got = await raw('DELETE /1 HTTP/1.1\r\nhost: a\r\n\r\n{"dryRun":["All"]}');
    expect([...got.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)).toEqual(["200", "400"]);
    expect(got).toContain("DELETE, nothing: true");
  });

  it("tells a stream that waits behind another one when the peer is gone", async () => {
    const [first, second] = [new Recorded(), new Recorded()];
    under.handle = async ({ path }) => answer(path === "/1" ? first : second);
    const socket = connectTls({ host: "127.0.0.1", port: under.door.port, ca: under.authority.certificate });
    socket.on("error", () => {});
    socket.write("GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\n\r\n");
    await Promise.all([first.opened, second.opened]);
    socket.destroy();
    await Promise.all([first.closed, second.closed]);
    expect(second.calls).toEqual(["open", "close"]);
  });

  it("asks for a body only when the core does", async () => {
    under.handle = async (request) => answer(text((await request.readBody(10)).length));
    const head = (length: number) =>
      `POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`;
    expect(await raw(head(4), "abcd")).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    expect(await raw(head(11))).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("cuts a peer that goes on sending a refused body", async () => {
    under.handle = async (request) => answer(text((await request.readBody(10)).length));
    const socket = connectTls({ host: "127.0.0.1", port: under.door.port, ca: under.authority.certificate });
    socket.on("error", () => {});
    socket.write("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
    const feed = setInterval(() => socket.write(`400\r\n${"a".repeat(1024)}\r\n`), 20);
    let got = "";
    socket.on("data", (chunk) => (got += chunk));
    await closed(socket);
    clearInterval(feed);
    expect(got).toMatch(/^HTTP\/1\.1 413 /);
  });

  it("goes on when a peer speaks no TLS", async () => {
    const socket = connectTcp(under.door.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.end("GET / HTTP/1.1\r\n\r\n");
    socket.resume();
    await closed(socket);
    under.handle = async () => answer(text("fine"));
    expect((await http1()).body).toBe("fine");
  });
});
