import { once } from "node:events";
import * as https from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ClientOptions, WebSocket } from "ws";
import { cborToJson } from "../../apiserver/encodings/cbor/decode.ts";
import { type Credentials, credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer } from "../tools/server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let server: TestServer;
let tls: Credentials;
beforeAll(async () => {
  server = await startTestServer({ featureGates: { CBORServingAndStorage: true } });
  tls = await credentialsIn(server.kubeconfigPath);
});
afterAll(() => server.close());

/** A WebSocket, and what came over it. */
class Client {
  readonly socket: WebSocket;
  readonly messages: { readonly data: Buffer; readonly binary: boolean }[] = [];
  /** `1000`, or what was answered instead: `404 {"kind":"Status",…}`. */
  readonly ended: Promise<string>;

  constructor(path: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(server.url.replace("https:", "wss:") + path, protocols, {
      ...tls,
      origin: "https://localhost",
      ...options,
    });
    this.socket.on("message", (data: Buffer, binary) => this.messages.push({ data, binary }));
    this.ended = new Promise((resolve) => {
      this.socket.on("close", (code) => resolve(String(code)));
      this.socket.on("error", () => undefined);
      this.socket.on("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk)).on("end", () => resolve(`${response.statusCode} ${body}`));
      });
    });
  }

  get events() {
    return this.messages.map(({ data }) => JSON.parse(data.toString()));
  }
}

const create = (name: string) => server.send("POST", CONFIG_MAPS, { metadata: { name } });

describe("a watch over WebSocket", () => {
  it("tells each event in a text message, ends at its time, and does not care what it is told", async () => {
    await create("first");
    const client = new Client(
      `${CONFIG_MAPS}?watch=true&resourceVersion=0&timeoutSeconds=2&fieldSelector=metadata.name!%3Dkube-root-ca.crt`,
    );
    await once(client.socket, "open");
    client.socket.send("nobody listens");
    await expect.poll(() => client.messages.length).toBe(1);
    const { body } = await create("second");
    await server.send("DELETE", `${CONFIG_MAPS}/second`);
    expect(await client.ended).toBe("1000");
    expect(client.messages.map(({ binary }) => binary)).toEqual([false, false, false]);
    expect(client.events.map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual([
      "ADDED first",
      "ADDED second",
      "DELETED second",
    ]);
    expect(client.events[1].object).toEqual(body);
  });

  it("has binary messages for protobuf, without their lengths", async () => {
    const headers = { accept: "application/vnd.kubernetes.protobuf" };
    const client = new Client(`${CONFIG_MAPS}?watch=1&resourceVersion=0&timeoutSeconds=1`, [], { headers });
    expect(await client.ended).toBe("1000");
    expect(client.messages[0]?.binary).toBe(true);
    // the first field of a WatchEvent: its type
    expect(client.messages[0]?.data.subarray(0, 7).toString()).toBe("\n\x05ADDED");
  });

  it("has them for CBOR, as they are", async () => {
    const headers = { accept: "application/cbor" };
    const client = new Client(`${CONFIG_MAPS}?watch=1&resourceVersion=0&timeoutSeconds=1`, [], { headers });
    expect(await client.ended).toBe("1000");
    expect(client.messages[0]?.binary).toBe(true);
    expect(JSON.parse(cborToJson(client.messages[0]?.data as Buffer)).type).toBe("ADDED");
  });

  it("is told in an event that it comes too late", async () => {
    const { body } = await server.send("GET", CONFIG_MAPS);
    const future = String(Number(body.metadata.resourceVersion) + 1_000_000);
    const client = new Client(
      `${CONFIG_MAPS}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=${future}`,
    );
    expect(await client.ended).toBe("1000");
    expect(client.events).toMatchObject([{ type: "ERROR", object: { kind: "Status", code: 504 } }]);
  }, 20_000);

  it("keeps its order and loses nothing when the reader is slow", async () => {
    const large = "x".repeat(500_000);
    const { body } = await server.send("GET", CONFIG_MAPS);
    const client = new Client(`${CONFIG_MAPS}?watch=1&timeoutSeconds=6&resourceVersion=${body.metadata.resourceVersion}`);
    await once(client.socket, "open");
    client.socket.pause();
    for (let n = 0; n < 20; n++) {
      expect((await server.send("POST", CONFIG_MAPS, { metadata: { name: `large-${n}` }, data: { large } })).status).toBe(201);
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
    client.socket.resume();
    await expect.poll(() => client.messages.length, { timeout: 10_000 }).toBe(20);
    expect(client.events.map(({ object }) => object.metadata.name)).toEqual(Array.from({ length: 20 }, (_, n) => `large-${n}`));
    expect(await client.ended).toBe("1000");
  }, 20_000);

  it.each([
    [[], ""],
    [["base64.binary.k8s.io"], "base64.binary.k8s.io"],
    [["whatever"], "whatever"],
  ])("speaks the protocol that is asked for, which changes nothing: %j", async (protocols, spoken) => {
    const client = new Client(`${CONFIG_MAPS}?watch=1&resourceVersion=0&timeoutSeconds=1&fieldSelector=metadata.name%3Dfirst`, protocols);
    await once(client.socket, "open");
    expect(client.socket.protocol).toBe(spoken);
    expect(await client.ended).toBe("1000");
    expect(client.events.map(({ type }) => type)).toEqual(["ADDED"]);
  });

  it("is refused without an origin, and with two protocols", async () => {
    const watch = `${CONFIG_MAPS}?watch=1`;
    expect(await new Client(watch, [], { origin: undefined as unknown as string }).ended).toMatch(/^403 /);
    expect(await new Client(watch, ["a", "b"]).ended).toMatch(/^400 /);
  });
});

describe("a request for a WebSocket", () => {
  it("gets failures as any other", async () => {
    expect(await new Client("/api/v1/unknowns?watch=1").ended).toMatch(/^404 /);
    expect(await new Client(`${CONFIG_MAPS}?watch=1&labelSelector=%3D%3D`).ended).toMatch(/^400 \{"kind":"Status"/);
    const nobody = { cert: undefined as unknown as Buffer, key: undefined as unknown as Buffer };
    expect(await new Client(`${CONFIG_MAPS}?watch=1`, [], nobody).ended).toMatch(/^403 \{"kind":"Status"/);
  });

  it("is answered as if it had not been where there is nothing to stream", async () => {
    expect(await new Client(`${CONFIG_MAPS}/first`).ended).toMatch(/^200 \{"apiVersion":"v1"|^200 \{"kind":"ConfigMap"/);
  });
});

it("a request for any other protocol is answered as if it had not been", async () => {
  const answer = await new Promise<string>((resolve, reject) => {
    const headers = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAAP__" };
    https
      .get(`${server.url}${CONFIG_MAPS}/first`, { ...tls, agent: false, headers }, (response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk)).on("end", () => resolve(`${response.statusCode} ${body}`));
      })
      .on("error", reject);
  });
  expect(answer).toMatch(/^200 \{.*"name":"first"/);
});

it("WebSockets end cleanly when the server does", async () => {
  const other = await startTestServer();
  const socket = new WebSocket(`${other.url.replace("https:", "wss:")}/api/v1/namespaces?watch=1`, {
    ...(await credentialsIn(other.kubeconfigPath)),
    origin: "https://localhost",
  });
  await once(socket, "open");
  const closed = once(socket, "close");
  const begun = Date.now();
  await other.close();
  expect((await closed)[0]).toBe(1000);
  expect(Date.now() - begun).toBeLessThan(4_000);
});
