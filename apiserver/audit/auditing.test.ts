import { afterEach, describe, expect, it } from "vitest";
import { ANONYMOUS } from "../authentication/authenticator.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import type { Eventual } from "../eventual.ts";
import { inProcessTransport } from "../in-process/transport.ts";
import { type ApiRequest, type ApiResponse, isStream } from "../request.ts";
import { bytesOf, type Served, serve } from "../testing/serve.ts";
import { Auditing } from "./auditing.ts";
import { type AuditEvent, eventText, type Stage } from "./event.ts";
import { AuditPolicy, type Policy } from "./policy.ts";
import { AuditCounts, type AuditSink } from "./sink.ts";

/** Keeps events, and says what a test wants. */
class KeptEvents implements AuditSink {
  readonly events: AuditEvent[] = [];
  answer: (event: AuditEvent) => Eventual<boolean> = () => true;

  record(event: AuditEvent): Eventual<boolean> {
    this.events.push(event);
    return this.answer(event);
  }

  close(): void {}

  get stages(): Stage[] {
    return this.events.map(({ stage }) => stage);
  }

  /** Of all events, as they are written. */
  get text(): string {
    return this.events.map(eventText).join("\n");
  }
}

const JANE = { name: "jane", uid: "u", groups: ["devs", "system:authenticated"], extra: { scopes: ["a"] } };
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(policy: Policy | Policy["rules"][number]["level"], authorizers: readonly Authorizer[] = []) {
  const kept = new KeptEvents();
  const counts = new AuditCounts();
  const rules: Policy = typeof policy === "string" ? { rules: [{ level: policy }] } : policy;
  const served = await serve({ authorizers, auditing: new Auditing(new AuditPolicy(rules), kept, counts) });
  closing.push(() => served.close());
  await served.ask("POST", "/api/v1/namespaces", { body: { metadata: { name: "default" }, kind: "Namespace", apiVersion: "v1" } });
  kept.events.splice(0);
  return { ...served, kept, counts };
}

/** Sends a request from outside, as nobody. */
function fromOutside({ core }: Served, target: string, headers: ApiRequest["headers"] = {}): Promise<ApiResponse> {
  const [path = "", query = ""] = target.split("?");
  const connection = { remoteAddress: "10.0.0.1", clientCertificate: undefined };
  return core.handle({ method: "GET", path, query, headers, connection, readBody: async () => new Uint8Array() });
}

const configMap = (name: string, data: Record<string, string> = { k: "v" }) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});

