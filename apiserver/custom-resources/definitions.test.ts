import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../../apimachinery/object.ts";
import { MemoryStorage } from "../../storage/memory/memory-storage.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { isStream } from "../request.ts";
import { establishedStatus, lampDefinition, type TestVersion } from "../testing/definition.ts";
import { type Served, serve } from "../testing/serve.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const LAMPS = "/apis/example.com/v1/namespaces/default/lamps";
const MERGE = { "content-type": "application/merge-patch+json" };

let storage: MemoryStorage;
let server: Served;
beforeEach(async () => {
  storage = new MemoryStorage();
  server = await serve({ storage });
  await server.ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

/** Posts a definition, and tells it what the controllers would. */
async function define(definition: KubeObject): Promise<void> {
  expect((await server.ask("POST", DEFINITIONS, { body: definition })).status).toBe(201);
  const told = { status: establishedStatus(definition) };
  const path = `${DEFINITIONS}/${definition.metadata.name}/status`;
  expect((await server.ask("PATCH", path, { headers: MERGE, body: told })).status).toBe(200);
}

const patchDefinition = async (patch: object, name = "lamps.example.com") => {
  const { status } = await server.ask("PATCH", `${DEFINITIONS}/${name}`, { headers: MERGE, body: patch });
  expect(status).toBe(200);
};

const lamp = (name: string, more: object = {}, version = "v1") => ({
  apiVersion: `example.com/${version}`,
  kind: "Lamp",
  metadata: { name },
  ...more,
});

const versions = (list: readonly TestVersion[]) => ({ spec: lampDefinition(list).spec });

const size = (more: object = {}) => ({ spec: { type: "object", properties: { size: { type: "integer", ...more } } } });

describe("a definition", () => {
  it("is served once its names are accepted, in every list of what there is", async () => {
    expect((await server.ask("POST", DEFINITIONS, { body: lampDefinition() })).status).toBe(201);
    expect((await server.ask("GET", LAMPS)).status).toBe(404);
    expect((await server.ask("GET", "/apis/example.com")).bytes.toString()).toBe("404 page not found\n");
    const told = { status: establishedStatus(lampDefinition()) };
    await server.ask("PATCH", `${DEFINITIONS}/lamps.example.com/status`, { headers: MERGE, body: told });
    expect((await server.ask("GET", LAMPS)).json()).toMatchObject({ kind: "LampList", apiVersion: "example.com/v1", items: [] });
    expect((await server.ask("GET", "/apis")).json().groups.map(({ name }: { name: string }) => name)).toContain("example.com");
    expect((await server.ask("GET", "/apis/example.com/v1")).json().resources).toMatchObject([{ name: "lamps", kind: "Lamp" }]);
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    expect((await server.ask("GET", "/apis", { headers: { accept } })).bytes.toString()).toContain('"resource":"lamps"');
    expect((await server.ask("GET", "/openapi/v3")).json().paths).toHaveProperty(["apis/example.com/v1"]);
  });

  it("is served by the next server on the same store from its start", async () => {
    await define(lampDefinition());
    await server.ask("POST", LAMPS, { body: lamp("a", { spec: { size: 1 } }) });
    const next = await serve({ storage });
    expect((await next.ask("GET", `${LAMPS}/a`)).json()).toMatchObject({ kind: "Lamp", spec: { size: 1 } });
    next.core.close();
  });

  it("takes its kind along when it goes", async () => {
    await define(lampDefinition());
    await server.ask("DELETE", `${DEFINITIONS}/lamps.example.com`);
    await patchDefinition({ metadata: { finalizers: null } });
    expect((await server.ask("GET", LAMPS)).bytes.toString()).toBe("404 page not found\n");
    expect((await server.ask("GET", "/apis")).bytes.toString()).not.toContain("example.com");
  });

  it("that is being deleted lets objects be changed and deleted, and none be made", async () => {
    await define(lampDefinition());
    await server.ask("POST", LAMPS, { body: lamp("old") });
    await server.ask("DELETE", `${DEFINITIONS}/lamps.example.com`);
    const refused = await server.ask("POST", LAMPS, { body: lamp("new") });
    expect([refused.status, refused.json().message]).toEqual([
      403,
      'lamps.example.com "new" is forbidden: create not allowed while custom resource definition is terminating',
    ]);
    expect((await server.ask("PATCH", `${LAMPS}/old`, { headers: MERGE, body: { spec: { size: 2 } } })).status).toBe(200);
    expect((await server.ask("GET", "/apis/example.com/v1")).json().resources[0].verbs).toEqual([
      "delete",
      "deletecollection",
      "get",
      "list",
      "watch",
    ]);
    expect((await server.ask("DELETE", `${LAMPS}/old`)).status).toBe(200);
  });

  it("cannot take the place of a kind that the server has of its own", async () => {
    const mine = lampDefinition([{ name: "v1" }], { plural: "networks", kind: "Network" }, { group: "networking.datumapis.com" });
    await define({ ...mine, metadata: { name: "networks.networking.datumapis.com" } });
    expect((await server.ask("GET", "/apis/networking.datumapis.com/v1")).status).toBe(404);
    expect((await server.ask("GET", "/apis/networking.datumapis.com/v1alpha/networks")).status).toBe(200);
  });

  it("can add a kind to a group that the server has of its own", async () => {
    const more = lampDefinition([{ name: "v1alpha" }], { plural: "lamps", kind: "Lamp" }, { group: "networking.datumapis.com" });
    await define({ ...more, metadata: { name: "lamps.networking.datumapis.com" } });
    const { resources } = (await server.ask("GET", "/apis/networking.datumapis.com/v1alpha")).json();
    expect(resources.map(({ name }: { name: string }) => name)).toEqual(expect.arrayContaining(["lamps", "networks"]));
  });
});

describe("a change of a definition", () => {
  it("shows in what was stored before: new defaults come, and what is no longer declared goes", async () => {
    await define(lampDefinition([{ properties: size() }]));
    await server.ask("POST", LAMPS, { body: lamp("a", { spec: { size: 1 } }) });
    const { resourceVersion } = (await server.ask("GET", `${LAMPS}/a`)).json().metadata;
    const spec = { type: "object", properties: { color: { type: "string", default: "white" } } };
    await patchDefinition(versions([{ properties: { spec } }]));
    const { spec: shown, metadata } = (await server.ask("GET", `${LAMPS}/a`)).json();
    expect([shown, metadata.resourceVersion]).toEqual([{ color: "white" }, resourceVersion]);
  });

  it("ends the watches of its kind, and no others", async () => {
    await define(lampDefinition([{ properties: size() }]));
    const ended: string[] = [];
    for (const path of [LAMPS, "/api/v1/namespaces"]) {
      const { body } = await server.open(`${path}?watch=1`);
      if (!isStream(body)) throw new Error("not a stream");
      body.open({ write: () => true, end: () => ended.push(path) });
    }
    await patchDefinition({ metadata: { labels: { a: "b" } } });
    expect(ended).toEqual([]);
    await patchDefinition(versions([{ properties: size({ default: 1 }) }]));
    await eventually(() => expect(ended).toEqual([LAMPS]));
  });

  it("is found by a list that began before it", async () => {
    await define(lampDefinition([{ properties: size() }]));
    for (let n = 0; n < 20; n++) await server.ask("POST", LAMPS, { body: lamp(`l${n}`, { spec: {} }) });
    const reading = [...Array(20)].map(() => server.ask("GET", LAMPS));
    await patchDefinition(versions([{ properties: size({ default: 7 }) }]));
    expect((await Promise.all(reading)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    const { items } = (await server.ask("GET", LAMPS)).json();
    expect(items.map((item: { spec: unknown }) => item.spec)).toEqual(Array(20).fill({ size: 7 }));
  });
});

describe("versions of a definition", () => {
  const TWO = [
    { name: "v1", storage: true, properties: size() },
    {
      name: "v1beta1",
      properties: { spec: { type: "object", properties: { size: { type: "integer" }, old: { type: "string", default: "x" } } } },
    },
  ];

  it("show the same objects, each by its schema", async () => {
    await define(lampDefinition(TWO));
    const beta = LAMPS.replace("v1", "v1beta1");
    expect((await server.ask("POST", beta, { body: lamp("a", { spec: { size: 1 } }, "v1beta1") })).json().spec).toEqual({
      size: 1,
      old: "x",
    });
    expect((await server.ask("GET", `${LAMPS}/a`)).json()).toMatchObject({ apiVersion: "example.com/v1", spec: { size: 1 } });
    expect((await server.ask("GET", beta)).json().items).toMatchObject([
      { apiVersion: "example.com/v1beta1", spec: { size: 1, old: "x" } },
    ]);
  });

  it("that are not served are not there, though objects lie in them", async () => {
    await define(lampDefinition([{ ...TWO[0], served: false }, TWO[1] as TestVersion]));
    const beta = LAMPS.replace("v1", "v1beta1");
    expect((await server.ask("POST", beta, { body: lamp("a", { spec: {} }, "v1beta1") })).status).toBe(201);
    expect((await server.ask("GET", `${LAMPS}/a`)).bytes.toString()).toBe("404 page not found\n");
    expect((await server.ask("GET", "/apis/example.com")).json().versions).toHaveLength(1);
    expect((await server.ask("GET", `${beta}/a`)).json().spec).toEqual({ old: "x" });
  });

  it("that are deprecated say so, in their own words or with what to use instead", async () => {
    const [stable, beta] = TWO as [TestVersion, TestVersion];
    await define(
      lampDefinition([stable, { ...beta, deprecated: true }, { ...beta, name: "v1alpha1", deprecated: true, deprecationWarning: "old" }]),
    );
    const warned = async (version: string) => (await server.ask("GET", LAMPS.replace("v1", version))).headers.warning;
    expect(await warned("v1")).toBeUndefined();
    expect(await warned("v1beta1")).toEqual(['299 - "example.com/v1beta1 Lamp is deprecated; use example.com/v1 Lamp"']);
    expect(await warned("v1alpha1")).toEqual(['299 - "old"']);
  });
});

it("columns and selectable fields are those of the version", async () => {
  const version = {
    properties: size(),
    additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
    selectableFields: [{ jsonPath: ".spec.size" }],
  };
  await define(lampDefinition([version]));
  for (const n of [1, 2]) await server.ask("POST", LAMPS, { body: lamp(`l${n}`, { spec: { size: n } }) });
  const table = (await server.ask("GET", LAMPS, { headers: { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" } })).json();
  expect(table.rows.map(({ cells }: { cells: unknown }) => cells)).toEqual([
    ["l1", 1],
    ["l2", 2],
  ]);
  const chosen = (await server.ask("GET", `${LAMPS}?fieldSelector=spec.size%3D2`)).json();
  expect(chosen.items.map(({ metadata }: KubeObject) => metadata.name)).toEqual(["l2"]);
});
