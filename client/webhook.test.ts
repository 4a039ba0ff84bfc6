import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../test/tools/eventually.ts";
import { WebhookServer } from "../test/tools/webhook-server.ts";
import { KubeconfigError, readKubeconfig } from "./kubeconfig.ts";
import { Webhook } from "./webhook.ts";
import { WebhookError } from "./webhook-error.ts";

const QUICK = { steps: 5, first: 1, factor: 1.5, jitter: 0.2 };

let folder: string;
let server: WebhookServer;
const opened: Webhook[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-webhook-"));
  server = await WebhookServer.start(({ body }) => ({ echo: body }));
});
afterEach(async () => {
  for (const webhook of opened.splice(0)) webhook.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const NO_PAIR = { "client-certificate-data": "eA==", "client-key-data": "eA==" };

const config = () => path.join(folder, "config");

async function open(timeout = 5_000, cluster?: object, user?: object): Promise<Webhook> {
  const webhook = new Webhook(await readKubeconfig(await server.writeKubeconfig(config(), cluster, user)), { timeout, backoff: QUICK });
  opened.push(webhook);
  return webhook;
}

/** Fails so often before it answers. */
function failing(times: number, status: number, headers: Record<string, string> = {}, text = "") {
  let failed = 0;
  server.behave = (_, response) => {
    if (failed++ === times) return { done: true };
    response.writeHead(status, { "content-type": "text/plain", ...headers }).end(text);
  };
}

describe("a webhook", () => {
  it("is asked with the credentials of its kubeconfig, at the very address", async () => {
    expect(await (await open()).ask({ a: 1 })).toEqual({ echo: { a: 1 } });
    expect(server.questions).toMatchObject([{ url: "/ask?timeout=5s", client: "asking", body: { a: 1 } }]);
    expect(server.questions[0]?.headers).toMatchObject({ accept: "application/json, */*", "content-type": "application/json" });
  });

  it("is shown a token, or a name and a password; a token in a file is read every time", async () => {
    await (await open(5_000, {}, { token: "t" })).ask({});
    await (await open(5_000, {}, { username: "u", password: "p" })).ask({});
    await writeFile(path.join(folder, "token"), "first\n");
    const webhook = await open(5_000, {}, { tokenFile: "token" });
    await webhook.ask({});
    await writeFile(path.join(folder, "token"), "second\n");
    await webhook.ask({});
    await rm(path.join(folder, "token"));
    await expect(webhook.ask({})).rejects.toThrow(WebhookError);
    expect(server.questions.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer t",
      `Basic ${Buffer.from("u:p").toString("base64")}`,
      "Bearer first",
      "Bearer second",
    ]);
  });

  it.each([500, 504, 429])("is asked again after %i, five times in all", async (status) => {
    failing(4, status);
    expect(await (await open()).ask({})).toEqual({ done: true });
    expect(server.questions).toHaveLength(5);
    failing(5, status, {}, "no way");
    await expect((await open()).ask({})).rejects.toThrow(/server/);
    expect(server.questions).toHaveLength(10);
  });

  it("is asked again when it says when, and when it hangs up", async () => {
    failing(1, 503, { "retry-after": "0" });
    await (await open()).ask({});
    let hungUp = false;
    server.behave = (_, response) => {
      if (hungUp) return {};
      hungUp = true;
      response.destroy();
    };
    await (await open()).ask({});
    expect(server.questions).toHaveLength(4);
  });

  it.each([
    [400, "", "the server rejected our request for an unknown reason"],
    [401, "", "the server has asked for the client to provide credentials"],
    [403, "go away", "go away"],
    [418, "", "the server responded with the status code 418 but did not return more information"],
    [502, 'a "quoted" text', 'an error on the server ("a \\"quoted\\" text") has prevented the request from succeeding'],
    [302, "", "the server responded with the status code 302 but did not return more information"],
  ])("that answers %i is told of, and not asked again", async (status, text, message) => {
    failing(1, status, { location: "/elsewhere" }, text);
    await expect((await open()).ask({})).rejects.toThrow(message);
    expect(server.questions).toHaveLength(1);
  });

  it("may say what is wrong in a Status", async () => {
    failing(1, 403, { "content-type": "application/json" }, JSON.stringify({ kind: "Status", message: "not today" }));
    await expect((await open()).ask({})).rejects.toThrow("not today");
  });

  it.each([
    ["", "0-length response with status code: 200 and content type: "],
    ["<html>", "couldn't get version/kind; json parse error: invalid character '<' looking for beginning of value"],
    ["[1]", "couldn't get version/kind; json parse error: not an object"],
  ])("that answers %j is no webhook", async (text, message) => {
    server.behave = (_, response) => void response.end(text);
    await expect((await open()).ask({})).rejects.toThrow(message);
  });

  it("is not listened to for ever", async () => {
    server.behave = (_, response) => {
      const more = () => response.write("x".repeat(1 << 16), () => setImmediate(more));
      response.on("error", () => {});
      more();
    };
    await expect((await open()).ask({})).rejects.toThrow("the answer is longer than 3145728 bytes");
  });

  it("is not waited for longer than it has time, for its answer or the rest of it", async () => {
    server.behave = () => undefined;
    const late = `Post "${server.url}?timeout=100ms": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    await expect((await open(100)).ask({})).rejects.toThrow(late);
    server.behave = (_, response) => void response.write("{");
    await expect((await open(1_000)).ask({})).rejects.toThrow(/Client\.Timeout or context cancellation while reading body/);
    expect(server.questions).toHaveLength(2);
  });

  it("that is not there, or is somebody else, is told of", async () => {
    const other = await WebhookServer.start(() => ({}));
    const access = await readKubeconfig(await server.writeKubeconfig(config(), { server: other.url }));
    const stranger = new Webhook(access, { timeout: 10_000, backoff: QUICK });
    await expect(stranger.ask({})).rejects.toThrow("tls: failed to verify certificate: x509: certificate signed by unknown authority");
    expect(other.questions).toEqual([]);
    const { port } = other;
    await other.close();
    await expect(stranger.ask({})).rejects.toThrow(`dial tcp 127.0.0.1:${port}: connect: connection refused`);
    stranger.close();
  });

  it("is found again on a new connection when it has closed the one that was kept", async () => {
    const webhook = await open();
    server.behave = (_, response) => {
      response.on("finish", () => setImmediate(() => response.socket?.destroy()));
      return {};
    };
    for (let round = 0; round < 20; round++) await webhook.ask({ round });
    expect(server.questions.length).toBeGreaterThanOrEqual(20);
  });

  it("ends what is under way when nobody asks any more", async () => {
    let answer = () => {};
    server.behave = (_, response) => {
      answer = () => void response.end("{}");
    };
    const webhook = await open();
    const asked = webhook.ask({});
    await eventually(() => expect(server.questions).toHaveLength(1));
    webhook.retire();
    answer();
    expect(await asked).toEqual({});
  });

  it("is given up when the server closes", async () => {
    server.behave = () => undefined;
    const webhook = await open(60_000);
    const asked = webhook.ask({});
    setTimeout(() => webhook.close(), 50);
    await expect(asked).rejects.toThrow();
  });
});

describe("a kubeconfig", () => {
  it.each([
    ["clusters: [", /yaml: line 1: did not find expected node content/],
    ["[]", /no kubeconfig: must be object/],
    ["{}", /context was not found for specified context: /],
    ["{current-context: a, contexts: [{name: a, context: {cluster: b}}]}", /cluster "b" does not exist/],
    [
      "{current-context: a, contexts: [{name: a, context: {cluster: b}}], clusters: [{name: b, cluster: {}}]}",
      /no server found for cluster "b"/,
    ],
    [
      "{current-context: a, contexts: [{name: a, context: {cluster: b, user: c}}], clusters: [{name: b, cluster: {server: 'https://x'}}]}",
      /auth info "c" does not exist/,
    ],
  ])("that says %s is refused", async (text, message) => {
    await writeFile(config(), text);
    const failure = await readKubeconfig(config()).then(
      () => undefined,
      (error) => error,
    );
    expect(failure).toBeInstanceOf(KubeconfigError);
    expect(failure.message).toMatch(message);
  });

  it("may not start programs, or send through proxies", async () => {
    for (const user of [
      { exec: { command: "x" } },
      { "auth-provider": { name: "x" } },
      { as: "x" },
      { "client-key-data": "eA==" },
      NO_PAIR,
    ]) {
      await expect(open(1_000, {}, user)).rejects.toThrow(KubeconfigError);
    }
    await expect(open(1_000, { "proxy-url": "http://x" })).rejects.toThrow("proxy-url cannot be used here");
    await expect(open(1_000, { server: "ftp://x" })).rejects.toThrow('"ftp://x" is not a URL');
    await expect(readKubeconfig(path.join(folder, "none"))).rejects.toThrow("no such file");
  });
});
