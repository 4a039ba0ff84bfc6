import { rename, rm, writeFile } from "node:fs/promises";
import * as https from "node:https";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { type AuthenticationFlags, DEFAULT_AUTHENTICATION } from "../../cmd/authentication/flags.ts";
import { credentialsIn } from "../tools/credentials.ts";
import { eventually } from "../tools/eventually.ts";
import { newKey, TestIssuer } from "../tools/issuer.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

let issuer: TestIssuer;
let folder: string;
let server: TestServer;
let agent: https.Agent;
let lines: string[];

beforeEach(async () => {
  lines = [];
  [issuer, folder] = await Promise.all([TestIssuer.start(), temporaryFolder()]);
});
afterEach(async () => {
  agent?.destroy();
  await server?.close();
  await issuer.down();
  await rm(folder, { recursive: true, force: true });
});

async function start(authentication: Partial<AuthenticationFlags>): Promise<void> {
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(line) });
  server = await startTestServer({ authentication, log });
  agent = new https.Agent({ keepAlive: true, ca: (await credentialsIn(server.kubeconfigPath)).ca });
}

/** The status of a request, and whom the server takes its sender for. */
function whoAmI(token?: string, method = "POST", target = "/apis/authentication.k8s.io/v1/selfsubjectreviews"): Promise<unknown> {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  return new Promise((resolve, reject) => {
    const request = https.request(`${server.url}${target}`, { method, agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(response.statusCode === 201 ? JSON.parse(text).status.userInfo : response.statusCode));
    });
    request.on("error", reject);
    request.end(method === "POST" ? '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}' : undefined);
  });
}

/** Puts a configuration in the place of the one before. */
async function write(configuration: object): Promise<string> {
  const file = path.join(folder, "authentication.yaml");
  const draft = `${file}.new`;
  await writeFile(draft, stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration", ...configuration }));
  await rename(draft, file);
  return file;
}

const entry = (of: TestIssuer, prefix = "") => ({
  issuer: { url: of.url, audiences: ["client"], certificateAuthority: of.certificateAuthority },
  claimMappings: { username: { claim: "sub", prefix }, groups: { claim: "groups", prefix } },
});

const KIM = { username: "kim", groups: ["system:authenticated"] };

describe("an issuer in a configuration file", () => {
  it("is asked before somebody comes, and its people have rights by their groups", async () => {
    await start({ configurationFile: await write({ jwt: [entry(issuer, "i:")] }) });
    await eventually(async () =>
      expect(await whoAmI(await issuer.token({ groups: ["staff", "system:masters"] }))).toEqual({
        username: "i:kim",
        groups: ["i:staff", "i:system:masters", "system:authenticated"],
      }),
    );
    expect(await whoAmI(await issuer.token({ groups: "system:masters" }), "GET", "/api/v1/secrets")).toBe(403);
    expect(await whoAmI(await issuer.token({ exp: 1 }))).toBe(401);
    expect(await whoAmI(await issuer.token({}, newKey("1")))).toBe(401);
    expect(await whoAmI(await issuer.token({ iss: "https://example.com" }))).toBe(401);
    const review = async (spec: object) =>
      (
        await server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
          kind: "TokenReview",
          apiVersion: "authentication.k8s.io/v1",
          spec,
        })
      ).body.status;
    const token = await issuer.token({ jti: "j" });
    expect(await review({ token })).toEqual({
      authenticated: true,
      user: { username: "i:kim", groups: ["system:authenticated"], extra: { "authentication.kubernetes.io/credential-id": ["JTI=j"] } },
      audiences: ["https://kubernetes.default.svc"],
    });
    expect(await review({ token, audiences: ["client"] })).toEqual({ user: {}, error: "invalid bearer token" });
    expect(await review({ token: await issuer.token({ aud: "x" }) })).toEqual({
      user: {},
      error: '[invalid bearer token, oidc: verify token: oidc: expected audience "client" got ["x"]]',
    });
  });

  it("is exchanged with the file; one that cannot be used changes nothing", async () => {
    const other = await TestIssuer.start();
    try {
      await start({ configurationFile: await write({ jwt: [entry(issuer)] }) });
      await eventually(async () => expect(await whoAmI(await issuer.token())).toEqual(KIM));
      const told = (reason: string) => eventually(() => expect(lines.join("")).toContain(reason));
      await write({ jwt: [{ ...entry(other), claimMappings: {} }] });
      await told("jwt[0].claimMappings.username: Required value: claim or expression is required");
      await write({ jwt: [entry(other)], anonymous: { enabled: false } });
      await told("anonymous: Forbidden: changed from initial configuration file");
      expect([await whoAmI(await issuer.token()), await whoAmI(await other.token())]).toEqual([KIM, 401]);
      await write({ jwt: [entry(other)] });
      await told("reloaded authentication config");
      expect(await whoAmI(await other.token())).toEqual(KIM);
      expect(await whoAmI(await issuer.token())).toBe(401);
      expect(await whoAmI(undefined, "GET", "/livez")).toBe(200);
    } finally {
      await other.down();
    }
  });

  it("leaves anonymous requests where they are taken", async () => {
    await start({ configurationFile: await write({ anonymous: { enabled: true, conditions: [{ path: "/livez" }] } }) });
    expect(await whoAmI(undefined, "GET", "/livez")).toBe(200);
    expect(await whoAmI(undefined, "GET", "/readyz")).toBe(401);
    expect(await whoAmI("nonsense", "GET", "/livez")).toBe(401);
  });

  it("keeps the server from starting where it is wrong", async () => {
    const file = await write({ jwt: [{ ...entry(issuer), userValidationRules: [{ expression: "true" }] }] });
    await expect(start({ configurationFile: file })).rejects.toThrow(
      `${file}: jwt[0].userValidationRules[0].expression: Forbidden: CEL expressions cannot be evaluated by this server yet`,
    );
    await expect(start({ configurationFile: path.join(folder, "none") })).rejects.toThrow("no such file or directory");
    const anonymous = await write({ anonymous: { enabled: true } });
    await expect(start({ configurationFile: anonymous, anonymousAuth: true })).rejects.toThrow(
      "anonymous: Forbidden: --anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file",
    );
  });
});

