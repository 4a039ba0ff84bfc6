import { readFile, rm, writeFile } from "node:fs/promises";
import * as https from "node:https";
import path from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TokenIssuer } from "../../apiserver/authentication/service-accounts/issuer.ts";
import { type SigningKey, signingKey } from "../../apiserver/authentication/service-accounts/keys.ts";
import { DEFAULT_ISSUER } from "../../apiserver/authentication/settings.ts";
import { TestAuthority } from "../tools/authority.ts";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const HOUR = 3_600_000;

/** What somebody shows. */
interface Shown {
  readonly key?: string;
  readonly certificate?: string;
  readonly headers?: Record<string, string | string[]>;
}

/** Whom the server takes them for: 401, or a user. */
type Taken = "refused" | { readonly name: string; readonly known: boolean };

let dataDir: string;
let server: TestServer;
let ca: Buffer;
let signer: SigningKey;
const agents: https.Agent[] = [];
const credentials = new Map<string, { readonly shown: Shown; readonly taken: Taken }>();

const as = (name: string): Taken => ({ name, known: true });
const ANONYMOUS: Taken = { name: "system:anonymous", known: false };
const bearer = (token: string): Shown => ({ headers: { authorization: `Bearer ${token}` } });

beforeAll(async () => {
  dataDir = await temporaryFolder();
  const [clients, strangers, proxies] = await Promise.all([
    TestAuthority.create(),
    TestAuthority.create(),
    TestAuthority.create("proxies"),
  ]);
  const files = {
    clients: path.join(dataDir, "clients.crt"),
    proxies: path.join(dataDir, "proxies.crt"),
    tokens: path.join(dataDir, "tokens.csv"),
  };
  await Promise.all([
    writeFile(files.clients, clients.certificate),
    writeFile(files.proxies, proxies.certificate),
    writeFile(files.tokens, 'file-token,filer,1,"a,b"\n'),
  ]);
  server = await startTestServer({
    dataDir,
    clientCaFile: files.clients,
    authentication: {
      tokenAuthFile: files.tokens,
      bootstrapTokens: true,
      requestHeaders: {
        clientCaFile: files.proxies,
        allowedNames: ["front"],
        usernameHeaders: ["X-Remote-User"],
        uidHeaders: [],
        groupHeaders: ["X-Remote-Group"],
        extraHeaderPrefixes: [],
      },
    },
  });
  ca = (await credentialsIn(server.kubeconfigPath)).ca;
  signer = signingKey(await readFile(path.join(dataDir, "pki", "sa.key"), "utf8"));
  const add = (name: string, shown: Shown, taken: Taken) => credentials.set(name, { shown, taken });
  const subject = { commonName: "carla", organizations: ["staff"], uid: "7" };

  add("nothing", {}, ANONYMOUS);
  add("a password", { headers: { authorization: "Basic YTpi" } }, ANONYMOUS);
  add("an empty token", { headers: { authorization: "Bearer " } }, ANONYMOUS);

  add("a certificate", await clients.client(subject), as("carla"));
  add("a certificate without a name", await clients.client({ commonName: "" }), ANONYMOUS);
  add("a certificate of another authority", await strangers.client(subject), "refused");
  add("a certificate that has expired", await clients.client(subject, 48 * HOUR), "refused");
  add("a certificate that is not valid yet", await clients.client(subject, -48 * HOUR), "refused");
  add("a server's certificate", await clients.server("127.0.0.1"), "refused");
  add(
    "a certificate of another authority with a good token",
    { ...(await strangers.client(subject)), ...bearer("file-token") },
    as("filer"),
  );
  add("a certificate with a bad token", { ...(await clients.client(subject)), ...bearer("nonsense") }, as("carla"));

  const claims = { headers: { "x-remote-user": "petra", "x-remote-group": "system:masters-not" } };
  add("a proxy's word", { ...(await proxies.client({ commonName: "front" })), ...claims }, as("petra"));
  add("a proxy that says nothing", await proxies.client({ commonName: "front" }), "refused");
  add("the word of a proxy under another name", { ...(await proxies.client({ commonName: "back" })), ...claims }, "refused");
  add(
    "the word of a proxy whose certificate has expired",
    { ...(await proxies.client({ commonName: "front" }, 48 * HOUR)), ...claims },
    "refused",
  );
  add("the word of a client", { ...(await clients.client({ commonName: "front" })), ...claims }, as("front"));
  add("the word of nobody", claims, ANONYMOUS);

  add("a token from the file", bearer("file-token"), as("filer"));
  add("a token that is not in the file", bearer("file-toke"), "refused");

  await addServiceAccountTokens(add);
  await addBootstrapTokens(add);
}, 60_000);

afterAll(async () => {
  for (const agent of agents) agent.destroy();
  await server?.close();
  await rm(dataDir, { recursive: true, force: true });
});

