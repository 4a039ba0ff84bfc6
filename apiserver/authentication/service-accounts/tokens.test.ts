import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryStorage } from "../../../storage/memory/memory-storage.ts";
import type { Served } from "../../testing/serve.ts";
import { serve } from "../../testing/serve.ts";
import { DEFAULT_ISSUER } from "../settings.ts";
import { TokenIssuer } from "./issuer.ts";
import { KeyError, signingKey, verificationKeys } from "./keys.ts";

const pemOf = (type: "ec" | "rsa", namedCurve = "P-256") => {
  const pair = type === "ec" ? generateKeyPairSync("ec", { namedCurve }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    privatePem: pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    publicPem: pair.publicKey.export({ type: "spki", format: "pem" }) as string,
  };
};

const PAIR = pemOf("ec");
const KEY = signingKey(PAIR.privatePem);
const OLD = pemOf("rsa");
const START = Date.parse("2026-03-04T05:06:07Z");
const ACCOUNT = "/api/v1/namespaces/ns/serviceaccounts/robot";

let served: Served;
let now: number;
let uid: string;

beforeEach(async () => {
  now = START;
  served = await serve({
    storage: new MemoryStorage(),
    now: () => now,
    authentication: {
      anonymous: { enabled: true, paths: [] },
      audiences: [DEFAULT_ISSUER],
      bootstrapTokens: true,
      serviceAccounts: {
        issuer: new TokenIssuer(DEFAULT_ISSUER, KEY),
        issuers: [DEFAULT_ISSUER, "https://former.example.com"],
        keys: [KEY, ...verificationKeys(OLD.publicPem)],
        maxExpiration: 7200,
        lookup: true,
      },
    },
  });
  await served.ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "ns" } } });
  uid = await create("serviceaccounts", { kind: "ServiceAccount", metadata: { name: "robot" } });
});
afterEach(async () => expect(await served.close()).toEqual([]));

async function create(resource: string, object: object): Promise<string> {
  const answer = await served.ask("POST", `/api/v1/namespaces/ns/${resource}`, { body: { apiVersion: "v1", ...object } });
  expect(answer.status).toBe(201);
  return answer.json().metadata.uid;
}

async function request(spec: object = {}): Promise<string> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
  return (await served.ask("POST", `${ACCOUNT}/token`, { body })).json().status.token;
}

/** What a review says: the user, or the error. */
async function review(token: string): Promise<unknown> {
  const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } };
  const { status } = (await served.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", { body })).json();
  return status.authenticated ? status.user : status.error;
}
const refusal = (why: string) => `[invalid bearer token, ${why}]`;

const seconds = () => Math.floor(now / 1000);

/** A token with any claims, signed with the server's key unless there is another. */
function sign(claims: object, { key = KEY.privateKey, alg = "ES256", kid = KEY.id as string | undefined } = {}): Promise<string> {
  const whole = {
    iss: DEFAULT_ISSUER,
    aud: [DEFAULT_ISSUER],
    exp: seconds() + 600,
    nbf: seconds(),
    iat: seconds(),
    jti: "id",
    "kubernetes.io": { namespace: "ns", serviceaccount: { name: "robot", uid } },
    ...claims,
  };
  return new SignJWT(whole).setProtectedHeader({ alg, ...(kid && { kid }) }).sign(key);
}

