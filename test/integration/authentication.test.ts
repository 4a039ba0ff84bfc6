import { rm } from "node:fs/promises";
import * as http2 from "node:http2";
import * as https from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";
import { type Credential, everyCredential, flagsForEverything, type Shown, type Taken } from "./authentication-credentials.ts";

let dataDir: string;
let server: TestServer;
let ca: Buffer;
let credentials: ReadonlyMap<string, Credential>;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  dataDir = await temporaryFolder();
  const { authorities, ...flags } = await flagsForEverything(dataDir);
  server = await startTestServer({ dataDir, ...flags });
  ca = (await credentialsIn(server.kubeconfigPath)).ca;
  credentials = await everyCredential(server, authorities);
  // everyone who is known may look at leases, so that there is a resource that they may
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const rules = [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "list", "watch"] }];
  const role = await server.send("POST", `${rbac}/clusterroles`, { metadata: { name: "leases" }, rules });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "leases" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "system:authenticated" }];
  const binding = await server.send("POST", `${rbac}/clusterrolebindings`, { metadata: { name: "leases" }, roleRef, subjects });
  expect([role.status, binding.status]).toEqual([201, 201]);
}, 60_000);

afterAll(async () => {
  for (const client of clients) client.destroy();
  await server?.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface Route {
  readonly method: string;
  readonly path: string;
  /** Who may ask. */
  readonly for: "all" | "known" | "nobody";
  /** What the others are told that they cannot. */
  readonly cannot: string;
  /** The answer to who may, if not 200. */
  readonly status?: number;
  readonly body?: object;
  /** Asks for a WebSocket. */
  readonly socket?: boolean;
}

const to = (path: string, whom: Route["for"], more: Partial<Route> = {}): Route => {
  const { method = "GET" } = more;
  return { method, path, for: whom, cannot: `${method.toLowerCase()} path "${path}"`, ...more };
};

/** @param what such as `list secrets in ""` */
const toResource = (method: string, path: string, whom: Route["for"], what: string, more: Partial<Route> = {}): Route => {
  const [verb, resource, group, namespace] = what.split(" ");
  const where = namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return { method, path, for: whom, cannot: `${verb} resource "${resource}" in API group "${group}" ${where}`, ...more };
};

const REVIEW = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
const NETWORKING = "/apis/networking.datumapis.com/v1alpha";
const LEASES = "/apis/coordination.k8s.io/v1/leases";

/** A route of each family. */
const ROUTES: readonly Route[] = [
  ...["/livez", "/readyz", "/healthz", "/version", "/version/"].map((path) => to(path, "all")),
  ...["/api", "/api/", "/api/v1", "/apis", "/apis/events.k8s.io", "/apis/rbac.authorization.k8s.io/v1"].map((path) => to(path, "known")),
  to("/apis/apps/v1", "known", { status: 404 }),
  ...["/openapi/v2", "/openapi/v3", "/openapi/v3/api/v1"].map((path) => to(path, "known")),
  ...["/", "/livez/ping", "/metrics", "/metrics/slis", "/nothing", "/.well-known/nothing"].map((path) => to(path, "nobody")),
  to("/livez", "nobody", { method: "DELETE" }),
  to("/apis", "nobody", { method: "POST", cannot: 'post path "/apis"' }),
  toResource("GET", "/api/v1/secrets", "nobody", "list secrets "),
  toResource("HEAD", "/api/v1/secrets", "nobody", "list secrets "),
  toResource("GET", "/api/v1/secrets?watch=1", "nobody", "watch secrets "),
  toResource("GET", "/api/v1/secrets?watch=1", "nobody", "watch secrets ", { socket: true }),
  toResource("GET", "/api/v1/namespaces/default/secrets/lock", "nobody", "get secrets  default"),
  toResource("POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", "nobody", "create serviceaccounts/token  default"),
  toResource("GET", LEASES, "known", "list leases coordination.k8s.io"),
  toResource("GET", `${LEASES}?watch=1`, "known", "watch leases coordination.k8s.io", { socket: true, status: 101 }),
  toResource(
    "PATCH",
    `${NETWORKING}/namespaces/default/networks/a/status`,
    "nobody",
    "patch networks/status networking.datumapis.com default",
  ),
  toResource(
    "DELETE",
    "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "nobody",
    "deletecollection clusterroles rbac.authorization.k8s.io",
  ),
  toResource("POST", "/apis/authentication.k8s.io/v1/tokenreviews", "nobody", "create tokenreviews authentication.k8s.io"),
  toResource("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "known", "create selfsubjectreviews authentication.k8s.io", {
    status: 201,
    body: REVIEW,
  }),
  toResource("GET", "/apis/apps/v1/deployments", "nobody", "list deployments apps"),
];

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

/** Sends a request of somebody. */
type Ask = (route: Pick<Route, "method" | "path" | "body" | "socket">) => Promise<Answer>;

function overHttp1({ key, certificate, headers: shown = {} }: Shown): Ask {
  const agent = new https.Agent({ keepAlive: true, ca, key, cert: certificate });
  clients.push(agent);
  return ({ method, path, body, socket }) =>
    new Promise((resolve, reject) => {
      const headers = { ...(body && { "content-type": "application/json" }), ...(socket && HANDSHAKE), ...shown };
      const request = https.request(`${server.url}${path}`, { method, agent, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      request.on("upgrade", (response, connection) => {
        connection.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: "" });
      });
      request.on("error", reject);
      // as bytes: Node would write the headers in the encoding of a text
      request.end(body && Buffer.from(JSON.stringify(body)));
    });
}

const HANDSHAKE = {
  connection: "Upgrade",
  upgrade: "websocket",
  origin: "https://example.com",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
  "sec-websocket-version": "13",
};

function overHttp2({ key, certificate, headers: shown = {} }: Shown): Ask {
  let session: http2.ClientHttp2Session | undefined;
  return ({ method, path, body }) =>
    new Promise((resolve, reject) => {
      if (session === undefined || session.closed || session.destroyed) {
        session = http2.connect(server.url, { ca, ...(key && { key }), ...(certificate && { cert: certificate }) });
        session.on("error", () => {});
        clients.push(session);
      }
      const head = { ":method": method, ":path": path, ...(body && { "content-type": "application/json" }), ...shown };
      const stream = session.request(head, { endStream: body === undefined });
      let status = 0;
      let headers: Answer["headers"] = {};
      let text = "";
      stream.on("response", (got) => {
        status = got[":status"] ?? 0;
        headers = got as Answer["headers"];
      });
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => (text += chunk));
      stream.on("error", reject);
      stream.on("close", () => resolve({ status, headers, text }));
      if (body !== undefined) stream.end(JSON.stringify(body));
    });
}