type Add = (name: string, shown: Shown, taken: Taken) => void;

async function created(path: string, object: object): Promise<{ metadata: { uid: string }; status: { token: string } }> {
  const answer = await server.send("POST", path, object);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function addServiceAccountTokens(add: Add): Promise<void> {
  const IN = "/api/v1/namespaces/default";
  const account = (name: string) => created(`${IN}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
  const token = async (name: string, spec: object = {}) =>
    (await created(`${IN}/serviceaccounts/${name}/token`, { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec })).status
      .token;
  const secret = (name: string, more: object = {}) =>
    created(`${IN}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name }, ...more });
  const { uid } = (await account("robot")).metadata;
  const robot = as("system:serviceaccount:default:robot");
  const seconds = Math.floor(Date.now() / 1000);
  const signed = (claims: object, key: SigningKey = signer) =>
    new SignJWT({
      iss: DEFAULT_ISSUER,
      aud: [DEFAULT_ISSUER],
      "kubernetes.io": { namespace: "default", serviceaccount: { name: "robot", uid } },
      ...claims,
    })
      .setProtectedHeader({ alg: "ES256", kid: key.id })
      .sign(key.privateKey);

  add("a service account's token", bearer(await token("robot")), robot);
  add("a service account's token for others", bearer(await token("robot", { audiences: ["vault"] })), "refused");
  add("a service account's token that has expired", bearer(await signed({ exp: seconds - 90 })), "refused");
  add("a service account's token that is not valid yet", bearer(await signed({ nbf: seconds + 90 })), "refused");
  add("a service account's token of another issuer", bearer(await signed({ iss: "https://example.com" })), "refused");
  const stranger = signingKey((await (await TestAuthority.create()).client({ commonName: "x" })).key);
  add("a service account's token that another key has signed", bearer(await signed({}, stranger)), "refused");

  await account("gone");
  const revoked = await token("gone");
  await server.send("DELETE", `${IN}/serviceaccounts/gone`);
  add("the token of a service account that is gone", bearer(revoked), "refused");
  await account("gone");
  add("the token of a service account that came again", bearer(await token("gone")), as("system:serviceaccount:default:gone"));

  await secret("lock");
  add(
    "a token bound to a Secret",
    bearer(await token("robot", { boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "lock" } })),
    robot,
  );
  await secret("key");
  const bound = await token("robot", { boundObjectRef: { apiVersion: "v1", kind: "Secret", name: "key" } });
  await server.send("DELETE", `${IN}/secrets/key`);
  add("a token bound to a Secret that is gone", bearer(bound), "refused");

  const issuer = new TokenIssuer(DEFAULT_ISSUER, signer);
  const legacy = await issuer.issueLegacyToken("default", "legacy", { name: "robot", uid });
  const type = "kubernetes.io/service-account-token";
  const metadata = { name: "legacy", annotations: { "kubernetes.io/service-account.name": "robot" } };
  await created(`${IN}/secrets`, { apiVersion: "v1", kind: "Secret", metadata, type, stringData: { token: legacy } });
  add("a token in a Secret", bearer(legacy), robot);
  add("a token in a Secret that is gone", bearer(await issuer.issueLegacyToken("default", "none", { name: "robot", uid })), "refused");
}

async function addBootstrapTokens(add: Add): Promise<void> {
  const keep = (id: string, more: object = {}) =>
    created("/api/v1/namespaces/kube-system/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `bootstrap-token-${id}` },
      type: "bootstrap.kubernetes.io/token",
      stringData: { "token-id": id, "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true", ...more },
    });
  await keep("aaaaaa");
  await keep("bbbbbb", { expiration: "2020-01-01T00:00:00Z" });
  add("a token to join with", bearer("aaaaaa.0123456789abcdef"), as("system:bootstrap:aaaaaa"));
  add("a token to join with and another secret", bearer("aaaaaa.0123456789abcdee"), "refused");
  add("a token to join with that has expired", bearer("bbbbbb.0123456789abcdef"), "refused");
}

