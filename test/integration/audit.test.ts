import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import * as https from "node:https";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parseFlags } from "../../cmd/flags.ts";
import { eventually } from "../tools/eventually.ts";
import { startTestServer, type TestServer, temporaryFolder, testStorage } from "../tools/server.ts";
import { WebhookServer } from "../tools/webhook-server.ts";

const HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n";
const RULES = `
  - level: None
    nonResourceURLs: ["/version"]
  - level: Metadata
    resources: [{group: "", resources: [secrets]}]
  - level: RequestResponse
`;
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { k: "v" } };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What the command line says of the record, with these flags. */
function flagsOf(...flags: string[]) {
  const parsed = parseFlags(flags);
  if (!("flags" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed.flags.audit;
}

/** A server cannot start whose own controllers cannot be recorded and have to be. */
const NOT_OURS = '  - level: None\n    users: ["system:kube-controller-manager"]\n';

async function start(folder: string, flags: readonly string[], first = ""): Promise<TestServer> {
  const policyFile = path.join(folder, "policy.yaml");
  await writeFile(policyFile, HEAD + first + RULES);
  const server = await startTestServer({ audit: flagsOf(`--audit-policy-file=${policyFile}`, ...flags) });
  closing.push(() => server.close());
  return server;
}

// biome-ignore lint/suspicious/noExplicitAny: events of every shape
type Event = any;

const eventsIn = (text: string): Event[] => text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));