describe("a token that was asked for", () => {
  it("says whose it is, whom it is for and how long, and is good", async () => {
    const token = await request();
    const [header, payload] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    expect(JSON.parse(header!)).toEqual({ alg: "ES256", kid: KEY.id });
    const claims = JSON.parse(payload!);
    expect(claims).toEqual({
      aud: [DEFAULT_ISSUER],
      exp: seconds() + 3600,
      iat: seconds(),
      iss: DEFAULT_ISSUER,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      "kubernetes.io": { namespace: "ns", serviceaccount: { name: "robot", uid } },
      nbf: seconds(),
      sub: "system:serviceaccount:ns:robot",
    });
    expect(await review(token)).toEqual({
      username: "system:serviceaccount:ns:robot",
      uid,
      groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
      extra: { "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`] },
    });
  });

  it("lasts no longer than the server allows, with a warning", async () => {
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7201 } };
    const answer = await served.ask("POST", `${ACCOUNT}/token`, { body });
    expect(answer.headers.warning).toEqual(['299 - "requested expiration of 7201 seconds shortened to 7200 seconds"']);
    expect(answer.json()).toMatchObject({ spec: { expirationSeconds: 7200 }, status: { expirationTimestamp: "2026-03-04T07:06:07Z" } });
  });

  it("expires, with a minute for clocks that differ", async () => {
    const token = await request({ expirationSeconds: 600 });
    now += 660_000;
    expect(await review(token)).toMatchObject({ uid });
    now += 1_000;
    expect(await review(token)).toBe(refusal("service account token has expired"));
  });

  it("ends with its account, also when there is another of the same name", async () => {
    const token = await request();
    expect(await review(token)).toMatchObject({ uid });
    await served.ask("DELETE", ACCOUNT);
    expect(await review(token)).toBe(refusal('serviceaccounts "robot" not found'));
    const other = await create("serviceaccounts", { kind: "ServiceAccount", metadata: { name: "robot" } });
    expect(await review(token)).toBe(refusal(`service account UID (${other}) does not match claim (${uid})`));
  });

  it("is good for a minute while its account is going", async () => {
    await served.ask("PATCH", ACCOUNT, {
      headers: { "content-type": "application/merge-patch+json" },
      body: '{"metadata":{"finalizers":["a.io/b"]}}',
    });
    const token = await request();
    await served.ask("DELETE", ACCOUNT);
    now += 60_000;
    expect(await review(token)).toMatchObject({ uid });
    now += 1_000;
    expect(await review(token)).toBe(refusal("service account ns/robot has been deleted"));
  });

  it("ends with the Secret that it is bound to", async () => {
    const secret = await create("secrets", { kind: "Secret", metadata: { name: "lock" } });
    const token = await request({ boundObjectRef: { kind: "Secret", apiVersion: "v1", name: "lock" } });
    expect(JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString())["kubernetes.io"].secret).toEqual({
      name: "lock",
      uid: secret,
    });
    expect(await review(token)).toMatchObject({ uid });
    await served.ask("DELETE", "/api/v1/namespaces/ns/secrets/lock");
    expect(await review(token)).toBe(refusal("service account token has been invalidated"));
    const other = await create("secrets", { kind: "Secret", metadata: { name: "lock" } });
    expect(await review(token)).toBe(refusal(`secret UID (${other}) does not match service account secret ref claim (${secret})`));
  });

  it.each(["Pod", "Node"])("cannot be bound to a %s", async (kind) => {
    const body = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { boundObjectRef: { kind, apiVersion: "v1", name: "x" } },
    };
    const { status, json } = await served.ask("POST", `${ACCOUNT}/token`, { body });
    expect([status, json().message]).toEqual([404, `${kind.toLowerCase()}s "x" not found`]);
  });
});

