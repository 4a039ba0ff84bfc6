import { createHmac, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { SignJWT } from "jose";
import { expect } from "vitest";
import { TokenIssuer } from "../../apiserver/authentication/service-accounts/issuer.ts";
import { type SigningKey, signingKey } from "../../apiserver/authentication/service-accounts/keys.ts";
import { DEFAULT_ISSUER } from "../../apiserver/authentication/settings.ts";
import type { AuthenticationFlags } from "../../cmd/authentication/flags.ts";
import { TestAuthority } from "../tools/authority.ts";
import type { TestServer } from "../tools/server.ts";

const HOUR = 3_600_000;

/** What somebody shows. */
export interface Shown {
  readonly key?: string;
  readonly certificate?: string;
  readonly headers?: Record<string, string | string[]>;
}

/** Whom the server takes them for: nobody (401), a user, or a user who would be another and may not. */
export type Taken = "refused" | { readonly name: string; readonly known: boolean; readonly wouldBe?: string };

export interface Credential {
  readonly shown: Shown;
  readonly taken: Taken;
  /** In a request for a WebSocket, where that is another matter. */
  readonly takenInSocket?: Taken;
}

type Add = (name: string, shown: Shown, taken: Taken, takenInSocket?: Taken) => void;

const as = (name: string): Taken => ({ name, known: true });
const ANONYMOUS: Taken = { name: "system:anonymous", known: false };
/** As Node wants bytes of a header: each a character. */
const bytesOf = (text: string) => Buffer.from(text).toString("latin1");
const bearer = (token: string): Shown => ({ headers: { authorization: `Bearer ${token}` } });
const authorization = (...values: string[]): Shown => ({ headers: { authorization: values.length === 1 ? values[0]! : values } });
const protocol = (token: string, other = "v4.channel.k8s.io"): Shown => ({
  headers: {
    "sec-websocket-protocol": `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}${other && `, ${other}`}`,
  },
});

export interface Authorities {
  readonly clients: TestAuthority;
  readonly strangers: TestAuthority;
  readonly proxies: TestAuthority;
}

/** The flags of a server that takes credentials of every kind. Its files lie in the data folder. */
export async function flagsForEverything(
  dataDir: string,
): Promise<{ authorities: Authorities; clientCaFile: string; authentication: Partial<AuthenticationFlags> }> {
  const [clients, strangers, proxies] = await Promise.all([
    TestAuthority.create(),
    TestAuthority.create(),
    TestAuthority.create("proxies"),
  ]);
  const at = (name: string) => path.join(dataDir, name);
  await Promise.all([
    writeFile(at("clients.crt"), clients.certificate),
    writeFile(at("proxies.crt"), proxies.certificate),
    writeFile(at("tokens.csv"), 'file-token,filer,1,"a,b"\nschlüssel,jürgen,2\n'),
  ]);
  return {
    authorities: { clients, strangers, proxies },
    clientCaFile: at("clients.crt"),
    authentication: {
      tokenAuthFile: at("tokens.csv"),
      bootstrapTokens: true,
      requestHeaders: {
        clientCaFile: at("proxies.crt"),
        allowedNames: ["front"],
        usernameHeaders: ["X-Remote-User"],
        uidHeaders: [],
        groupHeaders: ["X-Remote-Group"],
        extraHeaderPrefixes: [],
      },
    },
  };
}

/** Every kind of credential, good and bad, and whom the server has to take its owner for. */
export async function everyCredential(server: TestServer, authorities: Authorities): Promise<ReadonlyMap<string, Credential>> {
  const credentials = new Map<string, Credential>();
  const add: Add = (name, shown, taken, takenInSocket) => {
    expect(credentials.has(name)).toBe(false);
    credentials.set(name, { shown, taken, ...(takenInSocket && { takenInSocket }) });
  };
  addNothing(add);
  await addCertificates(add, authorities);
  await addProxies(add, authorities);
  await addImpersonation(add, authorities);
  await addServiceAccountTokens(add, server);
  await addBootstrapTokens(add, server);
  return credentials;
}

/** What is no credential, and the forms of the header. */
function addNothing(add: Add): void {
  add("nothing", {}, ANONYMOUS);
  add("a password", authorization("Basic YTpi"), ANONYMOUS);
  add("a scheme alone", authorization("Bearer"), ANONYMOUS);
  add("an empty token", authorization("Bearer "), ANONYMOUS);
  add("an empty header", authorization(""), ANONYMOUS);
  add("a token without a scheme", authorization("file-token"), ANONYMOUS);
  add("a token after two spaces", authorization("Bearer  file-token"), ANONYMOUS);
  add("a token after a tab", authorization("Bearer\tfile-token"), ANONYMOUS);
  add("a token in quotes", authorization('Bearer "file-token"'), "refused");
  add("a token in capital letters", authorization("Bearer FILE-TOKEN"), "refused");
  add("a token of no form", authorization("Bearer nonsense"), "refused");
  add("a token that is in no file", bearer("file-toke"), "refused");
  add("a token from the file", bearer("file-token"), as("filer"));
  add("a token from the file, and more", authorization("bEARER file-token and more"), as("filer"));
  add("a token with spaces around", authorization(" Bearer file-token "), as("filer"));
  add("a token beyond ASCII", bearer(bytesOf("schlüssel")), as("jürgen"));
  add("a good token before a bad one", authorization("Bearer file-token", "Bearer nonsense"), as("filer"));
  add("a bad token before a good one", authorization("Bearer nonsense", "Bearer file-token"), "refused");
  add("a password before a good token", authorization("Basic YTpi", "Bearer file-token"), ANONYMOUS);
  add("a token as a subprotocol", protocol("file-token"), ANONYMOUS, as("filer"));
  add("a bad token as a subprotocol", protocol("nonsense"), ANONYMOUS, "refused");
  add("a token as the only subprotocol", protocol("file-token", ""), ANONYMOUS, "refused");
  add("a bad token with a good one as a subprotocol", both(bearer("nonsense"), protocol("file-token")), "refused", as("filer"));
}

const both = (a: Shown, b: Shown): Shown => ({ ...a, ...b, headers: { ...a.headers, ...b.headers } });

async function addCertificates(add: Add, { clients, strangers }: Authorities): Promise<void> {
  const subject = { commonName: "carla", organizations: ["staff"], uid: "7" };
  const carla = await clients.client(subject);
  const stranger = await strangers.client(subject);
  add("a certificate", carla, as("carla"));
  add("a certificate without a name", await clients.client({ commonName: "" }), ANONYMOUS);
  add("a certificate of another authority", stranger, "refused");
  add("a certificate that has expired", await clients.client(subject, 48 * HOUR), "refused");
  add("a certificate that is not valid yet", await clients.client(subject, -48 * HOUR), "refused");
  add("a server's certificate", await clients.server("127.0.0.1"), "refused");
  add("a certificate of another authority with a good token", both(stranger, bearer("file-token")), as("filer"));
  add("a certificate with a bad token", both(carla, bearer("nonsense")), as("carla"));
  add("a certificate with a good token of somebody else", both(carla, bearer("file-token")), as("carla"));
}

async function addProxies(add: Add, { clients, proxies, strangers }: Authorities): Promise<void> {
  const claims: Shown = { headers: { "x-remote-user": "petra", "x-remote-group": "system:masters-not" } };
  const front = await proxies.client({ commonName: "front" });
  add("a proxy's word", both(front, claims), as("petra"));
  add("a proxy's word beyond ASCII", both(front, { headers: { "x-remote-user": bytesOf("日向") } }), as("日向"));
  add("a proxy's word before a token", both(both(front, claims), bearer("file-token")), as("petra"));
  add("a proxy that says nothing", front, "refused");
  add("a proxy that says a group alone", both(front, { headers: { "x-remote-group": "system:masters" } }), "refused");
  add("the word of a proxy under another name", both(await proxies.client({ commonName: "back" }), claims), "refused");
  add(
    "the word of a proxy whose certificate has expired",
    both(await proxies.client({ commonName: "front" }, 48 * HOUR), claims),
    "refused",
  );
  add("the word of a proxy of another authority", both(await strangers.client({ commonName: "front" }), claims), "refused");
  add("the word of a client", both(await clients.client({ commonName: "front" }), claims), as("front"));
  add("the word of nobody", claims, ANONYMOUS);
}

async function addImpersonation(add: Add, { clients }: Authorities): Promise<void> {
  const carla = await clients.client({ commonName: "carla", organizations: ["staff"] });
  const masters = { "impersonate-user": "bob", "impersonate-group": "system:masters" };
  const would = (name: string): Taken => ({ name, known: true, wouldBe: "user-info" });
  add("the wish to be somebody else", both(carla, { headers: { "impersonate-user": "bob" } }), would("carla"));
  add("the wish to be an administrator", both(carla, { headers: masters }), would("carla"));
  add("the wish of nobody to be an administrator", { headers: masters }, { name: "system:anonymous", known: false, wouldBe: "user-info" });
  add("the wish to be a service account", both(carla, { headers: { "impersonate-user": "system:serviceaccount:default:robot" } }), {
    name: "carla",
    known: true,
    wouldBe: "serviceaccount",
  });
  add("the wish to be somebody else, with a bad token", both(bearer("nonsense"), { headers: masters }), "refused");
}

const IN = "/api/v1/namespaces/default";

type Created = { metadata: { uid: string }; status: { token: string } };

async function created(server: TestServer, path: string, object: object): Promise<Created> {
  const answer = await server.send("POST", path, object);
  expect(answer.status).toBe(201);
  return answer.body;
}

async function addServiceAccountTokens(add: Add, server: TestServer): Promise<void> {
  const account = (name: string) =>
    created(server, `${IN}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
  const token = async (name: string, spec: object = {}) => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
    return (await created(server, `${IN}/serviceaccounts/${name}/token`, body)).status.token;
  };
  const secret = (name: string, more: object = {}) =>
    created(server, `${IN}/secrets`, { apiVersion: "v1", kind: "Secret", metadata: { name }, ...more });
  const signer = signingKey(await readFile(path.join(server.dataDir, "pki", "sa.key"), "utf8"));
  const { uid } = (await account("robot")).metadata;
  const robot = as("system:serviceaccount:default:robot");

  await addForgeries(add, signer, uid);
  add("a service account's token", bearer(await token("robot")), robot);
  add("a service account's token as a subprotocol", protocol(await token("robot")), ANONYMOUS, robot);
  add("a service account's token for others", bearer(await token("robot", { audiences: ["vault"] })), "refused");
  add("a service account's token for others and for us", bearer(await token("robot", { audiences: ["vault", DEFAULT_ISSUER] })), robot);

  await account("gone");
  const revoked = await token("gone");
  await server.send("DELETE", `${IN}/serviceaccounts/gone`);
  add("the token of a service account that is gone", bearer(revoked), "refused");
  await account("again");
  const former = await token("again");
  await server.send("DELETE", `${IN}/serviceaccounts/again`);
  await account("again");
  add("the token of a service account that came again under the name", bearer(former), "refused");
  add("the token of one that came again", bearer(await token("again")), as("system:serviceaccount:default:again"));

  const boundTo = (name: string) => token("robot", { boundObjectRef: { apiVersion: "v1", kind: "Secret", name } });
  await secret("lock");
  add("a token bound to a Secret", bearer(await boundTo("lock")), robot);
  await secret("key");
  const bound = await boundTo("key");
  await server.send("DELETE", `${IN}/secrets/key`);
  add("a token bound to a Secret that is gone", bearer(bound), "refused");
  await secret("key");
  add("a token bound to a Secret that came again", bearer(bound), "refused");

  const issuer = new TokenIssuer(DEFAULT_ISSUER, signer);
  const legacy = async (name: string, more: object = {}, owner = "robot", ownerUid = uid) => {
    const text = await issuer.issueLegacyToken("default", name, { name: owner, uid: ownerUid });
    const annotations = { "kubernetes.io/service-account.name": owner };
    const type = "kubernetes.io/service-account-token";
    await secret(name, { metadata: { name, annotations, ...more }, type, stringData: { token: text } });
    return text;
  };
  add("a token in a Secret", bearer(await legacy("legacy")), robot);
  const lost = await legacy("lost");
  await server.send("DELETE", `${IN}/secrets/lost`);
  add("a token in a Secret that is gone", bearer(lost), "refused");
  const exchanged = await legacy("exchanged");
  await server.send("PATCH", `${IN}/secrets/exchanged`, JSON.stringify({ stringData: { token: "another" } }), {
    "content-type": "application/merge-patch+json",
  });
  add("a token in a Secret that holds another by now", bearer(exchanged), "refused");
  const marked = { labels: { "kubernetes.io/legacy-token-invalid-since": "2026-01-02" } };
  add("a token in a Secret that is marked invalid", bearer(await legacy("marked", marked)), "refused");
  const leaving = (await account("leaving")).metadata.uid;
  const orphan = await legacy("orphan", {}, "leaving", leaving);
  await server.send("DELETE", `${IN}/serviceaccounts/leaving`);
  add("a token in a Secret whose service account is gone", bearer(orphan), "refused");
}

/** Tokens that somebody wrote who has not, or who has, the server's key. */
async function addForgeries(add: Add, signer: SigningKey, uid: string): Promise<void> {
  const robot = as("system:serviceaccount:default:robot");
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iss: DEFAULT_ISSUER,
    aud: [DEFAULT_ISSUER],
    exp: seconds + 3600,
    "kubernetes.io": { namespace: "default", serviceaccount: { name: "robot", uid } },
  };
  const signed = (more: object = {}, header: object = {}, key: KeyObject = signer.privateKey) =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: "ES256", kid: signer.id, ...header }).sign(key);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const [header, payload, signature] = (await signed()).split(".") as [string, string, string];
  const whole = `${header}.${payload}.${signature}`;
  const publicPem = signer.key.export({ type: "spki", format: "pem" }) as string;
  const publicDer = signer.key.export({ type: "spki", format: "der" });
  const byHash = (secret: string | Buffer, kid?: string) => {
    const text = `${encode({ alg: "HS256", ...(kid && { kid }) })}.${payload}`;
    return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
  };
  const other = signingKey((await (await TestAuthority.create()).client({ commonName: "x" })).key);

  add("a token that we have signed", bearer(whole), robot);
  add("one without the name of a key", bearer(await signed({}, { kid: undefined })), robot);
  add("one that has expired", bearer(await signed({ exp: seconds - 90 })), "refused");
  add("one that is not valid yet", bearer(await signed({ nbf: seconds + 3600 })), "refused");
  add("one from the future", bearer(await signed({ iat: seconds + 3600 })), "refused");
  add("one that expires in words", bearer(await signed({ exp: "9999999999" })), "refused");
  add("one of another issuer", bearer(await signed({ iss: "https://example.com" })), "refused");
  add("one of no issuer", bearer(await signed({ iss: undefined })), "refused");
  add("one for a list of lists", bearer(await signed({ aud: [[DEFAULT_ISSUER]] })), "refused");
  add("one for nobody", bearer(await signed({ aud: undefined })), robot);
  add("one of a service account under another uid", bearer(await signed(about({ name: "robot", uid: "other" }))), "refused");
  add("one of a service account without a uid", bearer(await signed(about({ name: "robot" }))), "refused");
  add("one of a service account by a path", bearer(await signed(about({ name: "../serviceaccounts/robot", uid }))), "refused");
  add("one bound to a pod", bearer(await signed(about({ name: "robot", uid }, { pod: { name: "p", uid: "1" } }))), "refused");
  add("one that another key has signed", bearer(await signed({}, {}, other.privateKey)), "refused");
  add("one that another key has signed under its own name", bearer(await signed({}, { kid: other.id }, other.privateKey)), "refused");
  const jwk = other.key.export({ format: "jwk" });
  add("one that brings its key", bearer(await signed({}, { jwk, kid: undefined }, other.privateKey)), "refused");
  const critical = new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: signer.id, crit: ["x"], x: 1 });
  add("one that asks for what we do not know", bearer(await critical.sign(signer.privateKey, { crit: { x: false } })), "refused");
  add("one with other claims", bearer(`${header}.${encode({ ...claims, aud: [DEFAULT_ISSUER, "x"] })}.${signature}`), "refused");
  add("one with another header", bearer(`${encode({ alg: "ES384", kid: signer.id })}.${payload}.${signature}`), "refused");
  add("one with half a signature", bearer(`${header}.${payload}.${signature.slice(0, 40)}`), "refused");
  add("one without a signature", bearer(`${header}.${payload}.`), "refused");
  add("one without a part", bearer(`${header}.${payload}`), "refused");
  add("one with a part too many", bearer(`${whole}.${signature}`), "refused");
  add("one by no algorithm", bearer(`${encode({ alg: "none" })}.${payload}.`), "refused");
  add("one by no algorithm, with a key's name", bearer(`${encode({ alg: "NONE", kid: signer.id })}.${payload}.${signature}`), "refused");
  add("one hashed with the public key", bearer(byHash(publicPem, signer.id)), "refused");
  add("one hashed with the public key without a name", bearer(byHash(publicDer)), "refused");
  add("one hashed with nothing", bearer(byHash("", signer.id)), "refused");
  add("one that is no object", bearer(`${header}.${Buffer.from("null").toString("base64url")}.${signature}`), "refused");

  function about(serviceaccount: object, more: object = {}) {
    return { "kubernetes.io": { namespace: "default", serviceaccount, ...more } };
  }
}

async function addBootstrapTokens(add: Add, server: TestServer): Promise<void> {
  const keep = (id: string, more: object = {}) =>
    created(server, "/api/v1/namespaces/kube-system/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: `bootstrap-token-${id}` },
      type: "bootstrap.kubernetes.io/token",
      stringData: { "token-id": id, "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true", ...more },
    });
  await keep("aaaaaa");
  await keep("bbbbbb", { expiration: "2020-01-01T00:00:00Z" });
  await keep("cccccc", { "usage-bootstrap-authentication": "false" });
  await keep("dddddd", { "auth-extra-groups": "system:masters" });
  await keep("eeeeee");
  await server.send("DELETE", "/api/v1/namespaces/kube-system/secrets/bootstrap-token-eeeeee");
  add("a token to join with", bearer("aaaaaa.0123456789abcdef"), as("system:bootstrap:aaaaaa"));
  add("a token to join with and another secret", bearer("aaaaaa.0123456789abcdee"), "refused");
  add("a token to join with that has expired", bearer("bbbbbb.0123456789abcdef"), "refused");
  add("a token to join with that may not be used so", bearer("cccccc.0123456789abcdef"), "refused");
  add("a token to join with for administrators", bearer("dddddd.0123456789abcdef"), "refused");
  add("a token to join with that is gone", bearer("eeeeee.0123456789abcdef"), "refused");
}