// Nothing of this depends on where things are stored.
describe.runIf(testStorage === "embedded")("the audit log", () => {
  it("tells who asked what, over the wire and in the process", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "log", "audit.log");
    const server = await start(folder, [`--audit-log-path=${file}`]);
    const events = async (id: string) => eventsIn(await readFile(file, "utf8")).filter(({ auditID }) => auditID === id);
    const ask = (id: string, method: string, target: string, body?: unknown, headers: Record<string, string> = {}) =>
      server.send(method, target, body, { "audit-id": id, "user-agent": "tests", ...headers });

    await ask("create", "POST", CONFIG_MAPS, configMap);
    const created = await events("create");
    expect(created).toMatchObject([
      { kind: "Event", apiVersion: "audit.k8s.io/v1", level: "RequestResponse", stage: "RequestReceived" },
      {
        stage: "ResponseComplete",
        requestURI: CONFIG_MAPS,
        verb: "create",
        user: { username: "admin", groups: ["system:masters", "system:authenticated"] },
        sourceIPs: ["127.0.0.1"],
        userAgent: "tests",
        objectRef: { resource: "configmaps", namespace: "default", name: "a", apiVersion: "v1" },
        responseStatus: { metadata: {}, code: 201 },
        requestObject: configMap,
        responseObject: { kind: "ConfigMap", metadata: { name: "a", namespace: "default" }, data: { k: "v" } },
        annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "" },
      },
    ]);
    expect(created[1].stageTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

    await ask("impersonated", "GET", `${CONFIG_MAPS}/a`, undefined, { "impersonate-user": "jane" });
    expect((await events("impersonated"))[1]).toMatchObject({
      user: { username: "admin" },
      impersonatedUser: { username: "jane", groups: ["system:authenticated"] },
      responseStatus: { status: "Failure", reason: "Forbidden", code: 403 },
      annotations: { "authorization.k8s.io/decision": "forbid" },
    });

    await ask("secret", "POST", "/api/v1/namespaces/default/secrets", { ...configMap, kind: "Secret", data: { k: "aHVzaA==" } });
    expect(JSON.stringify(await events("secret"))).not.toMatch(/aHVzaA|Object":/);
    expect(await events("secret")).toHaveLength(2);

    await ask("unrecorded", "GET", "/version");
    expect(await events("unrecorded")).toEqual([]);

    const inProcess = eventsIn(await readFile(file, "utf8")).filter(({ user }) => user.username === "system:kube-controller-manager");
    expect(inProcess).toContainEqual(expect.objectContaining({ verb: "watch", stage: "ResponseStarted", sourceIPs: ["::1"] }));
  });

  it("tells of those who are not known, and of watches that their clients end", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "audit.log");
    const server = await start(folder, [`--audit-log-path=${file}`]);
    const events = async (id: string) => eventsIn(await readFile(file, "utf8")).filter(({ auditID }) => auditID === id);
    const options = { rejectUnauthorized: false, headers: { authorization: "Bearer hush", "audit-id": "unknown" } };
    const request = https.get(`${server.url}/api/v1/namespaces`, options);
    const [response] = await once(request, "response");
    response.resume();
    expect(response.statusCode).toBe(401);
    expect(await events("unknown")).toMatchObject([{ stage: "ResponseStarted", user: {}, responseStatus: { code: 401 } }]);
    expect(await readFile(file, "utf8")).not.toContain("hush");

    const watch = https.get(`${server.url}/api/v1/namespaces?watch=1`, {
      rejectUnauthorized: false,
      headers: { "audit-id": "watch", authorization: `Bearer ${await tokenOf(server)}` },
    });
    const [stream] = await once(watch, "response");
    expect(stream.statusCode).toBe(200);
    stream.on("error", () => {});
    expect((await events("watch")).map(({ stage }) => stage)).toEqual(["RequestReceived", "ResponseStarted"]);
    watch.destroy();
    const stages = () => events("watch").then((all) => all.map(({ stage }) => stage));
    await eventually(async () => expect(await stages()).toEqual(["RequestReceived", "ResponseStarted", "ResponseComplete"]));
  });

  it("says that a token lies in a Secret", async () => {
    const folder = await temporaryFolder();
    const file = path.join(folder, "audit.log");
    const server = await start(folder, [`--audit-log-path=${file}`]);
    await tokenOf(server);
    const metadata = { name: "kept", annotations: { "kubernetes.io/service-account.name": "watcher" } };
    const SECRETS = "/api/v1/namespaces/default/secrets";
    await server.send("POST", SECRETS, { apiVersion: "v1", kind: "Secret", type: "kubernetes.io/service-account-token", metadata });
    const token = await eventually(async () => {
      const { data } = (await server.send("GET", `${SECRETS}/kept`)).body;
      expect(data?.token).toBeDefined();
      return Buffer.from(data.token, "base64").toString();
    });
    const headers = { authorization: `Bearer ${token}`, "audit-id": "kept" };
    const [response] = await once(https.get(`${server.url}/api/v1/namespaces`, { rejectUnauthorized: false, headers }), "response");
    response.resume();
    expect(response.statusCode).toBe(200);
    const text = await readFile(file, "utf8");
    expect(eventsIn(text).filter(({ auditID }) => auditID === "kept")[1].annotations).toEqual({
      "authentication.k8s.io/legacy-token": "system:serviceaccount:default:watcher",
      "authentication.k8s.io/legacy-token-manual-secret": "kept",
      "authorization.k8s.io/decision": "allow",
      "authorization.k8s.io/reason":
        'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "cluster-admin" to ServiceAccount "watcher/default"',
    });
    expect(text).not.toContain(token);
  });

  it("refuses what cannot be recorded where that is strict, and counts it", async () => {
    const folder = await temporaryFolder();
    const server = await start(
      folder,
      ["--audit-log-path=/dev/full", "--audit-log-maxsize=0", "--audit-log-mode=blocking-strict"],
      NOT_OURS,
    );
    const { status, text } = await server.send("GET", CONFIG_MAPS);
    expect([status, text]).toEqual([500, `Internal Server Error: "${CONFIG_MAPS}": failed to store audit event\n`]);
    expect((await server.send("GET", "/version")).status).toBe(200);
  });

  it("serves all the same where it is not, and counts what was lost", async () => {
    const folder = await temporaryFolder();
    const server = await start(folder, ["--audit-log-path=/dev/full", "--audit-log-maxsize=0"]);
    expect((await server.send("GET", CONFIG_MAPS)).status).toBe(200);
    const { text } = await server.send("GET", "/metrics");
    expect(Number(/^apiserver_audit_error_total\{plugin="log"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(1);
    expect(text).toMatch(/^apiserver_audit_event_total \d+$/m);
    expect(text).toMatch(/^apiserver_audit_level_total\{level="RequestResponse"\} \d+$/m);
    expect(text).toMatch(/^apiserver_audit_requests_rejected_total 0$/m);
  });

  it("goes to a program elsewhere as well, of which nothing is lost at the end", async () => {
    const folder = await temporaryFolder();
    const elsewhere = await WebhookServer.start((_, response) => void response.end());
    closing.push(() => elsewhere.close());
    const kubeconfig = await elsewhere.writeKubeconfig(path.join(folder, "kubeconfig"));
    const file = path.join(folder, "audit.log");
    const server = await start(folder, [`--audit-log-path=${file}`, `--audit-webhook-config-file=${kubeconfig}`]);
    await server.send("POST", CONFIG_MAPS, configMap, { "audit-id": "create" });
    await closing.pop()?.();
    const told = elsewhere.questions.flatMap(({ body }) => body.items as Event[]);
    const written = eventsIn(await readFile(file, "utf8"));
    expect(written.length).toBeGreaterThan(10);
    expect(told.map(({ auditID, stage }) => `${auditID} ${stage}`).sort()).toEqual(
      written.map(({ auditID, stage }) => `${auditID} ${stage}`).sort(),
    );
    expect(told.find(({ auditID, stage }) => auditID === "create" && stage === "ResponseComplete")).toMatchObject({
      requestObject: configMap,
    });
  });
});

/** A token of a service account that may watch namespaces. */
async function tokenOf(server: TestServer): Promise<string> {
  await server.send("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "all" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", name: "watcher", namespace: "default" }],
  });
  await server.send("POST", "/api/v1/namespaces/default/serviceaccounts", {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "watcher" },
  });
  const asked = await server.send("POST", "/api/v1/namespaces/default/serviceaccounts/watcher/token", {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  });
  return asked.body.status.token;
}