describe("a token made elsewhere", () => {
  it("is good when one of the keys has signed it, for one of the issuers", async () => {
    expect(await review(await sign({}))).toMatchObject({ uid });
    expect(await review(await sign({}, { kid: undefined }))).toMatchObject({ uid });
    expect(await review(await sign({ iss: "https://former.example.com" }))).toMatchObject({ uid });
    const [old] = verificationKeys(OLD.publicPem);
    expect(await review(await sign({}, { key: signingKey(OLD.privatePem).privateKey, alg: "RS256", kid: old!.id }))).toMatchObject({ uid });
    // nobody: this server's
    expect(await review(await sign({ aud: undefined }))).toMatchObject({ uid });
    expect(await review(await sign({ aud: DEFAULT_ISSUER }))).toMatchObject({ uid });
  });

  it("is not good otherwise", async () => {
    const stranger = signingKey(pemOf("ec").privatePem);
    const why = async (token: Promise<string>) => review(await token);
    expect(await why(sign({}, { key: stranger.privateKey }))).toBe(refusal("go-jose/go-jose: error in cryptographic primitive"));
    expect(await why(sign({}, { key: stranger.privateKey, kid: stranger.id }))).toBe(refusal("invalid signature, no keys found"));
    expect(await why(sign({ iss: "https://other.example.com" }))).toBe("invalid bearer token");
    expect(await why(sign({ nbf: seconds() + 61 }))).toBe(refusal("service account token is not valid yet"));
    expect(await why(sign({ iat: seconds() + 61 }))).toBe(refusal("service account token is issued in the future"));
    expect(await why(sign({ aud: ["vault", "b"] }))).toBe(
      refusal(`token audiences ["vault" "b"] is invalid for the target audiences ["${DEFAULT_ISSUER}"]`),
    );
    expect(await why(sign({ "kubernetes.io": undefined }))).toBe(refusal('serviceaccounts "" not found'));
    const pod = { namespace: "ns", serviceaccount: { name: "robot", uid }, pod: { name: "p", uid: "1" } };
    expect(await why(sign({ "kubernetes.io": pod }))).toBe(refusal("service account token has been invalidated"));
    const elsewhere = { namespace: "ns/serviceaccounts", serviceaccount: { name: "../robot", uid } };
    expect(await why(sign({ "kubernetes.io": elsewhere }))).toBe(refusal('serviceaccounts "../robot" not found'));
  });

  it("is not good with its signature taken off, or changed", async () => {
    const token = await sign({});
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const none = Buffer.from('{"alg":"none"}').toString("base64url");
    const symmetric = await new SignJWT({ iss: DEFAULT_ISSUER }).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(PAIR.publicPem));
    const changed = Buffer.from(Buffer.from(payload, "base64url").toString().replace("robot", "other")).toString("base64url");
    for (const forged of [`${none}.${payload}.`, `${header}.${payload}.`, `${header}.${changed}.${signature}`, symmetric]) {
      expect(await review(forged)).toBe(refusal("go-jose/go-jose: error in cryptographic primitive"));
    }
    expect(await review(`${header}.${payload}`)).toBe("invalid bearer token");
    expect(await review(`.${payload}.${signature}`)).toBe("invalid bearer token");
  });
});

describe("a token that lies in a Secret", () => {
  let token: string;
  const PATH = "/api/v1/namespaces/ns/secrets/old";
  const patch = (body: string) => served.ask("PATCH", PATH, { headers: { "content-type": "application/merge-patch+json" }, body });

  beforeEach(async () => {
    token = await new TokenIssuer(DEFAULT_ISSUER, KEY).issueLegacyToken("ns", "old", { name: "robot", uid });
    await create("secrets", {
      kind: "Secret",
      type: "kubernetes.io/service-account-token",
      metadata: { name: "old", annotations: { "kubernetes.io/service-account.name": "robot" } },
      stringData: { token },
    });
  });

  it("is good for as long as the Secret, the account and the token in it are there", async () => {
    now += 365 * 24 * 3_600_000;
    expect(await review(token)).toEqual({
      username: "system:serviceaccount:ns:robot",
      uid,
      groups: ["system:serviceaccounts", "system:serviceaccounts:ns", "system:authenticated"],
    });
    await patch('{"metadata":{"labels":{"kubernetes.io/legacy-token-invalid-since":"2026-01-01"}}}');
    expect(await review(token)).toContain("the token in secret ns/old for service account ns/robot has been marked invalid.");
    await patch('{"metadata":{"labels":null},"data":{"token":"eA=="}}');
    expect(await review(token)).toBe(refusal("service account token does not match server's copy"));
    await served.ask("DELETE", PATH);
    expect(await review(token)).toBe(refusal("service account token has been invalidated"));
  });

  it("ends with its account", async () => {
    await served.ask("DELETE", ACCOUNT);
    expect(await review(token)).toBe(refusal('serviceaccounts "robot" not found'));
  });

  it("has to say all that it is about", async () => {
    const claim = (name: string) => `kubernetes.io/serviceaccount/${name}`;
    const claims: Record<string, unknown> = {
      iss: "kubernetes/serviceaccount",
      sub: "system:serviceaccount:ns:robot",
      [claim("namespace")]: "ns",
      [claim("secret.name")]: "old",
      [claim("service-account.name")]: "robot",
      [claim("service-account.uid")]: uid,
    };
    for (const [name, why] of [
      ["sub", "sub claim is missing"],
      [claim("namespace"), "namespace claim is missing"],
      [claim("secret.name"), "secretName claim is missing"],
      [claim("service-account.name"), "serviceAccountName claim is missing"],
      [claim("service-account.uid"), "serviceAccountUID claim is missing"],
    ] as const) {
      expect(await review(await sign({ ...claims, [name]: undefined }))).toBe(refusal(why));
    }
    expect(await review(await sign({ ...claims, sub: "system:serviceaccount:ns:other" }))).toBe(refusal("sub claim is invalid"));
  });
});

