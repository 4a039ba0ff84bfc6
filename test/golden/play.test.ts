import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer } from "../tools/server.ts";
import { Connection } from "./connection.ts";
import { play } from "./play.ts";
import type { RequestStep, Step } from "./scenario.ts";

let server: TestServer;
let connection: Connection;
beforeAll(async () => {
  server = await startTestServer();
  connection = new Connection(server.url, await credentialsIn(server.kubeconfigPath));
});
afterAll(async () => {
  connection.close();
  await server.close();
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: so scenarios name their variables
const CONFIG_MAPS = "/api/v1/namespaces/${ns}/configmaps";

const JSON_HEADERS = { "content-type": "application/json", "cache-control": "no-cache, private" };

const create = (name: string, body: object, more: Partial<RequestStep> = {}): RequestStep => ({
  do: `create ${name}`,
  request: {
    method: "POST",
    path: CONFIG_MAPS,
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "1" } },
    headers: { "user-agent": "golden/1" },
  },
  response: { status: 201, headers: JSON_HEADERS, body },
  ...more,
});

const created = (name: string, metadata: object = {}) => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: {
    name,
    namespace: "${ns}",
    uid: "<uid-1>",
    resourceVersion: "<rv-1>",
    creationTimestamp: "<time>",
    managedFields: [
      {
        manager: "golden",
        operation: "Update",
        apiVersion: "v1",
        time: "<time>",
        fieldsType: "FieldsV1",
        fieldsV1: { "f:data": { ".": {}, "f:a": {} } },
      },
    ],
    ...metadata,
  },
  data: { a: "1" },
});

/** Where the steps differ. */
const played = async (...steps: Step[]) =>
  (await play({ title: "", steps }, connection)).map(({ step, found }) => [step, ...found.map(({ where }) => where)]);

describe("a recorded exchange", () => {
  it("that is answered alike has no differences", async () => {
    expect(await played(create("a", created("a")))).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["status", { status: 200, headers: JSON_HEADERS, body: created("a") }, "/status"],
    ["header", { status: 201, headers: { ...JSON_HEADERS, warning: '299 - "x"' }, body: created("a") }, "/headers/warning"],
    ["member", { status: 201, headers: JSON_HEADERS, body: { ...created("a"), immutable: true } }, "/body/immutable"],
    [
      "object that changed",
      { status: 201, headers: JSON_HEADERS, body: created("a", { resourceVersion: "<rv-2>" }) },
      "/body/metadata/resourceVersion",
    ],
  ])("that has another %s differs there", async (_, response, where) => {
    expect(await played({ ...create("a", {}), response })).toEqual([["create a", where]]);
  });

  it("that has more than was recorded differs, unless a part is enough", async () => {
    const { data: _, ...less } = created("a");
    expect(await played(create("a", less))).toEqual([["create a", "/body/data"]]);
    expect(await played(create("a", less, { compare: "subset" }))).toEqual([]);
    expect(await played(create("a", less, { ignore: ["/body/data"] }))).toEqual([]);
  });

  it("fills in variables, keeps what is picked, and takes values for later", async () => {
    const get = {
      do: "read it",
      request: { path: `${CONFIG_MAPS}/\${called}` },
      pick: ["/metadata/name", "/data/b"],
      response: { status: 200, headers: JSON_HEADERS, body: { "/metadata/name": "saved", "/data/b": null } },
    };
    expect(await played(create("saved", created("saved"), { save: { called: "/metadata/name" } }), get)).toEqual([]);
  });

  it("is asked for again until it is as it was, for as long as it may take", async () => {
    const missing = (patience: number) => ({
      do: "wait for it",
      request: { path: `${CONFIG_MAPS}/later` },
      until: { "/data/a": "1" },
      patience,
      pick: ["/data"],
      response: { status: 200, headers: JSON_HEADERS, body: { "/data": { a: "1" } } },
    });
    expect(await played(missing(100))).toEqual([["wait for it", "/status", "/body/~1data"]]);
    expect(await played(create("later", created("later")), missing(5_000))).toEqual([]);
  });

  it("that the server cuts off is told as a failure", async () => {
    const broken = new Connection("https://127.0.0.1:1", await credentialsIn(server.kubeconfigPath));
    const step = { do: "ask", request: { path: "/" }, response: { status: 200 } };
    const failures = await play({ title: "", namespaces: [], steps: [step] }, broken);
    broken.close();
    expect(failures).toMatchObject([{ step: "ask", found: [{ where: "/status" }, { where: "/failure", actual: "ECONNREFUSED" }] }]);
  });
});

describe("a recorded watch", () => {
  const open: Step = {
    do: "watch",
    watch: "w",
    request: { path: `${CONFIG_MAPS}?watch=1&resourceVersion=0&fieldSelector=metadata.name!%3Dkube-root-ca.crt&timeoutSeconds=2` },
    response: { status: 200, headers: JSON_HEADERS },
  };
  const event = (type: string, name: string) => ({ type, object: { metadata: { name } } });
  const events = (list: readonly object[], more: object = {}): Step => ({
    do: "events",
    events: "w",
    count: list.length,
    compare: "subset",
    response: { events: list },
    ...more,
  });
  const two = [create("a", created("a")), create("b", {}, { compare: "subset", response: { status: 201 } })];

  it("tells its events in their order", async () => {
    const exact = (types: readonly string[]): Step => ({
      do: "events",
      events: "w",
      count: types.length,
      ignore: ["/events/*/object"],
      response: { events: types.map((type) => ({ type })) },
    });
    expect(await played(open, ...two, exact(["ADDED", "ADDED"]))).toEqual([]);
    expect(await played(open, ...two, exact(["ADDED", "MODIFIED"]))).toEqual([["events", "/events/1/type"]]);
  });

  it("that tells fewer differs when it was waited for long enough", async () => {
    const missing = events([event("ADDED", "a"), event("ADDED", "b"), event("ADDED", "c")], { patience: 200 });
    expect(await played(open, ...two, missing)).toEqual([["events", "/events/2"]]);
  });

  it("that tells more differs when all are taken", async () => {
    const all = { do: "events", events: "w", ignore: ["/events/*/object"], response: { events: [{ type: "ADDED" }], ended: true } };
    expect(await played(open, ...two, all)).toEqual([["events", "/events/1"]]);
  });

  it("that ought to have ended differs when it has not", async () => {
    const all = { do: "events", events: "w", patience: 100, response: { events: [], ended: true } };
    expect(await played(open, all)).toEqual([["events", "/ended"]]);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: so scenarios name their variables

it("leaves no namespace behind", async () => {
  const { body } = await server.send("GET", "/api/v1/namespaces");
  const left = body.items.filter(({ metadata }: { metadata: { name: string; deletionTimestamp?: string } }) =>
    metadata.name.startsWith("golden-"),
  );
  expect(left.filter(({ metadata }: { metadata: { deletionTimestamp?: string } }) => metadata.deletionTimestamp === undefined)).toEqual([]);
});