describe("an issuer in flags", () => {
  const oidc = {
    clientId: "client",
    caFile: undefined,
    usernameClaim: "sub",
    usernamePrefix: undefined,
    groupsClaim: "groups",
    groupsPrefix: "",
    signingAlgorithms: ["RS256"],
    requiredClaims: new Map([["hd", "example.com"]]),
  };

  it("names people by itself, and takes the algorithms and claims that are asked for", async () => {
    const caFile = path.join(folder, "ca.crt");
    await writeFile(caFile, issuer.certificateAuthority);
    issuer.keys = [newKey("1", "RS256")];
    await start({ oidc: { ...oidc, issuerUrl: issuer.url, caFile } });
    await eventually(async () =>
      expect(await whoAmI(await issuer.token({ hd: "example.com", groups: ["g"] }))).toEqual({
        username: `${issuer.url}#kim`,
        groups: ["g", "system:authenticated"],
      }),
    );
    expect(await whoAmI(await issuer.token())).toBe(401);
    expect(await whoAmI(await issuer.token({ hd: "example.org" }))).toBe(401);
    issuer.keys = [newKey("2", "ES256")];
    expect(await whoAmI(await issuer.token({ hd: "example.com" }))).toBe(401);
  });

  it("is none of the server's own", async () => {
    const [issuerUrl = ""] = DEFAULT_AUTHENTICATION.serviceAccountIssuers;
    await expect(start({ oidc: { ...oidc, issuerUrl } })).rejects.toThrow(
      `jwt[0].issuer.url: Invalid value: "${issuerUrl}": URL must not overlap with disallowed issuers: [${issuerUrl}]`,
    );
  });
});