describe("keys", () => {
  it("are told by the hash of their public half, and may be of four sorts", () => {
    expect(verificationKeys(PAIR.publicPem)[0]!.id).toBe(KEY.id);
    expect(KEY.id).toMatch(/^[\w-]{43}$/);
    const algorithms = [pemOf("rsa"), pemOf("ec"), pemOf("ec", "P-384"), pemOf("ec", "P-521")].map(
      ({ privatePem }) => signingKey(privatePem).algorithm,
    );
    expect(algorithms).toEqual(["RS256", "ES256", "ES384", "ES512"]);
    expect(verificationKeys(`${PAIR.publicPem}\ntext\n${OLD.privatePem}`).map(({ algorithm }) => algorithm)).toEqual(["ES256", "RS256"]);
  });

  it("that cannot be used are refused without a word of what they are", () => {
    const ed = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    expect(() => signingKey(ed)).toThrow(new KeyError("a key has to be RSA, or of the curve P-256, P-384 or P-521"));
    expect(() => signingKey(PAIR.publicPem)).toThrow(new KeyError("it holds no private key in PEM form"));
    expect(() => verificationKeys("nonsense")).toThrow(new KeyError("it holds no key in PEM form"));
    expect(() => verificationKeys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")).toThrow(
      new KeyError("it holds something that is no key"),
    );
  });
});

describe("the discovery of the issuer", () => {
  it("tells others how to check tokens", async () => {
    const configuration = await served.ask("GET", "/.well-known/openid-configuration");
    expect(configuration.headers).toMatchObject({ "content-type": "application/json", "cache-control": "public, max-age=3600" });
    expect(configuration.json()).toEqual({
      issuer: DEFAULT_ISSUER,
      jwks_uri: "https:///openid/v1/jwks",
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256", "RS256"],
    });
    const { headers, json } = await served.ask("GET", "/openid/v1/jwks/");
    expect(headers).toMatchObject({ "content-type": "application/jwk-set+json", "cache-control": "public, max-age=3600" });
    expect(json().keys[0]).toEqual({
      use: "sig",
      kty: "EC",
      kid: KEY.id,
      crv: "P-256",
      alg: "ES256",
      x: expect.any(String),
      y: expect.any(String),
    });
    expect(json().keys[1]).toMatchObject({ kty: "RSA", alg: "RS256", n: expect.any(String), e: "AQAB" });
    expect(JSON.stringify(json())).not.toContain('"d"');
    expect((await served.ask("POST", "/openid/v1/jwks")).status).toBe(405);
  });
});