describe("the record of a request", () => {
  it("tells who asked what, when it came in and when it was answered", async () => {
    const { ask, kept } = await start("Metadata", [() => ({ verdict: "allow", reason: "because" })]);
    await ask("GET", `${CONFIG_MAPS}?limit=5`, {
      user: JANE,
      headers: { "audit-id": "id", "user-agent": "curl", "x-real-ip": "10.0.0.9" },
    });
    const told = {
      level: "Metadata",
      auditID: "id",
      requestURI: `${CONFIG_MAPS}?limit=5`,
      verb: "list",
      user: { username: "jane", uid: "u", groups: ["devs", "system:authenticated"], extra: { scopes: ["a"] } },
      sourceIPs: ["10.0.0.9"],
      userAgent: "curl",
      objectRef: { resource: "configmaps", namespace: "default", apiVersion: "v1" },
    };
    expect(kept.events).toMatchObject([
      { ...told, stage: "RequestReceived" },
      {
        ...told,
        stage: "ResponseComplete",
        responseStatus: { code: 200 },
        annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "because" },
      },
    ]);
    const [received, complete] = kept.events as [AuditEvent, AuditEvent];
    expect([received.responseStatus, received.annotations]).toEqual([undefined, undefined]);
    expect(received.stageTimestamp).toBe(received.requestReceivedTimestamp);
    expect(complete.stageTimestamp).toBeGreaterThan(complete.requestReceivedTimestamp);
    expect(Object.keys(complete.annotations ?? {})).toEqual(["authorization.k8s.io/decision", "authorization.k8s.io/reason"]);
  });

  it("tells why one was refused", async () => {
    const { ask, kept } = await start("Metadata", [() => ({ verdict: "no-opinion", reason: "who is that?" })]);
    await ask("GET", `${CONFIG_MAPS}/x`, { user: JANE });
    expect(kept.events[1]).toMatchObject({
      stage: "ResponseComplete",
      responseStatus: { status: "Failure", reason: "Forbidden", code: 403, details: { name: "x", kind: "configmaps" } },
      annotations: { "authorization.k8s.io/decision": "forbid", "authorization.k8s.io/reason": "test-0: who is that?" },
    });
  });

  it("tells that it could not be found out whether one is allowed", async () => {
    const { ask, kept } = await start("Metadata", [() => ({ verdict: "no-opinion", error: "away" })]);
    expect((await ask("GET", CONFIG_MAPS, { user: JANE })).status).toBe(500);
    expect(kept.events[1]).toMatchObject({
      responseStatus: { code: 500 },
      annotations: { "authorization.k8s.io/reason": "internal error" },
    });
    expect(kept.events[1]?.annotations).not.toHaveProperty("authorization.k8s.io/decision");
  });

  it("is one event for a request that could not be authenticated", async () => {
    const served = await start("RequestResponse");
    const { status } = await fromOutside(served, CONFIG_MAPS, { authorization: "Bearer hush" });
    expect(status).toBe(401);
    expect(served.kept.events).toMatchObject([
      {
        stage: "ResponseStarted",
        verb: "list",
        user: {},
        sourceIPs: ["10.0.0.1"],
        responseStatus: { status: "Failure", message: "Unauthorized", reason: "Unauthorized", code: 401 },
      },
    ]);
    expect(served.kept.text).toContain('"user":{},');
    expect(served.kept.text).not.toContain("hush");
  });

  it("is one event for a request whose time cannot be read", async () => {
    const served = await start("Metadata");
    await fromOutside(served, `${CONFIG_MAPS}?timeout=x`);
    expect(served.kept.events).toMatchObject([{ stage: "ResponseStarted", user: {}, responseStatus: { code: 400, reason: "BadRequest" } }]);
  });

  it("names those who are not known too", async () => {
    const served = await start("Metadata");
    await fromOutside(served, CONFIG_MAPS);
    expect(served.kept.events).toMatchObject([
      { user: { username: ANONYMOUS.name, groups: ANONYMOUS.groups } },
      { responseStatus: { code: 403 } },
    ]);
  });

  it("tells of a watch when it begins and when it ends", async () => {
    const { open, kept } = await start("RequestResponse");
    const { body } = await open(`${CONFIG_MAPS}?watch=1`);
    if (!isStream(body)) throw new Error("a watch is a stream");
    expect(kept.stages).toEqual(["RequestReceived", "ResponseStarted"]);
    body.open({ write: () => true, end: () => {} });
    expect(kept.stages).toHaveLength(2);
    body.close();
    expect(kept.events[2]).toMatchObject({
      stage: "ResponseComplete",
      verb: "watch",
      responseStatus: { code: 200 },
      responseObject: undefined,
    });
  });

  it("tells once of a watch that the server ends", async () => {
    const { open, core, kept } = await start("Metadata");
    const { body } = await open(`${CONFIG_MAPS}?watch=1`);
    if (!isStream(body)) throw new Error("a watch is a stream");
    let ended = false;
    body.open({ write: () => true, end: () => (ended = true) });
    core.drain();
    expect(ended).toBe(true);
    expect(kept.stages).toEqual(["RequestReceived", "ResponseStarted", "ResponseComplete"]);
  });

  it("tells the beginning of a watch that is refused, too", async () => {
    const { ask, kept } = await start("Metadata");
    await ask("GET", `${CONFIG_MAPS}?watch=1`, { user: JANE });
    expect(kept.events).toMatchObject([
      { stage: "RequestReceived" },
      { stage: "ResponseStarted", responseStatus: { code: 403 } },
      { stage: "ResponseComplete", responseStatus: { code: 403 } },
    ]);
  });

  it("says that a watch goes over a WebSocket", async () => {
    const { open, kept } = await start("Metadata");
    await open(`${CONFIG_MAPS}?watch=1`, { connection: "upgrade", upgrade: "websocket" });
    expect(kept.events[1]).toMatchObject({ stage: "ResponseStarted", responseStatus: { code: 101 } });
  });

  it("names the sender and whom the request is made as", async () => {
    const { ask, kept } = await start("Metadata");
    const headers = { "impersonate-user": "joe", "impersonate-group": "ops" };
    await ask("GET", CONFIG_MAPS, { headers });
    expect(kept.events[1]).toMatchObject({
      user: { username: "admin" },
      impersonatedUser: { username: "joe", groups: ["ops", "system:authenticated"] },
      responseStatus: { code: 403 },
    });
    expect(kept.events[0]?.impersonatedUser).toBeUndefined();
  });

  it("tells what it took to impersonate somebody, if that was little", async () => {
    const { ask, kept } = await start("Metadata", [
      ({ info }) => ({ verdict: info.verb.startsWith("impersonate") && info.verb !== "impersonate" ? "allow" : "no-opinion" }),
    ]);
    await ask("GET", CONFIG_MAPS, { user: JANE, headers: { "impersonate-user": "joe" } });
    expect(kept.events[1]).toMatchObject({ impersonatedUser: { username: "joe" }, impersonationConstraint: "impersonate:user-info" });
  });

  it("is kept of those in the same process too", async () => {
    const { core, kept } = await start("Metadata");
    const { send } = inProcessTransport(core.handle, { name: "system:kube-controller-manager", groups: ["system:masters"] });
    const { body } = await send({ method: "GET", path: CONFIG_MAPS, query: "", headers: { "user-agent": "gc" } });
    for await (const _ of body);
    expect(kept.events).toMatchObject([
      { stage: "RequestReceived", user: { username: "system:kube-controller-manager" }, sourceIPs: ["::1"], userAgent: "gc" },
      { stage: "ResponseComplete", responseStatus: { code: 200 } },
    ]);
  });

  it("tells that the server failed", async () => {
    const served = await start("Metadata", [
      () => {
        throw new Error("oh");
      },
    ]);
    await served.ask("GET", CONFIG_MAPS, { user: JANE });
    expect(served.kept.stages).toEqual(["RequestReceived", "Panic"]);
    expect(served.kept.events[1]?.responseStatus).toEqual({
      status: "Failure",
      message: "APIServer panic'd: oh",
      reason: "InternalError",
      code: 500,
    });
  });

  it("names what was created, and the uid and version that a client knows", async () => {
    const { ask, kept } = await start("Metadata");
    const created = await ask("POST", CONFIG_MAPS, { body: configMap("a") });
    const { uid, resourceVersion } = created.json().metadata;
    expect(kept.events[1]?.objectRef).toMatchObject({ resource: "configmaps", namespace: "default", name: "a", apiVersion: "v1" });
    expect(kept.events[1]?.objectRef?.uid).toBeUndefined();
    await ask("PUT", `${CONFIG_MAPS}/a`, { body: created.json() });
    expect(kept.events[3]?.objectRef).toMatchObject({ name: "a", uid, resourceVersion });
  });

  it("has no token of the query in it, and no endless name of a client", async () => {
    const { ask, kept } = await start("Metadata");
    await ask("GET", "/healthz?access_token=hush&verbose&a=b", { headers: { "user-agent": "x".repeat(2000) } });
    expect(kept.events[0]).toMatchObject({
      requestURI: "/healthz?access_token=REDACTED&verbose&a=b",
      userAgent: `${"x".repeat(1024)}...TRUNCATED`,
      objectRef: undefined,
    });
  });
});

