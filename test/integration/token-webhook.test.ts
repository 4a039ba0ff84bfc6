import { rm } from "node:fs/promises";
import * as https from "node:https";
import path from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { TestIssuer } from "../tools/issuer.ts";
import { startTestServer, type TestServer, type TestServerOptions, temporaryFolder } from "../tools/server.ts";
import { type Question, WebhookServer } from "../tools/webhook-server.ts";
import { everyCredential, flagsForEverything } from "./authentication-credentials.ts";

let folder: string;
let webhook: WebhookServer;
let server: TestServer;
let agent: https.Agent;

beforeEach(async () => {
  folder = await temporaryFolder();
  webhook = await WebhookServer.start(knowsKim);
});
afterEach(async () => {
  agent?.destroy();
  await server?.close();
  await webhook.close();
  await rm(folder, { recursive: true, force: true });
});

const answered = (status: object) => ({ kind: "TokenReview", apiVersion: "authentication.k8s.io/v1", status });
const knowsKim = ({ body }: Question) =>
  answered(body.spec.token === "kims" ? { authenticated: true, user: { username: "kim", groups: ["staff"] } } : {});

async function start(options: TestServerOptions = {}): Promise<void> {
  const kubeconfigFile = await webhook.writeKubeconfig(path.join(folder, "webhook.kubeconfig"));
  const tokenWebhook = { kubeconfigFile, version: "v1" as const, ttl: 0 };
  server = await startTestServer({ ...options, authentication: { ...options.authentication, tokenWebhook } });
  agent = new https.Agent({ keepAlive: true, ca: (await credentialsIn(server.kubeconfigPath)).ca });
}

/** The status of a request. */
function ask(target: string, headers: https.RequestOptions["headers"]): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = https.get(`${server.url}${target}`, { agent, headers: headers ?? {} }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
  });
}

const asTokens = (token: string) => ask("/api", { authorization: `Bearer ${token}` });

describe("a program elsewhere that knows tokens", () => {
  it("is asked where nobody here knows a token", async () => {
    await start();
    expect([await asTokens("kims"), await asTokens("others")]).toEqual([200, 401]);
    expect(webhook.questions.map(({ body }) => body.spec)).toEqual(
      ["kims", "others"].map((token) => ({ token, audiences: ["https://kubernetes.default.svc"] })),
    );
    const spec = { token: "kims", audiences: ["https://kubernetes.default.svc"] };
    const review = await server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec,
    });
    expect(review.body.status).toEqual({
      authenticated: true,
      user: { username: "kim", groups: ["staff", "system:authenticated"] },
      audiences: spec.audiences,
    });
  });

  it("that is dead, or says too much, lets nobody in and stops nobody else", async () => {
    await start();
    webhook.behave = (_, response) => void response.end(Buffer.alloc(4 << 20, " "));
    expect(await asTokens("kims")).toBe(401);
    webhook.behave = (_, response) => void response.socket?.destroy();
    expect(await asTokens("kims")).toBe(401);
    await webhook.close();
    expect([await asTokens("kims"), await ask("/livez", {})]).toEqual([401, 200]);
    expect((await server.send("GET", "/api")).status).toBe(200);
  });

  it("that is slow delays nobody else", async () => {
    await start();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      webhook.behave = (question, response) => {
        answer = () => response.setHeader("content-type", "application/json").end(JSON.stringify(knowsKim(question)));
        resolve();
        return undefined;
      };
    });
    const waiting = asTokens("kims");
    await asked;
    expect([await ask("/livez", {}), (await server.send("GET", "/api")).status]).toEqual([200, 200]);
    answer();
    expect(await waiting).toBe(200);
  });

  it("is named by a file that has to be there", async () => {
    const tokenWebhook = { kubeconfigFile: path.join(folder, "none"), version: "v1" as const, ttl: 0 };
    await expect(startTestServer({ authentication: { tokenWebhook } })).rejects.toThrow(/none/);
  });
});

describe("the log at its most talkative", () => {
  it("has no token in it, whoever says it back", async () => {
    const lines: string[] = [];
    const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
    const issuer = await TestIssuer.start();
    try {
      const { authorities, authentication, ...flags } = await flagsForEverything(folder);
      const oidc = {
        issuerUrl: issuer.url,
        clientId: "client",
        caFile: undefined,
        usernameClaim: "sub",
        usernamePrefix: undefined,
        groupsClaim: undefined,
        groupsPrefix: "",
        signingAlgorithms: ["ES256"],
        requiredClaims: new Map(),
      };
      await start({ ...flags, log, dataDir: folder, authentication: { ...authentication, oidc } });
      const tokens = new Set(["x-token-of-no-form-x"]);
      for (const { shown } of (await everyCredential(server, authorities)).values()) {
        for (const value of [shown.headers?.authorization ?? []].flat()) tokens.add(value.trim().split(" ")[1] ?? "");
      }
      for (const claims of [{}, { exp: 1 }, { aud: "others" }]) tokens.add(await issuer.token(claims));
      // some are words that may stand anywhere
      const secret = [...tokens].filter((token) => token.length > 15);
      expect(secret.length).toBeGreaterThan(50);

      let turn = 0;
      webhook.behave = ({ body }, response) => {
        const says = `what is ${body.spec.token}?`;
        if (turn++ % 3 === 0) return answered({ error: says });
        if (turn % 3 === 0)
          response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ kind: "Status", message: says }));
        else response.writeHead(502, { "content-type": "text/plain" }).end(says);
        return undefined;
      };
      for (const token of secret) {
        const protocol = `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}, x`;
        await ask("/api", { authorization: `Bearer ${token}` });
        await ask("/api", { authorization: `Basic ${token}` });
        const handshake = {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
        };
        await ask("/api", { ...handshake, "sec-websocket-protocol": protocol });
        const spec = { token, audiences: ["https://kubernetes.default.svc", "others"] };
        const kind = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview" };
        const { status } = (await server.send("POST", "/apis/authentication.k8s.io/v1/tokenreviews", { ...kind, spec })).body;
        expect(status.error ?? "").not.toContain(token);
      }
      const text = lines.join("");
      expect(text).toContain("a request could not be authenticated");
      expect(text).toContain("<token>");
      expect(text).toContain("failed to make webhook authenticator request");
      for (const token of secret) {
        const [, , signature = ""] = token.split(".");
        for (const part of [
          token,
          Buffer.from(token).toString("base64"),
          Buffer.from(token).toString("base64url"),
          ...(signature.length > 20 ? [signature] : []),
        ]) {
          expect(text.includes(part)).toBe(false);
        }
      }
    } finally {
      await issuer.down();
    }
  }, 60_000);
});
