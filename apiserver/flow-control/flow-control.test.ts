import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import type { ApiResponse, Connection } from "../request.ts";
import { bytesOf, type Served, serve } from "../testing/serve.ts";
import { DEFAULT_FLOW_CONTROL, type FlowControlOptions } from "./options.ts";

let served: Served;
afterEach(async () => {
  expect(await served.close()).toEqual([]);
});

const connectionOf = (user: string, ...groups: string[]): Connection => ({
  remoteAddress: "",
  clientCertificate: { commonName: user, organizations: groups, uids: [], fingerprint: "", validUntil: Number.POSITIVE_INFINITY },
});
const connections = new Map<string, Connection>();

/** Sends a request of somebody outside, in the group `crowd` or with the name of an administrator. A body that is a promise comes when it does. */
function send(user: string, method: string, target: string, body: Promise<Uint8Array> = Promise.resolve(new Uint8Array())) {
  let connection = connections.get(user);
  if (connection === undefined) {
    connection = connectionOf(user, user === "root" ? "system:masters" : "crowd");
    connections.set(user, connection);
  }
  const [path = "", query = ""] = target.split("?");
  const headers = { "content-type": "application/json" };
  return served.core.handle({ method, path, query, headers, connection, readBody: () => body });
}
const statusOf = async (user: string, method: string, target: string) => (await send(user, method, target)).status;

/** A write that is under way until its body comes. */
function slowWrite(user: string): { finish(): Promise<ApiResponse> } {
  let bring = (_: Uint8Array) => {};
  const body = new Promise<Uint8Array>((resolve) => {
    bring = resolve;
  });
  const answer = send(user, "POST", "/api/v1/namespaces/default/configmaps", body);
  return {
    finish() {
      bring(Buffer.from("{"));
      return answer;
    },
  };
}

async function start(options: Partial<FlowControlOptions> = {}) {
  served = await serve({ flowControl: { ...DEFAULT_FLOW_CONTROL, ...options } });
  await served.ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } } });
  await served.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
    body: {
      metadata: { name: "crowd" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "crowd" },
      subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "crowd" }],
    },
  });
  await served.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", {
    body: { metadata: { name: "crowd" }, rules: [{ verbs: ["*"], apiGroups: [""], resources: ["*"] }] },
  });
}

/** Makes a level, and a schema that puts the crowd on it, by user. */
async function level(limited: PriorityLevelSpec["limited"]) {
  const post = async (plural: string, kind: string, name: string, spec: object) => {
    const body = { apiVersion: "flowcontrol.apiserver.k8s.io/v1", kind, metadata: { name }, spec };
    const answer = await served.ask("POST", `/apis/flowcontrol.apiserver.k8s.io/v1/${plural}`, { body });
    expect(answer.status).toBe(201);
    return answer.json().metadata.uid as string;
  };
  const levelUid = await post("prioritylevelconfigurations", "PriorityLevelConfiguration", "crowd", { type: "Limited", limited });
  const schemaUid = await post("flowschemas", "FlowSchema", "crowd", {
    priorityLevelConfiguration: { name: "crowd" },
    distinguisherMethod: { type: "ByUser" },
    rules: [
      {
        subjects: [{ kind: "Group", group: { name: "crowd" } }],
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
      },
    ],
  });
  await schemaCounts(schemaUid);
  return { levelUid, schemaUid };
}

/** Comes when the crowd's requests belong to that schema: a change counts once the watch cache has told of it. */
async function schemaCounts(uid: string): Promise<void> {
  await vi.waitFor(async () => {
    expect((await send("somebody", "GET", `${CONFIG_MAPS}/a`)).headers["x-kubernetes-pf-flowschema-uid"]).toBe(uid);
  });
}

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

