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

  it("that goes while its objects are read leaves nothing to be found", async () => {
    await define(lampDefinition());
    await server.ask("POST", LAMPS, { body: lamp("a") });
    const waiting: (() => void)[] = [];
    const scan = storage.scan.bind(storage);
    storage.scan = async (range) => {
      if (range.prefix.startsWith("example.com/")) await new Promise<void>((resolve) => waiting.push(resolve));
      return scan(range);
    };
    const reading = server.ask("GET", LAMPS);
    await eventually(() => expect(waiting).toHaveLength(1));
    await server.ask("DELETE", `${DEFINITIONS}/lamps.example.com`);
    await patchDefinition({ metadata: { finalizers: null } });
    expect((await server.ask("GET", "/apis/example.com")).status).toBe(404);
    storage.scan = scan;
    for (const goOn of waiting) goOn();
    expect((await reading).status).toBe(404);
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

  it("is stored with a write that changes nothing else, once", async () => {
    await define(lampDefinition([{ properties: size() }]));
    await server.ask("POST", LAMPS, { body: lamp("a", { spec: {} }) });
    const spec = { type: "object", properties: { size: { type: "integer" }, color: { type: "string", default: "white" } } };
    await patchDefinition(versions([{ properties: { spec } }]));
    const touch = async (query = "") =>
      (await server.ask("PATCH", `${LAMPS}/a${query}`, { headers: MERGE, body: {} })).json().metadata.resourceVersion;
    const before = (await server.ask("GET", `${LAMPS}/a`)).json().metadata.resourceVersion;
    expect(await touch("?dryRun=All")).toBe(before);
    const written = await touch();
    expect(written).not.toBe(before);
    expect(await touch()).toBe(written);
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

  it("show in a dry run too what would be stored of an object, and no more", async () => {
    await define(lampDefinition(TWO));
    const body = lamp("a", { spec: { size: 1, old: "y" } }, "v1beta1");
    const beta = `${LAMPS.replace("v1", "v1beta1")}?fieldManager=m`;
    for (const query of ["&dryRun=All", ""])
      expect((await server.ask("POST", beta + query, { body })).json().spec).toEqual({ size: 1, old: "x" });
  });

  it("lose what only another version has in a write that changes nothing else", async () => {
    const old = { spec: { type: "object", properties: { size: { type: "integer" }, old: { type: "string" } } } };
    await define(
      lampDefinition([
        { name: "v1", storage: true, properties: old },
        { name: "v1beta1", properties: size() },
      ]),
    );
    await server.ask("POST", LAMPS, { body: lamp("a", { spec: { size: 1, old: "x" } }) });
    const touched = await server.ask("PATCH", `${LAMPS.replace("v1", "v1beta1")}/a`, { headers: MERGE, body: {} });
    expect(touched.json().metadata.generation).toBe(1);
    const { metadata, spec } = (await server.ask("GET", `${LAMPS}/a`)).json();
    expect([metadata.resourceVersion, spec]).toEqual([touched.json().metadata.resourceVersion, { size: 1 }]);
  });

  it("do not share what is known of the status: an apply of it by way of one conflicts with its owners in another", async () => {
    const status = { type: "object", properties: { size: { type: "integer" } } };
    const version = { properties: { ...size(), status }, subresources: { status: {} } };
    await define(
      lampDefinition([
        { name: "v1", storage: true, ...version },
        { name: "v1beta1", ...version },
      ]),
    );
    await server.ask("POST", LAMPS, { body: lamp("a") });
    const apply = (at: string, version: string, size: number) =>
      server.ask("PATCH", `${at.replace("v1", version)}?fieldManager=${version}`, {
        headers: { "content-type": "application/apply-patch+yaml" },
        body: lamp("a", { status: { size } }, version),
      });
    await apply(`${LAMPS}/a/status`, "v1beta1", 1);
    expect((await apply(`${LAMPS}/a`, "v1beta1", 2)).status).toBe(200);
    expect((await apply(`${LAMPS}/a`, "v1", 2)).json().message).toBe(
      'Apply failed with 1 conflict: conflict with "v1beta1" with subresource "status": .status.size',
    );
  });

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

describe("an object that says it is of another kind", () => {
  const other = (metadata: object) => ({ ...lamp("a", { spec: { zz: 1 } }), kind: "Other", metadata: { name: "a", ...metadata } });
  const message = async (method: string, target: string, body: object, headers = {}) =>
    (await server.ask(method, target, { headers, body })).json().message;

  it("is refused after its name, its version, and what is wrong with its metadata", async () => {
    await define(lampDefinition([{ properties: size() }]));
    expect(await message("PUT", `${LAMPS}/a`, other({}))).toBe('lamps.example.com "a" not found');
    await server.ask("POST", LAMPS, { body: lamp("a") });
    const put = (metadata: object) => message("PUT", `${LAMPS}/a`, other(metadata));
    expect(await put({ name: "b" })).toBe("the name of the object (b) does not match the name on the URL (a)");
    expect(await put({})).toContain("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
    expect(await put({ resourceVersion: "1" })).toContain("the object has been modified");
    const { resourceVersion } = (await server.ask("GET", `${LAMPS}/a`)).json().metadata;
    const kind = 'kind: Invalid value: "Other": must be Lamp';
    expect(await put({ resourceVersion })).toBe(`Other.example.com "a" is invalid: ${kind}`);
    expect(await put({ resourceVersion, labels: { "a b": "" } })).toMatch(
      /^Other.example.com "a" is invalid: \[metadata.labels: .*, kind: Invalid value: "Other": must be Lamp\]$/,
    );
    expect(await message("POST", LAMPS, other({ labels: { "a b": "" } }))).toBe(`Other.example.com "a" is invalid: ${kind}`);
    const named = { apiVersion: "example.org/v1", kind: "Other" };
    expect(await message("PATCH", `${LAMPS}/a`, named, MERGE)).toBe(
      `Other.example.org "a" is invalid: [${kind}, apiVersion: Invalid value: "example.org/v1": must be example.com/v1]`,
    );
  });

  it("may bring a status, of which only that is taken which the kind has", async () => {
    const status = { type: "object", properties: { size: { type: "integer" } } };
    await define(lampDefinition([{ properties: { status }, subresources: { status: {} } }]));
    await server.ask("POST", LAMPS, { body: lamp("a") });
    const body = { kind: "Other", status: { size: 1, zz: 2 } };
    expect((await server.ask("PATCH", `${LAMPS}/a/status`, { headers: MERGE, body })).json()).toMatchObject({ kind: "Lamp" });
    expect((await server.ask("GET", `${LAMPS}/a`)).json()).toMatchObject({ kind: "Lamp", status: { size: 1 } });
    expect((await server.ask("GET", `${LAMPS}/a`)).json().status).not.toHaveProperty("zz");
  });
});

it("a null of a type that nobody knows is owned by who applies it, and not kept", async () => {
  await define(lampDefinition([{ properties: { any: { "x-kubernetes-preserve-unknown-fields": true } } }]));
  const headers = { "content-type": "application/apply-patch+yaml" };
  const apply = () => server.ask("PATCH", `${LAMPS}/a?fieldManager=m`, { headers, body: lamp("a", { any: null }) });
  for (const generation of [1, 2]) {
    const { metadata, ...object } = (await apply()).json();
    expect(object).not.toHaveProperty("any");
    expect(metadata).toMatchObject({ generation, managedFields: [{ fieldsV1: { "f:any": {} } }] });
  }
});