describe("levels", () => {
  const SECRETS = "/api/v1/namespaces/default/secrets";
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, stringData: { key: "c2VjcmV0" } };
  const SECRET = /c2VjcmV0|YzJWamNtVjA/;

  /** Does with a secret all that one can do with one. */
  async function handleSecret({ ask, open }: Served): Promise<void> {
    await ask("POST", SECRETS, { body: secret });
    await ask("GET", `${SECRETS}/s`);
    await ask("GET", SECRETS);
    await bytesOf(await open(`${SECRETS}?watch=1&resourceVersion=0`));
    await ask("PUT", `${SECRETS}/s`, { body: secret });
    const patch = { stringData: { other: "c2VjcmV0" } };
    await ask("PATCH", `${SECRETS}/s`, { body: patch, headers: { "content-type": "application/merge-patch+json" } });
    await ask("PATCH", `${SECRETS}/s?fieldManager=m`, { body: secret, headers: { "content-type": "application/apply-patch+yaml" } });
    await ask("DELETE", SECRETS);
  }

  it("None records nothing", async () => {
    const served = await start("None");
    await handleSecret(served);
    expect(served.kept.events).toEqual([]);
    expect(served.counts.levels.get("None")).toBeGreaterThan(8);
  });

  it("Metadata tells no value of a secret, and no token", async () => {
    const served = await start("Metadata");
    await handleSecret(served);
    await served.ask("POST", "/api/v1/namespaces/default/serviceaccounts", {
      body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "s" } },
    });
    const asked = await served.ask("POST", "/api/v1/namespaces/default/serviceaccounts/s/token", {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} },
    });
    const { token } = asked.json().status;
    await served.ask("POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token } },
    });
    expect(asked.status).toBe(201);
    expect(served.kept.events).toHaveLength(8 * 2 + 1 + 3 * 2);
    expect(served.kept.text).not.toMatch(SECRET);
    expect(served.kept.text).not.toContain(token);
    expect(served.kept.text).not.toMatch(/"(request|response)Object"/);
    expect(served.kept.text).toContain('"authentication.kubernetes.io/issued-credential-id":"JTI=');
  });

  it("Metadata tells nothing of a secret that a failure quotes", async () => {
    const { ask, kept } = await start("Metadata");
    const type = { "content-type": "application/merge-patch+json" };
    await ask("POST", SECRETS, { body: secret });
    const unreadable = await ask("POST", SECRETS, { body: '{"data":{"k":"c2VjcmV0"' });
    const misfit = await ask("PATCH", `${SECRETS}/s`, { body: { stringData: { key: ["c2VjcmV0"] } }, headers: type });
    const invalid = await ask("PATCH", `${SECRETS}/s`, { body: { type: "c2VjcmV0" }, headers: type });
    const answers = [unreadable, misfit, invalid].map(({ status, bytes }) => [status, SECRET.test(bytes.toString())]);
    expect(answers).toEqual([
      [400, true],
      [422, true],
      [422, true],
    ]);
    expect(kept.text).not.toMatch(SECRET);
    expect(kept.events.filter(({ stage }) => stage === "ResponseComplete").map(({ responseStatus }) => responseStatus)).toMatchObject([
      { code: 201 },
      { status: "Failure", reason: "BadRequest", code: 400 },
      { reason: "Invalid", code: 422 },
      { reason: "Invalid", code: 422 },
    ]);
    await ask("POST", SECRETS, { body: secret });
    expect(kept.events.at(-1)?.responseStatus).toMatchObject({ reason: "AlreadyExists", message: 'secrets "s" already exists' });
  });

  it("Request tells what was sent, and nothing of answers", async () => {
    const served = await start("Request");
    await handleSecret(served);
    const told = served.kept.events.filter((event) => SECRET.test(eventText(event)));
    expect(told.map(({ verb, stage }) => `${verb} ${stage}`)).toEqual(
      ["create", "update", "patch", "patch"].map((verb) => `${verb} ResponseComplete`),
    );
    expect(told.every((event) => !SECRET.test(eventText({ ...event, requestObject: undefined })))).toBe(true);
    expect(served.kept.events.every(({ responseObject }) => responseObject === undefined)).toBe(true);
  });

  it("Request tells patches as they were sent, in JSON, and options", async () => {
    const { ask, kept } = await start("Request");
    await ask("POST", CONFIG_MAPS, { body: configMap("a") });
    await ask("PATCH", `${CONFIG_MAPS}/a`, { body: '{ "data": {"k": "x"}}', headers: { "content-type": "application/merge-patch+json" } });
    const applied = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {z: w}\n";
    await ask("PATCH", `${CONFIG_MAPS}/a?fieldManager=m`, { body: applied, headers: { "content-type": "application/apply-patch+yaml" } });
    await ask("DELETE", `${CONFIG_MAPS}/a`, { body: { propagationPolicy: "Background" } });
    const sent = kept.events.filter(({ stage }) => stage === "ResponseComplete").map(({ requestObject = "" }) => JSON.parse(requestObject));
    expect(sent).toEqual([
      configMap("a"),
      { data: { k: "x" } },
      { ...configMap("a", { z: "w" }) },
      { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", propagationPolicy: "Background" },
    ]);
  });

  it("RequestResponse tells answers in JSON, in whatever form they are sent", async () => {
    const { ask, kept } = await start("RequestResponse");
    await ask("POST", CONFIG_MAPS, { body: configMap("a", { k: "v" }) });
    const plain = (await ask("GET", `${CONFIG_MAPS}/a`)).json();
    const list = (await ask("GET", CONFIG_MAPS)).json();
    const table = (await ask("GET", CONFIG_MAPS, { headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } })).json();
    for (const accept of ["application/yaml", "application/vnd.kubernetes.protobuf"]) {
      await ask("GET", `${CONFIG_MAPS}/a`, { headers: { accept } });
      await ask("GET", CONFIG_MAPS, { headers: { accept } });
    }
    await ask("GET", `${CONFIG_MAPS}/b`);
    const answers = kept.events
      .filter(({ stage }) => stage === "ResponseComplete")
      .map(({ responseObject = "" }) => JSON.parse(responseObject));
    expect(answers).toEqual([plain, plain, list, table, plain, list, plain, list, expect.objectContaining({ kind: "Status", code: 404 })]);
    expect(list.items).toHaveLength(1);
  });

  it("leave out managed fields where they are to", async () => {
    const { ask, kept } = await start({ rules: [{ level: "RequestResponse", omitManagedFields: true }] });
    const created = (await ask("POST", CONFIG_MAPS, { body: configMap("a") })).json();
    expect(created.metadata.managedFields).toHaveLength(1);
    await ask("PUT", `${CONFIG_MAPS}/a`, { body: created });
    await ask("GET", CONFIG_MAPS);
    await ask("GET", `${CONFIG_MAPS}?includeObject=Object`, { headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } });
    expect(kept.events.filter(({ responseObject }) => responseObject !== undefined)).toHaveLength(4);
    expect(kept.text).not.toContain("managedFields");
    expect(kept.text).toContain("columnDefinitions");
  });

  it("tell no stage that is left out", async () => {
    const { ask, kept } = await start({ omitStages: ["RequestReceived"], rules: [{ level: "Metadata", omitStages: ["ResponseStarted"] }] });
    await ask("GET", CONFIG_MAPS);
    await ask("GET", `${CONFIG_MAPS}?watch=1`, { user: JANE });
    expect(kept.stages).toEqual(["ResponseComplete", "ResponseComplete"]);
  });
});

describe("a sink", () => {
  it("that cannot take a request has it refused, before anything is done", async () => {
    const { ask, kept, counts } = await start("Metadata");
    kept.answer = ({ stage }) => stage !== "RequestReceived";
    const { status, bytes } = await ask("POST", CONFIG_MAPS, { body: configMap("a") });
    expect([status, bytes.toString()]).toEqual([500, `Internal Server Error: "${CONFIG_MAPS}": failed to store audit event\n`]);
    expect(kept.stages).toEqual(["RequestReceived"]);
    expect(counts.rejected).toBe(1);
    kept.answer = () => true;
    expect((await ask("GET", `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  it("that cannot take what was answered changes nothing", async () => {
    const { ask, kept } = await start("Metadata");
    kept.answer = ({ stage }) => stage === "RequestReceived";
    expect((await ask("GET", "/version")).status).toBe(200);
  });

  it("that takes its time is waited for, before and after", async () => {
    const { ask, kept } = await start("Metadata");
    const order: string[] = [];
    kept.answer = async ({ stage }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(stage);
      return true;
    };
    await ask("GET", "/version");
    order.push("answered");
    expect(order).toEqual(["RequestReceived", "ResponseComplete", "answered"]);
  });
});