/** A refusal; undefined where the route itself has answered. */
function refusal({ for: whom, cannot }: Route, taken: Taken): { status: number; message: unknown; reason: string } | undefined {
  if (taken === "refused") return { status: 401, message: "Unauthorized", reason: "Unauthorized" };
  const { name, known, wouldBe } = taken;
  if (wouldBe === undefined && (whom === "all" || (whom === "known" && known))) return undefined;
  const verb = wouldBe === undefined ? "" : `impersonate-on:${wouldBe}:`;
  // nobody's right to a path is called by its verb alone
  const message = expect.stringContaining(`forbidden: User "${name}" cannot ${verb}${cannot}`);
  return { status: 403, message, reason: "Forbidden" };
}

/** What is wrong with an answer; undefined where it is as it has to be. */
function judge(route: Route, taken: Taken, { status, headers, text }: Answer): string | undefined {
  try {
    const refused = refusal(route, taken);
    const due = refused?.status ?? route.status ?? 200;
    expect(status).toBe(due);
    if (status === 101) return undefined;
    expect(headers["audit-id"]).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers).not.toHaveProperty("www-authenticate");
    if (refused === undefined) return undefined;
    expect(headers["content-type"]).toBe("application/json");
    expect(headers["cache-control"]).toBe("no-cache, private");
    expect(headers["x-content-type-options"]).toBe(status === 403 ? "nosniff" : undefined);
    if (route.method === "HEAD") return undefined;
    const { message, reason } = refused;
    const common = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason };
    expect(JSON.parse(text)).toEqual({ ...common, ...(status === 403 && { details: expect.any(Object) }), code: status });
    return undefined;
  } catch (error) {
    return `${status} ${text.slice(0, 200)}: ${(error as Error).message.slice(0, 300)}`;
  }
}

