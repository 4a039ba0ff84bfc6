import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { StartupError } from "../../cmd/startup-error.ts";
import { eventually } from "../tools/eventually.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";
import { type Question, WebhookServer } from "../tools/webhook-server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const RBAC = { type: "RBAC", name: "rbac" };

let folder: string;
let hook: WebhookServer;
let server: TestServer;
let configFile: string;
/** What it is asked, and what it says. */
let decide: (spec: Question["body"]["spec"]) => object | undefined;

const webhook = (members: object = {}) => ({
  type: "Webhook",
  name: "hook",
  webhook: {
    timeout: "1s",
    subjectAccessReviewVersion: "v1",
    failurePolicy: "NoOpinion",
    cacheAuthorizedRequests: false,
    cacheUnauthorizedRequests: false,
    connectionInfo: { type: "KubeConfigFile", kubeConfigFile: path.join(folder, "hook.kubeconfig") },
    ...members,
  },
});
const configure = (...authorizers: object[]) =>
  writeFile(configFile, stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthorizationConfiguration", authorizers }));

beforeAll(async () => {
  folder = await temporaryFolder();
  configFile = path.join(folder, "authorization.yaml");
  hook = await WebhookServer.start(({ body: { spec, ...review } }) => {
    const status = decide(spec);
    return status && { ...review, spec, status };
  });
  await hook.writeKubeconfig(path.join(folder, "hook.kubeconfig"));
  await configure(webhook(), RBAC);
  server = await startTestServer({ authorization: { configFile } });
});
afterAll(async () => {
  await server.close();
  await hook.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  hook.questions.length = 0;
  decide = () => ({ allowed: false });
});

/** Asks as jane, who has no role of her own. */
const asJane = (target: string, method = "GET", body?: unknown) =>
  server.send(method, target, body, { "impersonate-user": "jane", "impersonate-group": "team" });

describe("a webhook before the roles", () => {
  it("allows what no role allows, and is asked nothing about administrators", async () => {
    decide = ({ user, resourceAttributes }) => ({ allowed: user === "jane" && resourceAttributes?.resource === "configmaps" });
    expect((await asJane(CONFIG_MAPS)).status).toBe(200);
    expect((await asJane("/api/v1/namespaces/default/secrets")).status).toBe(403);
    expect((await asJane("/version")).status).toBe(200);
    expect(hook.questions.map(({ body: { spec } }) => spec.resourceAttributes?.resource ?? spec.nonResourceAttributes.path)).toEqual([
      "configmaps",
      "secrets",
      "/version",
    ]);
    expect(hook.questions[0]).toMatchObject({
      client: "asking",
      body: { spec: { user: "jane", groups: ["team", "system:authenticated"] } },
    });
  });

  it("forbids what a role allows, and says why", async () => {
    decide = () => ({ allowed: false, denied: true, reason: "not <today>" });
    const { status, body } = await asJane("/version");
    expect([status, body.message]).toEqual([403, 'forbidden: User "jane" cannot get path "/version": not <today>']);
  });

  it("without an opinion has its reason told beside those of others", async () => {
    decide = () => ({ allowed: false, reason: "no idea" });
    expect((await asJane(CONFIG_MAPS)).body.message).toMatch(/in the namespace "default": hook: no idea$/);
  });

  it("answers what somebody may do, and that nobody can list it", async () => {
    decide = ({ resourceAttributes }) => ({ allowed: resourceAttributes?.verb === "fly", reason: "wings" });
    const spec = { resourceAttributes: { verb: "fly", resource: "kites", namespace: "default" }, user: "jane" };
    const review = await server.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec });
    expect(review.body.status).toEqual({ allowed: true, reason: "wings" });
    decide = () => ({ allowed: true });
    const rules = await asJane("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", "POST", { spec: { namespace: "default" } });
    expect(rules.body.status).toMatchObject({
      incomplete: true,
      evaluationError: "webhook authorizer does not support user rule resolution",
    });
  });

  it("that fails is passed over, and told of where nobody else allows it", async () => {
    decide = () => undefined;
    expect((await asJane("/version")).status).toBe(200);
    const { status, text, headers } = await asJane(`${CONFIG_MAPS}?limit=1`);
    expect([status, text]).toEqual([
      500,
      `Internal Server Error: "${CONFIG_MAPS}?limit=1": Post "${hook.url}?timeout=1s": context deadline exceeded (Client.Timeout exceeded while awaiting headers)\n`,
    ]);
    expect(headers["content-type"]).toMatch(/^text\/plain/);
  });
});