describe("with priority and fairness", () => {
  beforeEach(() => start({ reading: 1, writing: 0 }));

  it("an answer says which schema and which level it is by, a refusal too", async () => {
    const { levelUid, schemaUid } = await level({ limitResponse: { type: "Reject" } });
    for (const [target, status] of [
      [CONFIG_MAPS, 200],
      ["/api/v1/namespaces/default/configmaps/none", 404],
      ["/apis/rbac.authorization.k8s.io/v1/clusterroles", 403],
    ] as const) {
      const { headers, ...answer } = await send("ann", "GET", target);
      expect(answer.status).toBe(status);
      expect(headers["x-kubernetes-pf-flowschema-uid"]).toBe(schemaUid);
      expect(headers["x-kubernetes-pf-prioritylevel-uid"]).toBe(levelUid);
    }
    const unknown = { ...connectionOf("x"), clientCertificate: undefined, certificateProblem: "EXPIRED" };
    const refused = await served.core.handle({
      method: "GET",
      path: CONFIG_MAPS,
      query: "",
      headers: {},
      connection: unknown,
      readBody: async () => new Uint8Array(),
    });
    expect(refused.status).toBe(401);
    expect(Object.keys(refused.headers).filter((name) => name.includes("pf"))).toEqual([]);
  });

  it("what a level cannot serve is rejected, or waits in the queues of its flow", async () => {
    await level({ limitResponse: { type: "Reject" } });
    const write = slowWrite("ann");
    const rejected = await send("bob", "GET", `${CONFIG_MAPS}/a`);
    expect(rejected.status).toBe(429);
    expect(rejected.headers).toMatchObject({
      "retry-after": "1",
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
    expect((await bytesOf(rejected)).toString()).toBe("Too many requests, please try again later.\n");
    // who is exempt, and what asks whether the server is there, is served
    expect(await statusOf("root", "GET", `${CONFIG_MAPS}/a`)).toBe(404);
    expect((await served.ask("GET", CONFIG_MAPS)).status).toBe(200);
    expect((await write.finish()).status).toBe(400);
    expect(await statusOf("bob", "GET", `${CONFIG_MAPS}/a`)).toBe(404);
  });

  it("who waits is served when a seat is free, in turn with the others", async () => {
    await level({ limitResponse: { type: "Queue", queuing: { queues: 64, handSize: 1, queueLengthLimit: 2 } } });
    const order: string[] = [];
    const get = (user: string) =>
      send(user, "GET", `${CONFIG_MAPS}/a`).then(({ status }) => {
        order.push(`${user} ${status}`);
      });
    const write = slowWrite("ann");
    const waiting = [get("ann"), get("ann"), get("ann"), get("bob")];
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(["ann 429"]);
    await write.finish();
    await Promise.all(waiting);
    expect(order.toSorted()).toEqual(["ann 404", "ann 404", "ann 429", "bob 404"]);
    // he came last
    expect(order.at(-1)).toBe("ann 404");
  });

  it("who has gone away by the time of their turn is not served", async () => {
    await level({ limitResponse: { type: "Queue", queuing: { queues: 64, handSize: 1, queueLengthLimit: 9 } } });
    const write = slowWrite("ann");
    let read = false;
    const lost = served.core.handle({
      method: "POST",
      path: CONFIG_MAPS,
      query: "",
      headers: {},
      connection: connectionOf("ann", "crowd"),
      gone: true,
      readBody: async () => {
        read = true;
        return new Uint8Array();
      },
    });
    const waiting = statusOf("ann", "GET", `${CONFIG_MAPS}/a`);
    await write.finish();
    expect([(await lost).status, read, await waiting]).toEqual([429, false, 404]);
  });

  it("how it is doing is told in metrics, and to people", async () => {
    await level({ limitResponse: { type: "Queue", queuing: { queues: 64, handSize: 1, queueLengthLimit: 1 } } });
    const write = slowWrite("ann");
    const waiting = send("ann", "GET", `${CONFIG_MAPS}/a`);
    await send("ann", "GET", `${CONFIG_MAPS}/a`);
    const metrics = (await served.ask("GET", "/metrics")).bytes.toString();
    const labels = 'priority_level="crowd",flow_schema="crowd"';
    for (const line of [
      `apiserver_flowcontrol_dispatched_requests_total{${labels}} 2`,
      `apiserver_flowcontrol_rejected_requests_total{${labels},reason="queue-full"} 1`,
      `apiserver_flowcontrol_current_inqueue_requests{${labels}} 1`,
      `apiserver_flowcontrol_current_executing_requests{${labels}} 1`,
      'apiserver_flowcontrol_nominal_limit_seats{priority_level="crowd"} 1',
      'apiserver_flowcontrol_current_limit_seats{priority_level="crowd"} 1',
    ]) {
      expect(metrics.split("\n")).toContain(line);
    }
    const dumped = async (what: string) => {
      const { status, headers, bytes } = await served.ask("GET", `/debug/api_priority_and_fairness/${what}`);
      expect([status, headers["content-type"]]).toEqual([200, "text/plain; charset=utf-8"]);
      return bytes.toString().split("\n");
    };
    const levels = await dumped("dump_priority_levels");
    expect([levels[0], levels[2], levels[3], levels[4]]).toEqual([
      "PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests",
      "crowd,             1,            false,  false,       1,               1,                 2,                  1,                0,                0",
      "exempt,            0,            true,   false,       0,               0,                 0,                  0,                0,                0",
      "",
    ]);
    const [, queue] = await dumped("dump_queues");
    expect(queue).toMatch(/^crowd, +\d+, +1, +0, +0, +0\.00000000ss, +1, +1, +0\.00300000ss$/);
    expect((await served.ask("GET", "/debug/api_priority_and_fairness/others")).status).toBe(404);
    await write.finish();
    await waiting;
  });

  it("a watch keeps its seat until it has begun", async () => {
    await level({ limitResponse: { type: "Reject" } });
    const watch = await send("ann", "GET", `${CONFIG_MAPS}?watch=true`);
    expect(watch.status).toBe(200);
    expect(await statusOf("ann", "GET", `${CONFIG_MAPS}/a`)).toBe(404);
    (watch.body as { close(): void }).close();
  });

  it("a list is sent as it would be without", async () => {
    await level({ limitResponse: { type: "Reject" } });
    for (let i = 0; i < 200; i++) {
      const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `m${i}` }, data: { text: "x".repeat(5_000) } };
      await served.ask("POST", CONFIG_MAPS, { body });
    }
    const [mine, admins] = [await bytesOf(await send("ann", "GET", CONFIG_MAPS)), (await served.ask("GET", CONFIG_MAPS)).bytes];
    expect(mine.length).toBeGreaterThan(1_000_000);
    expect(mine.equals(admins)).toBe(true);
  });

  it("a schema without its level is no schema, and the mandatory ones are always there", async () => {
    await level({ limitResponse: { type: "Reject" } });
    await served.ask("DELETE", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/crowd");
    await schemaCounts("");
    const write = slowWrite("ann");
    const rejected = await send("bob", "GET", CONFIG_MAPS);
    // catch-all, which is not stored here
    expect([rejected.status, rejected.headers["x-kubernetes-pf-flowschema-uid"]]).toEqual([429, ""]);
    await write.finish();
  });
});

it("the status of its objects is written apart from their metadata", async () => {
  await start();
  const { levelUid } = await level({ limitResponse: { type: "Reject" } });
  const target = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations/crowd";
  const { metadata, ...rest } = (await served.ask("GET", target)).json();
  const status = { conditions: [{ type: "Mine", status: "True" }] };
  const body = { ...rest, metadata: { ...metadata, labels: { a: "b" } }, spec: { type: "Limited" }, status };
  const written = (await served.ask("PUT", `${target}/status`, { body })).json();
  expect(written).toMatchObject({ metadata: { uid: levelUid, generation: 1 }, spec: rest.spec, status });
  expect(written.metadata.labels).toBeUndefined();
  const changed = { ...rest, metadata, spec: { ...rest.spec, limited: { ...rest.spec.limited, lendablePercent: 5 } }, status: {} };
  delete changed.metadata.resourceVersion;
  expect((await served.ask("PUT", target, { body: changed })).json()).toMatchObject({ metadata: { generation: 2 }, status });
});

describe("without priority and fairness", () => {
  it("so many requests of a sort are served at a time, watches apart, and administrators always", async () => {
    await start({ priorityAndFairness: false, reading: 1, writing: 1 });
    const write = slowWrite("ann");
    const rejected = await send("bob", "POST", CONFIG_MAPS);
    expect(rejected.status).toBe(429);
    expect(rejected.headers["retry-after"]).toBe("1");
    expect(await statusOf("bob", "GET", CONFIG_MAPS)).toBe(200);
    expect(await statusOf("root", "DELETE", `${CONFIG_MAPS}/a`)).toBe(404);
    await write.finish();
    expect(await statusOf("bob", "DELETE", `${CONFIG_MAPS}/a`)).toBe(404);
    expect((await send("bob", "GET", CONFIG_MAPS)).headers["x-kubernetes-pf-flowschema-uid"]).toBeUndefined();
  });

  it("0 is no limit", async () => {
    await start({ priorityAndFairness: false, reading: 0, writing: 0 });
    const writes = Array.from({ length: 300 }, () => slowWrite("ann"));
    expect(await Promise.all(writes.map(async (write) => (await write.finish()).status))).toEqual(Array(300).fill(400));
  });
});