/** A route of each family: who may ask, and what the others are told. */
const ROUTES: readonly {
  readonly method: string;
  readonly path: string;
  readonly for: "all" | "known" | "nobody";
  readonly cannot?: string;
}[] = [
  { method: "GET", path: "/livez", for: "all" },
  { method: "GET", path: "/version", for: "all" },
  { method: "GET", path: "/api", for: "known", cannot: 'get path "/api"' },
  { method: "GET", path: "/apis/apps/v1", for: "known", cannot: 'get path "/apis/apps/v1"' },
  { method: "GET", path: "/openapi/v3", for: "known", cannot: 'get path "/openapi/v3"' },
  { method: "GET", path: "/metrics", for: "nobody", cannot: 'get path "/metrics"' },
  { method: "GET", path: "/nothing", for: "nobody", cannot: 'get path "/nothing"' },
  { method: "DELETE", path: "/livez", for: "nobody", cannot: 'delete path "/livez"' },
  { method: "GET", path: "/api/v1/secrets", for: "nobody", cannot: 'list resource "secrets" in API group "" at the cluster scope' },
  {
    method: "GET",
    path: "/api/v1/secrets?watch=1",
    for: "nobody",
    cannot: 'watch resource "secrets" in API group "" at the cluster scope',
  },
  {
    method: "GET",
    path: "/api/v1/namespaces/default/secrets/lock",
    for: "nobody",
    cannot: 'get resource "secrets" in API group "" in the namespace "default"',
  },
  {
    method: "POST",
    path: "/api/v1/namespaces/default/serviceaccounts/robot/token",
    for: "nobody",
    cannot: 'create resource "serviceaccounts/token" in API group "" in the namespace "default"',
  },
  {
    method: "PATCH",
    path: "/apis/networking.datumapis.com/v1alpha/namespaces/default/networks/a/status",
    for: "nobody",
    cannot: 'patch resource "networks/status" in API group "networking.datumapis.com" in the namespace "default"',
  },
  {
    method: "POST",
    path: "/apis/authentication.k8s.io/v1/tokenreviews",
    for: "nobody",
    cannot: 'create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope',
  },
  {
    method: "DELETE",
    path: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    for: "nobody",
    cannot: 'deletecollection resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope',
  },
];

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
}

function ask(method: string, target: string, agent: https.Agent, headers: Shown["headers"] = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request(`${server.url}${target}`, { method, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end();
  });
}

function agentOf({ key, certificate }: Shown): https.Agent {
  const agent = new https.Agent({ keepAlive: true, ca, key, cert: certificate });
  agents.push(agent);
  return agent;
}

/** The parts of an answer that are told apart; undefined where the route itself has answered. */
function due(
  { for: whom, cannot }: (typeof ROUTES)[number],
  taken: Taken,
): { status: number; message: string; reason: string } | undefined {
  if (taken === "refused") return { status: 401, message: "Unauthorized", reason: "Unauthorized" };
  if (whom === "all" || (whom === "known" && taken.known)) return undefined;
  return {
    status: 403,
    message: expect.stringContaining(`forbidden: User "${taken.name}" cannot ${cannot}`) as unknown as string,
    reason: "Forbidden",
  };
}

describe("every kind of credential", () => {
  it("gets from every family of routes the exact answer", async () => {
    expect(credentials.size).toBeGreaterThan(30);
    const wrong: string[] = [];
    for (const [name, { shown, taken }] of credentials) {
      const agent = agentOf(shown);
      for (const route of ROUTES) {
        const answer = await ask(route.method, route.path, agent, shown.headers);
        const expected = due(route, taken);
        try {
          expect(answer.headers["audit-id"]).toMatch(/^[0-9a-f-]{36}$/);
          expect(answer.headers).not.toHaveProperty("www-authenticate");
          if (expected === undefined) {
            // a group that is not there is not there for who may ask
            expect(answer.status).toBe(route.path === "/apis/apps/v1" ? 404 : 200);
            continue;
          }
          const { status, message, reason } = expected;
          expect([answer.status, JSON.parse(answer.text)]).toEqual([
            status,
            {
              kind: "Status",
              apiVersion: "v1",
              metadata: {},
              status: "Failure",
              message,
              reason,
              ...(status === 403 && { details: expect.any(Object) }),
              code: status,
            },
          ]);
        } catch (error) {
          wrong.push(
            `${name}: ${route.method} ${route.path}: ${answer.status} ${answer.text.slice(0, 200)}: ${(error as Error).message.slice(0, 200)}`,
          );
        }
      }
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it("tells who it is to whoever asks", async () => {
    const whoAmI = async (name: string) => {
      const { shown } = credentials.get(name)!;
      const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" });
      const headers = { ...shown.headers, "content-type": "application/json", "content-length": String(body.length) };
      const answer = await new Promise<string>((resolve, reject) => {
        const url = `${server.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
        const request = https.request(url, { method: "POST", agent: agentOf(shown), headers }, (response) => {
          let text = "";
          response.on("data", (chunk) => (text += chunk));
          response.on("end", () => resolve(text));
        });
        request.on("error", reject);
        request.end(body);
      });
      return JSON.parse(answer).status.userInfo;
    };
    expect(await whoAmI("a certificate")).toEqual({
      username: "carla",
      uid: "7",
      groups: ["staff", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/)] },
    });
    expect(await whoAmI("a token from the file")).toEqual({ username: "filer", uid: "1", groups: ["a", "b", "system:authenticated"] });
    expect(await whoAmI("a proxy's word")).toEqual({ username: "petra", groups: ["system:masters-not", "system:authenticated"] });
    expect(await whoAmI("a service account's token")).toMatchObject({
      username: "system:serviceaccount:default:robot",
      groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    });
  });
});