describe("every kind of credential", () => {
  it.each([
    ["HTTP/1.1", overHttp1],
    ["HTTP/2", overHttp2],
  ])(
    "gets from every family of routes the exact answer, over %s",
    async (protocol, open) => {
      expect(credentials.size).toBeGreaterThan(80);
      const wrong: string[] = [];
      // who is refused there makes a connection for each answer
      const routes = protocol === "HTTP/2" ? ROUTES.filter((_, at) => at % 4 === 0) : ROUTES;
      for (const [name, { shown, taken, takenInSocket }] of credentials) {
        // HTTP/2 knows no second header of this name and no spaces around it; and there are no WebSockets in it here
        const { authorization = "" } = shown.headers ?? {};
        if (protocol === "HTTP/2" && (Array.isArray(authorization) || authorization !== authorization.trim())) continue;
        const ask = open(shown);
        for (const route of routes) {
          if (route.socket && protocol === "HTTP/2") continue;
          const problem = judge(route, (route.socket ? takenInSocket : undefined) ?? taken, await ask(route));
          if (problem !== undefined) wrong.push(`${name}: ${route.method} ${route.path}${route.socket ? " (socket)" : ""}: ${problem}`);
        }
      }
      expect(wrong).toEqual([]);
    },
    120_000,
  );

  it("keeps an HTTP/2 connection, but that of nobody", async () => {
    const closes = async (name: string, path: string) => {
      const { key, certificate, headers } = credentials.get(name)!.shown;
      const session = http2.connect(server.url, { ca, ...(key && { key }), ...(certificate && { cert: certificate }) });
      clients.push(session);
      const stream = session.request({ ":path": path, ...headers });
      stream.resume();
      await new Promise((resolve) => stream.once("close", resolve));
      // a connection that goes on answers this
      return new Promise((resolve) =>
        session.closed ? resolve(true) : session.ping((error) => resolve(error !== null || session.closed)),
      );
    };
    expect([await closes("nothing", "/livez"), await closes("a token of no form", "/livez")]).toEqual([true, true]);
    expect(await closes("the wish of nobody to be an administrator", "/livez")).toBe(true);
    expect([await closes("a certificate", "/livez"), await closes("a token from the file", "/metrics")]).toEqual([false, false]);
  });

  it("is the same in a review, for whom the token is meant", async () => {
    const review = async (token: string, audiences?: string[]) => {
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token, ...(audiences && { audiences }) } };
      return (await server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", body)).body.status;
    };
    let reviewed = 0;
    const goodForOthers: string[] = [];
    for (const [name, { shown, taken }] of credentials) {
      const [, bytes] = /^Bearer (\S+)$/.exec(String(shown.headers?.authorization)) ?? [];
      const alone = Object.keys(shown).length === 1 && Object.keys(shown.headers ?? {}).length === 1;
      if (bytes === undefined || !alone || Array.isArray(shown.headers?.authorization)) continue;
      reviewed++;
      const token = Buffer.from(bytes, "latin1").toString();
      const status = await review(token);
      expect([name, status.authenticated ?? false]).toEqual([name, taken !== "refused"]);
      if (taken === "refused") expect([name, status.error]).toEqual([name, expect.stringContaining("invalid bearer token")]);
      else expect([name, status.user.username, status.audiences]).toEqual([name, taken.name, ["https://kubernetes.default.svc"]]);
      if ((await review(token, ["vault"])).authenticated) goodForOthers.push(name);
    }
    expect(reviewed).toBeGreaterThan(50);
    expect(goodForOthers).toEqual(["a service account's token for others", "a service account's token for others and for us"]);
  });

  it("tells who it is to whoever asks", async () => {
    const whoAmI = async (name: string) => {
      const ask = overHttp1(credentials.get(name)!.shown);
      const { text } = await ask({ method: "POST", path: "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: REVIEW });
      return JSON.parse(text).status.userInfo;
    };
    expect(await whoAmI("a certificate")).toEqual({
      username: "carla",
      uid: "7",
      groups: ["staff", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
    });
    expect(await whoAmI("a token from the file")).toEqual({ username: "filer", uid: "1", groups: ["a", "b", "system:authenticated"] });
    expect(await whoAmI("a proxy's word")).toEqual({ username: "petra", groups: ["system:masters-not", "system:authenticated"] });
    expect(await whoAmI("a service account's token")).toEqual({
      username: "system:serviceaccount:default:robot",
      uid: expect.any(String),
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^JTI=[0-9a-f-]{36}$/)] },
    });
  });
});
