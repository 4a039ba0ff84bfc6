import { rm, writeFile } from "node:fs/promises";
import * as http2 from "node:http2";
import * as https from "node:https";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAuthority } from "../tools/authority.ts";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] as const;

/** What answers everyone who asks with GET. */
const PUBLIC = /^\/(healthz|livez|readyz)$|^\/version\/?$/;

/** What every user may read, be it that nothing is there, and ask about themselves. */
const DISCOVERY = /^\/(api(\/[^/]+)?|apis(\/[^/]+){0,2}|openapi(\/.*)?)\/?$/;
const OF_ONESELF = /\/selfsubject(|access|rules)reviews$/;

let dataDir: string;
let server: TestServer;
let authority: string;
/** Every address of the published document with names filled in, and some that are in none. */
let addresses: string[];
let nobody: { key: string; certificate: string };
let stranger: { key: string; certificate: string };
let master: { key: string; certificate: string };
const sessions: http2.ClientHttp2Session[] = [];

beforeAll(async () => {
  dataDir = await temporaryFolder();
  const [known, unknown] = await Promise.all([TestAuthority.create(), TestAuthority.create()]);
  nobody = await known.client({ commonName: "nobody", organizations: ["nobodies"] });
  master = await known.client({ commonName: "master", organizations: ["system:masters"] });
  stranger = await unknown.client({ commonName: "admin", organizations: ["system:masters"] });
  const clientCaFile = path.join(dataDir, "clients.crt");
  await writeFile(clientCaFile, known.certificate);
  server = await startTestServer({ dataDir, clientCaFile });
  authority = (await credentialsIn(server.kubeconfigPath)).ca.toString();
  const { paths } = (await server.send("GET", "/openapi/v2")).body as { paths: Record<string, unknown> };
  addresses = [
    ...Object.keys(paths).map((address) => address.replaceAll(/\{[^}]+\}/g, "default")),
    ...[
      "/",
      "/index.html",
      "/openapi/v2",
      "/openapi/v3",
      "/openapi/v3/api/v1",
      "/metrics",
      "/debug/pprof",
      "/healthz",
      "/livez/ping",
      "/readyz",
    ],
    ...[
      "/api/v2",
      "/api/v1/widgets",
      "/apis/none.example.com/v1/things/a",
      "/nothing",
      "//api/v1",
      "/%00",
      "/api/v1/namespaces/a/configmaps/%2e%2e",
    ],
  ];
});
afterAll(async () => {
  for (const session of sessions) session.destroy();
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Credentials {
  readonly key?: string;
  readonly certificate?: string;
}

function connect({ key, certificate }: Credentials): http2.ClientHttp2Session {
  const session = http2.connect(server.url, { ca: authority, key, cert: certificate });
  sessions.push(session);
  return session;
}

/**
 * Asks for everything; what was answered with another status than is due. Over HTTP/1.1: a connection of HTTP/2 ends after its answer to who is not
 * known.
 */
async function others(
  due: number,
  { key, certificate }: Credentials,
  headers: Record<string, string> = {},
  known = false,
): Promise<string[]> {
  const agent = new https.Agent({ keepAlive: true, ca: authority, key, cert: certificate });
  const found: string[] = [];
  for (const address of addresses) {
    const answers = METHODS.map(async (method) => {
      const status = await statusOverHttp1(agent, method, address, headers);
      const readable = method === "GET" && (PUBLIC.test(address) || (known && DISCOVERY.test(address)));
      const askable = method === "POST" && known && OF_ONESELF.test(address);
      const open = (readable && [200, 404].includes(status)) || (askable && status === 400);
      if (status !== due && !open) found.push(`${method} ${address}: ${status}`);
    });
    await Promise.all(answers);
  }
  agent.destroy();
  return found;
}

function statusOverHttp1(agent: https.Agent, method: string, address: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const request = https.request({ hostname, port, path: address, method, agent, headers }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
    request.end();
  });
}

function statusOf(session: http2.ClientHttp2Session, method: string, address: string, headers: http2.OutgoingHttpHeaders): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":method": method, ":path": address, ...headers }, { endStream: true });
    stream.on("response", (head) => resolve(head[":status"] ?? 0));
    stream.on("error", reject);
    stream.resume();
  });
}

describe("every address, by every method,", () => {
  it("is many", () => {
    expect(addresses.length).toBeGreaterThan(100);
  });

  it("answers 403 without credentials", async () => {
    expect(await others(403, {})).toEqual([]);
  });

  it("answers 401 to a certificate of an unknown authority, whatever it claims to be", async () => {
    expect(await others(401, stranger)).toEqual([]);
  });

  it("answers 401 to tokens, and takes passwords and names in headers for no credentials", async () => {
    const names = { "x-remote-user": "admin", "x-remote-group": "system:masters" };
    const claims = { authorization: "Bearer administrator", ...names, "impersonate-user": "admin", "impersonate-group": "system:masters" };
    expect(await others(401, {}, claims)).toEqual([]);
    expect(await others(403, {}, names)).toEqual([]);
    expect(await others(403, {}, { authorization: `Basic ${Buffer.from("admin:admin").toString("base64")}` })).toEqual([]);
  });

  it("answers 403 to a user without rights", async () => {
    expect(await others(403, nobody, {}, true)).toEqual([]);
  });

  it("answers 403 to a user without rights who wants to be another", async () => {
    expect(await others(403, nobody, { "impersonate-user": "admin", "impersonate-group": "system:masters" })).toEqual([]);
  });

  it("lets nothing of all this be done", async () => {
    const { body } = await server.send("GET", "/api/v1/namespaces");
    const names = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
    expect(names).toEqual(["default", "kube-public", "kube-system"]);
  });
});

describe("groups to impersonate", () => {
  const asked = (...groups: string[]) => ({ "impersonate-user": "bob", "impersonate-group": groups });
  const overHttp1 = (headers: Record<string, string | string[]>) =>
    new Promise((resolve, reject) => {
      const options = { ca: authority, key: master.key, cert: master.certificate, headers, agent: false } as const;
      https.get(`${server.url}/api/v1/secrets`, options, (response) => resolve(response.resume().statusCode)).on("error", reject);
    });
  const overHttp2 = (headers: http2.OutgoingHttpHeaders) => statusOf(connect(master), "GET", "/api/v1/secrets", headers);

  it.each([
    ["HTTP/1.1", overHttp1],
    ["HTTP/2", overHttp2],
  ])("are one for each header over %s, whatever is in its name", async (_, statusOver) => {
    expect(await statusOver(asked("others", "system:masters"))).toBe(200);
    expect(await statusOver(asked("others, system:masters"))).toBe(403);
  });
});

describe("health and version", () => {
  it.each(["/healthz", "/livez", "/readyz", "/readyz?verbose", "/version", "/version/"])("answer everyone: %s", async (address) => {
    for (const credentials of [{}, nobody]) expect(await statusOf(connect(credentials), "GET", address, {})).toBe(200);
  });
});
