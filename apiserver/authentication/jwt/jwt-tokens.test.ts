import { createHmac } from "node:crypto";
import { SignJWT } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../../test/tools/eventually.ts";
import { newKey, TestIssuer } from "../../../test/tools/issuer.ts";
import { InvalidCredential } from "../authenticator.ts";
import { PresentedToken } from "../tokens/token.ts";
import type { ClaimMappings, JwtIssuer } from "./configuration.ts";
import { PAUSES, type Pauses } from "./issuer-keys.ts";
import { JwtTokens } from "./jwt-tokens.ts";

const ALGORITHMS = ["ES256", "RS256"];
const USERNAME: ClaimMappings = { username: { claim: "sub", prefix: "oidc:" } };

let issuer: TestIssuer;
let now: number;
let problems: string[];
const opened: { close(): unknown }[] = [];

beforeEach(async () => {
  now = Date.now();
  problems = [];
  issuer = await started();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function started(): Promise<TestIssuer> {
  const one = await TestIssuer.start();
  opened.push({ close: () => one.down() });
  return one;
}

function entryOf(of: TestIssuer, more: Partial<JwtIssuer> = {}, address: JwtIssuer["issuer"] = {}): JwtIssuer {
  return {
    issuer: { url: of.url, audiences: ["client"], certificateAuthority: of.certificateAuthority, ...address },
    claimMappings: USERNAME,
    ...more,
  };
}

const QUICK: Pauses = { ...PAUSES, retry: [5, 20] };

function open(entries: readonly JwtIssuer[], pauses = QUICK): JwtTokens {
  const tokens = new JwtTokens(entries, {
    algorithms: ALGORITHMS,
    now: () => now,
    pauses,
    onProblem: (of, error) => problems.push(`${of === issuer.url ? "issuer" : "other"}: ${error.message}`),
  });
  opened.push(tokens);
  return tokens;
}

/** The user, or why not; undefined for what is nobody's. */
async function ask(tokens: JwtTokens, token: string): Promise<unknown> {
  const answer = await tokens.authenticate(new PresentedToken(token));
  return answer instanceof InvalidCredential ? answer.reasons.join("; ") : answer;
}

async function ready(entries: readonly JwtIssuer[] = [entryOf(issuer)], pauses = QUICK): Promise<JwtTokens> {
  const tokens = open(entries, pauses);
  for (const {
    issuer: { url = "" },
  } of entries) {
    await eventually(async () => expect(await ask(tokens, await issuer.token({ iss: url }))).not.toBe(UNINITIALIZED));
  }
  return tokens;
}

const UNINITIALIZED = "oidc: authenticator not initialized";
const UNSIGNED = "oidc: verify token: failed to verify signature: failed to verify id token signature";
const KIM = { name: "oidc:kim", groups: [] };

describe("tokens of issuers elsewhere", () => {
  it("are good with a signature, an audience and the time, and name the user", async () => {
    const tokens = await ready();
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    expect(await ask(tokens, await issuer.token({ jti: "j", aud: ["x", "client"] }))).toEqual({
      ...KIM,
      extra: { "authentication.kubernetes.io/credential-id": ["JTI=j"] },
    });
  });

  it("of other issuers are left to others", async () => {
    const tokens = await ready();
    expect(await ask(tokens, await issuer.token({ iss: "https://example.com" }))).toBeUndefined();
    expect(await ask(tokens, await issuer.token({ iss: `${issuer.url}/` }))).toBeUndefined();
    for (const other of ["nonsense", "a.b.c", `${await issuer.token()}.x`, ""]) expect(await ask(tokens, other)).toBeUndefined();
  });

  it("are refused in the issuer's own words", async () => {
    const tokens = await ready();
    const seconds = Math.floor(now / 1000);
    const shown = (time: number) => new Date(time * 1000).toISOString().replace("T", " ").replace(".000Z", " +0000 UTC");
    const refusal = async (claims: object, ...more: [ReturnType<typeof newKey>?, object?]) =>
      ask(tokens, await issuer.token(claims, ...more));
    expect(await refusal({ exp: seconds - 1 })).toBe(`oidc: verify token: oidc: token is expired (Token Expiry: ${shown(seconds - 1)})`);
    expect(await refusal({ exp: undefined })).toBe(
      "oidc: verify token: oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 +0000 UTC)",
    );
    expect(await refusal({ exp: [1] })).toBe("oidc: verify token: oidc: failed to unmarshal claims: a claim is not of its type");
    expect(await refusal({ nbf: seconds + 120 })).toMatch(
      /^oidc: verify token: oidc: current time .* before the nbf \(not before\) time: /,
    );
    expect(await refusal({ nbf: seconds + 50 })).toEqual(KIM);
    expect(await refusal({ aud: ["x", "y"] })).toBe('oidc: verify token: oidc: expected audience "client" got ["x" "y"]');
    expect(await refusal({ aud: undefined })).toBe('oidc: verify token: oidc: expected audience "client" got []');
    expect(await refusal({}, newKey("1"))).toBe(UNSIGNED);
    expect(await refusal({}, newKey("1", "ES384"))).toBe(
      'oidc: verify token: oidc: id token signed with unsupported algorithm, expected ["ES256" "RS256"] got "ES384"',
    );
  });

  it("are good for one of several audiences", async () => {
    const entry = entryOf(issuer, {}, { audiences: ["b", "a"], audienceMatchPolicy: "MatchAny" });
    const tokens = await ready([entry]);
    expect(await ask(tokens, await issuer.token({ aud: "a" }))).toEqual(KIM);
    expect(await ask(tokens, await issuer.token())).toBe('oidc: verify token: oidc: expected audience in ["a" "b"] got ["client"]');
  });

  it("are signed, and not with what everybody knows", async () => {
    const tokens = await ready();
    const [header, payload, signature] = (await issuer.token()).split(".") as [string, string, string];
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const publicPem = issuer.keys[0]!.publicKey.export({ type: "spki", format: "pem" }) as string;
    const text = `${encode({ alg: "HS256", kid: "1" })}.${payload}`;
    const unsupported = (alg: string) =>
      `oidc: verify token: oidc: id token signed with unsupported algorithm, expected ["ES256" "RS256"] got "${alg}"`;
    expect(await ask(tokens, `${text}.${createHmac("sha256", publicPem).update(text).digest("base64url")}`)).toBe(unsupported("HS256"));
    expect(await ask(tokens, `${encode({ alg: "none" })}.${payload}.`)).toBe(unsupported("none"));
    now += PAUSES.coolDown;
    expect(await ask(tokens, `${header}.${payload}.`)).toBe(UNSIGNED);
    expect(await ask(tokens, `${header}.${payload}.${signature.replace(/^./, (first) => (first === "A" ? "B" : "A"))}`)).toBe(UNSIGNED);
    expect(await ask(tokens, `${encode({ alg: "RS256", kid: "1" })}.${payload}.${signature}`)).toBe(UNSIGNED);
    const jwk = newKey("x").publicKey.export({ format: "jwk" });
    expect(await ask(tokens, await issuer.token({}, newKey("x"), { jwk }))).toBe(UNSIGNED);
    const critical = new SignJWT({ iss: issuer.url, aud: "client", sub: "kim", exp: now / 1000 + 60 });
    critical.setProtectedHeader({ alg: "ES256", kid: "1", crit: ["x"], x: 1 });
    expect(await ask(tokens, await critical.sign(issuer.keys[0]!.privateKey, { crit: { x: false } }))).toBe(UNSIGNED);
  });

  it("expire while they are remembered", async () => {
    const tokens = await ready();
    const token = await issuer.token({ exp: Math.floor(now / 1000) + 100 });
    expect(await ask(tokens, token)).toEqual(KIM);
    expect(tokens.authenticate(new PresentedToken(token))).toEqual(KIM);
    now += 101_000;
    expect(await ask(tokens, token)).toContain("token is expired");
  });
});

describe("the keys of an issuer", () => {
  it("are asked for anew when a token comes by one that is not known, and what a withdrawn one signed ends then", async () => {
    const tokens = await ready();
    const old = await issuer.token();
    expect(await ask(tokens, old)).toEqual(KIM);
    const [first] = issuer.keys;
    issuer.keys = [first!, newKey("2", "RS256")];
    now += PAUSES.coolDown;
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    expect(await ask(tokens, old)).toEqual(KIM);
    issuer.keys = [newKey("3")];
    now += PAUSES.coolDown;
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    expect(await ask(tokens, old)).toBe(UNSIGNED);
  });

  it("are asked for anew after ten minutes of use, so that a withdrawn one ends", async () => {
    const tokens = await ready();
    const token = await issuer.token();
    expect(await ask(tokens, token)).toEqual(KIM);
    issuer.keys = [newKey("2")];
    expect(await ask(tokens, token)).toEqual(KIM);
    now += PAUSES.stale;
    // this one is answered at once
    expect(tokens.authenticate(new PresentedToken(token))).toEqual(KIM);
    await eventually(async () => expect(await ask(tokens, token)).toBe(UNSIGNED));
  });

  it("are asked for once, however many tokens come that no key fits", async () => {
    const tokens = await ready();
    const asked = () => issuer.asked.filter((path) => path === "/keys").length;
    const before = asked();
    const storm = async () => {
      const forged = await Promise.all(Array.from({ length: 100 }, (_, at) => issuer.token({}, { ...newKey("x"), kid: `forged-${at}` })));
      const answers = await Promise.all(forged.map((token) => ask(tokens, token)));
      expect(new Set(answers)).toEqual(new Set([UNSIGNED]));
    };
    await storm();
    expect(asked()).toBe(before);
    now += PAUSES.coolDown;
    await storm();
    await storm();
    expect(asked()).toBe(before + 1);
  });

  it("may be without names, and several of one name", async () => {
    issuer.keys = [newKey("same"), newKey("same"), newKey("same", "RS256")];
    const tokens = await ready();
    for (const key of issuer.keys) {
      expect(await ask(tokens, await issuer.token({}, key))).toEqual(KIM);
      expect(await ask(tokens, await issuer.token({}, key, { kid: undefined }))).toEqual(KIM);
    }
    expect(await ask(tokens, await issuer.token({}, newKey("same")))).toBe(UNSIGNED);
  });

  it("stay while the issuer is away", async () => {
    const tokens = await ready();
    await issuer.down();
    now += PAUSES.coolDown;
    expect(await ask(tokens, await issuer.token({}, newKey("2")))).toMatch(
      /^oidc: verify token: failed to verify signature: fetching keys Get /,
    );
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    now += PAUSES.stale;
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    await issuer.up();
  });
});

describe("an issuer", () => {
  it("that is away at the start is asked until it answers, and nobody waits for it", async () => {
    const dead = await started();
    await dead.down();
    const tokens = open([entryOf(dead), entryOf(issuer)]);
    await eventually(async () => expect(await ask(tokens, await issuer.token())).toEqual(KIM));
    expect(await ask(tokens, await dead.token())).toBe(UNINITIALIZED);
    await dead.up();
    await eventually(async () => expect(await ask(tokens, await dead.token())).toEqual(KIM));
    expect(problems).toEqual([expect.stringMatching(/^other: Get ".*ECONNREFUSED/)]);
  });

  it.each<[string, (of: TestIssuer) => void, RegExp]>([
    ["says that it is another", (of) => (of.issuer = "https://example.com"), /issuer did not match .* got "https:\/\/example.com"/],
    ["is too slow", (of) => (of.behave = () => true), /no answer within the time for it/],
    [
      "drips",
      (of) =>
        (of.behave = (_, response) => {
          const timer = setInterval(() => response.write(" "), 10);
          response.on("close", () => clearInterval(timer));
          return true;
        }),
      /no answer within the time for it/,
    ],
    [
      "says too much",
      (of) =>
        (of.behave = (_, response) => {
          response.end(Buffer.alloc(2_000_000, " "));
          return true;
        }),
      /the answer is longer than 1048576 bytes/,
    ],
    ["says what is no JSON", (of) => (of.behave = (_, response) => Boolean(response.end("<html>"))), /the answer is no JSON/],
    ["says null", (of) => (of.behave = (_, response) => Boolean(response.end("null"))), /issuer did not match/],
    ["fails", (of) => (of.behave = (_, response) => Boolean(response.writeHead(500).end())), /answered with 500/],
    ["cuts off", (of) => (of.behave = (_, response) => Boolean(response.socket?.destroy())), /socket hang up/],
    [
      "leads astray",
      (of) => (of.behave = (_, response) => Boolean(response.writeHead(302, { location: "http://127.0.0.1/" }).end())),
      /"http:\/\/127.0.0.1\/" is no address with https/,
    ],
    [
      "leads around in circles",
      (of) => (of.behave = (path, response) => Boolean(response.writeHead(307, { location: path }).end())),
      /stopped after 5 redirects/,
    ],
    [
      "has keys that are none",
      (of) => (of.behave = (path, response) => path === "/keys" && Boolean(response.end('{"keys":[1]}'))),
      /JSON Web Key Set malformed/,
    ],
    [
      "has keys where anybody can change them",
      (of) =>
        (of.behave = (path, response) =>
          path !== "/keys" && Boolean(response.end(JSON.stringify({ issuer: of.url, jwks_uri: "http://127.0.0.1/keys" })))),
      /"http:\/\/127.0.0.1\/keys" is no address with https/,
    ],
  ])("that %s is told of, and gives nobody a name", async (_, lead, told) => {
    lead(issuer);
    const other = await started();
    const pauses = String(told).includes("no answer") ? { ...QUICK, timeout: 400 } : QUICK;
    const tokens = open([entryOf(issuer), entryOf(other)], pauses);
    await eventually(() => expect(problems).toContainEqual(expect.stringMatching(told)));
    expect(await ask(tokens, await issuer.token())).toBe(UNINITIALIZED);
    await eventually(async () => expect(await ask(tokens, await other.token())).toEqual(KIM));
  });

  it("whose certificate nobody vouches for is not asked", async () => {
    const { certificateAuthority } = await started();
    open([entryOf(issuer, {}, { certificateAuthority })]);
    await eventually(() => expect(problems).toEqual([expect.stringMatching(/signature failure|unable to verify|self.signed|certificate/)]));
    expect(issuer.asked).toEqual([]);
  });

  it("may tell of itself elsewhere", async () => {
    await ready([entryOf(issuer, {}, { discoveryURL: `${issuer.url}/elsewhere/.well-known/openid-configuration` })]);
    expect(issuer.asked.slice(0, 2)).toEqual(["/elsewhere/.well-known/openid-configuration", "/keys"]);
  });
});

describe("an exchange of issuers", () => {
  it("keeps those that stay, with their keys, and judges by the new rules", async () => {
    const tokens = await ready();
    const token = await issuer.token();
    const asked = issuer.asked.length;
    expect(await tokens.exchange([entryOf(issuer, { claimMappings: { username: { claim: "sub", prefix: "new:" } } })])).toBe(true);
    expect(await ask(tokens, token)).toEqual({ name: "new:kim", groups: [] });
    expect(issuer.asked.length).toBe(asked);
    expect(await tokens.exchange([])).toBe(true);
    expect(await ask(tokens, token)).toBeUndefined();
  });

  it("waits for those that come, while the former ones count, until there is another exchange", async () => {
    const dead = await started();
    await dead.down();
    const tokens = await ready();
    const waiting = tokens.exchange([entryOf(dead)]);
    expect(await ask(tokens, await issuer.token())).toEqual(KIM);
    const again = tokens.exchange([entryOf(dead), entryOf(issuer)]);
    expect(await waiting).toBe(false);
    await dead.up();
    expect(await again).toBe(true);
    expect([await ask(tokens, await issuer.token()), await ask(tokens, await dead.token())]).toEqual([KIM, KIM]);
  });
});