describe("the configuration of authorizers", () => {
  it("counts when its file changes, for the better only", async () => {
    decide = () => undefined;
    await configure(webhook({ failurePolicy: "Deny", timeout: "100ms" }), RBAC);
    await eventually(async () => expect((await asJane("/version")).status).toBe(500));
    // broken ones, and one without the roles, change nothing
    await writeFile(configFile, "{");
    await configure({ type: "AlwaysAllow", name: "alwaysallow" });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await asJane("/version")).status).toBe(500);
    await configure(RBAC);
    await eventually(async () => expect((await asJane("/version")).status).toBe(200));
    expect((await asJane(CONFIG_MAPS)).status).toBe(403);
    await configure(RBAC, { type: "AlwaysAllow", name: "alwaysallow" });
    await eventually(async () => expect((await asJane(CONFIG_MAPS)).status).toBe(200));
  });

  it.each([
    ["is no configuration", () => writeFile(configFile, "[]"), /authorization\.yaml: must be object$/],
    ["has conditions", () => configure(webhook({ matchConditions: [{ expression: "true" }] })), /matchConditions: Forbidden: .* CEL/],
    [
      "names a kubeconfig that is none",
      async () => {
        await writeFile(path.join(folder, "broken"), "{}");
        await configure(webhook({ connectionInfo: { type: "KubeConfigFile", kubeConfigFile: path.join(folder, "broken") } }));
      },
      /broken: context was not found for specified context: $/,
    ],
  ])("that %s starts no server", async (_, write, message) => {
    const before = configFile;
    configFile = path.join(folder, "other-authorization.yaml");
    try {
      await write();
      await expect(startTestServer({ authorization: { configFile } })).rejects.toThrow(message);
    } finally {
      configFile = before;
    }
  });
});

describe("a server that asks a webhook by its flags", () => {
  it("asks it after the roles, in the older version, and remembers the answers", async () => {
    const flags = {
      kubeconfigFile: path.join(folder, "hook.kubeconfig"),
      version: "v1beta1",
      authorizedTtl: 60_000,
      unauthorizedTtl: 0,
    } as const;
    const other = await startTestServer({ authorization: { modes: ["RBAC", "Webhook"], webhook: flags } });
    decide = ({ group }) => ({ allowed: group.includes("team") });
    const headers = { "impersonate-user": "jane", "impersonate-group": "team" };
    for (let i = 0; i < 3; i++) expect((await other.send("GET", CONFIG_MAPS, undefined, headers)).status).toBe(200);
    expect((await other.send("GET", "/version", undefined, headers)).status).toBe(200);
    expect(hook.questions).toMatchObject([{ url: "/ask?timeout=30s", body: { apiVersion: "authorization.k8s.io/v1beta1" } }]);
    await other.close();
  });

  it("does not start without its kubeconfig", async () => {
    const flags = { kubeconfigFile: path.join(folder, "none"), version: "v1", authorizedTtl: 0, unauthorizedTtl: 0 } as const;
    const starting = startTestServer({ authorization: { modes: ["Webhook"], webhook: flags } });
    await expect(starting).rejects.toThrow(/^cannot read .*none: no such file or directory$/);
    await expect(starting).rejects.toThrow(StartupError);
  });

  it("lets nobody in but administrators where everything is forbidden", async () => {
    const other = await startTestServer({ authorization: { modes: ["AlwaysDeny"], webhook: undefined } });
    const { body } = await other.send("GET", "/version", undefined, { "impersonate-user": "jane" });
    expect(body.message).toBe('forbidden: User "jane" cannot get path "/version": alwaysdeny: Everything is forbidden.');
    expect((await other.send("GET", "/version")).status).toBe(200);
    await other.close();
  });
});
