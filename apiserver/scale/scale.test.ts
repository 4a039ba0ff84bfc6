import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { establishedStatus, lampDefinition, type TestVersion } from "../testing/definition.ts";
import { type Asked, type Served, serve } from "../testing/serve.ts";
import { replicasPaths, toObjectEntries, toScaleEntries } from "./scale-owners.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const LAMP = "/apis/example.com/v1/namespaces/default/lamps/l";
const MERGE = { "content-type": "application/merge-patch+json" };
const APPLY = { "content-type": "application/apply-patch+yaml" };
const PROTOBUF = "application/vnd.kubernetes.protobuf";

const VERSION: TestVersion = {
  properties: {
    spec: {
      type: "object",
      properties: { deep: { type: "object", properties: { size: { type: "integer", maximum: 9 } } }, x: { type: "string" } },
    },
    status: { type: "object", properties: { size: { type: "integer" }, selector: { type: "string" } } },
  },
  subresources: {
    status: {},
    scale: { specReplicasPath: ".spec.deep.size", statusReplicasPath: ".status.size", labelSelectorPath: ".status.selector" },
  },
};

let server: Served;
beforeEach(async () => {
  server = await serve();
  await server.ask("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } } });
});
afterEach(async () => {
  expect(await server.close()).toEqual([]);
});

async function define(versions: readonly TestVersion[] = [VERSION]): Promise<void> {
  const definition = lampDefinition(versions);
  await server.ask("POST", DEFINITIONS, { body: definition });
  const told = { status: establishedStatus(definition) };
  await server.ask("PATCH", `${DEFINITIONS}/lamps.example.com/status`, { headers: MERGE, body: told });
}

const createLamp = (spec: object) =>
  server.ask("POST", LAMP.slice(0, -2), { body: { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "l" }, spec } });

const ask = async (method: string, target: string, asked?: Asked) => {
  const answer = await server.ask(method, target, asked);
  return { status: answer.status, body: answer.json(), headers: answer.headers };
};

const scaleTo = (replicas: number, metadata: object = {}) => ({
  apiVersion: "autoscaling/v1",
  kind: "Scale",
  metadata: { name: "l", namespace: "default", ...metadata },
  spec: { replicas },
});

describe("the scale of an object", () => {
  it("is written where its parents are not there yet", async () => {
    await define();
    await createLamp({});
    expect(await ask("GET", `${LAMP}/scale`)).toMatchObject({ status: 500, body: { reason: "InternalError" } });
    expect(await ask("PATCH", `${LAMP}/scale`, { headers: MERGE, body: { metadata: { annotations: {} } } })).toMatchObject({
      status: 400,
      body: { message: 'the spec replicas field ".spec.deep.size" cannot be empty' },
    });
    expect(await ask("PUT", `${LAMP}/scale`, { body: scaleTo(2) })).toMatchObject({ status: 200, body: { spec: { replicas: 2 } } });
    expect((await ask("GET", LAMP)).body).toMatchObject({ spec: { deep: { size: 2 } }, metadata: { generation: 2 } });
  });

  it("gives the defaults of a structure that it brings", async () => {
    const mode = { type: "string", default: "slow" };
    const spec = { type: "object", properties: { mode, deep: { type: "object", properties: { size: { type: "integer" }, mode } } } };
    await define([{ ...VERSION, properties: { ...VERSION.properties, spec } }]);
    await server.ask("POST", LAMP.slice(0, -2), { body: { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "l" } } });
    expect((await ask("PUT", `${LAMP}/scale`, { body: scaleTo(2) })).status).toBe(200);
    expect((await ask("GET", LAMP)).body.spec).toEqual({ mode: "slow", deep: { mode: "slow", size: 2 } });
  });

  it("cannot be applied where nobody owns the replicas, whatever the body is but for its type", async () => {
    await define();
    await createLamp({ x: "a" });
    const apply = (body: object) => ask("PATCH", `${LAMP}/scale?fieldManager=a`, { headers: APPLY, body });
    const why = "failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version";
    expect((await apply(scaleTo(2))).body).toMatchObject({
      code: 500,
      message: `failed to create manager for existing fields: ${why}: request to convert CR to an invalid group/version: autoscaling/v1`,
    });
    expect((await apply({ ...scaleTo(2), kind: "Lamp" })).body.message).toBe("invalid object type: autoscaling/v1, Kind=Lamp");
    expect((await ask("PATCH", `${LAMP.slice(0, -1)}none/scale?fieldManager=a`, { headers: APPLY, body: {} })).status).toBe(404);
  });

  it("cannot be applied where that changes anything, as if it were an object of the kind", async () => {
    await define();
    await createLamp({ deep: { size: 2 } });
    const apply = async (body: object) => (await ask("PATCH", `${LAMP}/scale?fieldManager=a&force=true`, { headers: APPLY, body })).body;
    expect((await apply(scaleTo(2))).kind).toBe("Scale");
    for (const changed of [scaleTo(3), scaleTo(0), scaleTo(2, { labels: { a: "b" } }), scaleTo(2, { name: "other" })]) {
      const { namespace, name } = changed.metadata;
      expect(await apply(changed)).toMatchObject({
        code: 500,
        message: `failed to convert new object (${namespace}/${name}; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1`,
      });
    }
  });

  it("of nothing leaves who set that the owner when it is written again", async () => {
    await define();
    await ask("POST", `${LAMP.slice(0, -2)}?fieldManager=u`, {
      body: { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "l" }, spec: { deep: { size: 0 } } },
    });
    await ask("PATCH", `${LAMP}/scale?fieldManager=b`, { headers: MERGE, body: { spec: { replicas: 0 } } });
    const { managedFields } = (await ask("GET", LAMP)).body.metadata;
    expect(managedFields).toMatchObject([{ manager: "u", fieldsV1: { "f:spec": { "f:deep": { "f:size": {} } } } }, { manager: "u" }]);
  });

  it("leaves two entries of an owner that gave up the replicas there, and the next write one", async () => {
    await define();
    await ask("POST", `${LAMP.slice(0, -2)}?fieldManager=u`, {
      body: { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "l" }, spec: { x: "a", deep: { size: 2 } } },
    });
    const apply = (manager: string) => ask("PATCH", `${LAMP}/scale?fieldManager=${manager}`, { headers: APPLY, body: scaleTo(2) });
    const owners = async () =>
      (await ask("GET", LAMP)).body.metadata.managedFields.map(({ manager, fieldsV1 }: { manager: string; fieldsV1: object }) => [
        manager,
        Object.keys((fieldsV1 as { "f:spec": object })["f:spec"]).join(" "),
      ]);
    await apply("a");
    expect(await owners()).toEqual([
      ["a", "f:deep"],
      ["u", "f:deep"],
      ["u", ". f:deep f:x"],
    ]);
    await apply("b");
    expect(await owners()).toEqual([
      ["a", "f:deep"],
      ["b", "f:deep"],
      ["u", ". f:deep f:x"],
    ]);
  });

  it("is judged by the schema of the object", async () => {
    await define();
    await createLamp({ deep: { size: 1 } });
    const refused = await ask("PUT", `${LAMP}/scale`, { body: scaleTo(10) });
    expect([refused.status, refused.body.message]).toEqual([
      422,
      'Lamp.example.com "l" is invalid: spec.deep.size: Invalid value: 10: spec.deep.size in body should be less than or equal to 9',
    ]);
  });

  it("that stays the same leaves the object as it is, and a dry run too", async () => {
    await define();
    await createLamp({ deep: { size: 3 } });
    const patch = (replicas: number, query = "") => ask("PATCH", `${LAMP}/scale${query}`, { headers: MERGE, body: { spec: { replicas } } });
    const { resourceVersion } = (await patch(4)).body.metadata;
    expect((await patch(4)).body.metadata.resourceVersion).toBe(resourceVersion);
    expect((await patch(5, "?dryRun=All")).body.spec).toEqual({ replicas: 5 });
    expect((await ask("GET", LAMP)).body.metadata.resourceVersion).toBe(resourceVersion);
  });

  it("is refused for another uid and another version of the object", async () => {
    await define();
    await createLamp({ deep: { size: 3 } });
    expect(await ask("PUT", `${LAMP}/scale`, { body: scaleTo(1, { uid: "another" }) })).toMatchObject({
      status: 409,
      body: { message: expect.stringContaining("Precondition failed: UID in precondition: another") },
    });
    expect((await ask("PUT", `${LAMP}/scale`, { body: scaleTo(1, { resourceVersion: "1" }) })).status).toBe(409);
    const patch = (metadata: object) => ask("PATCH", `${LAMP}/scale`, { headers: MERGE, body: { metadata } });
    expect((await patch({ resourceVersion: "1" })).status).toBe(409);
    expect((await patch({ uid: "another" })).status).toBe(200);
  });

  it("is a built-in type: strict, in YAML, and not in protobuf", async () => {
    await define();
    await createLamp({ deep: { size: 3 } });
    const strict = await ask("PUT", `${LAMP}/scale?fieldValidation=Strict`, { body: { ...scaleTo(1), spec: { replicas: 1, x: 2 } } });
    expect([strict.status, strict.body.message]).toEqual([
      400,
      'no kind is registered for the type v1.Scale in scheme "pkg/runtime/scheme.go:111"',
    ]);
    // it is negotiated as the object is, which has no protobuf
    expect((await server.ask("GET", `${LAMP}/scale`, { headers: { accept: PROTOBUF } })).status).toBe(406);
    expect((await server.ask("GET", `${LAMP}/scale`, { headers: { accept: "application/*" } })).status).toBe(200);
    const yaml = await server.ask("GET", `${LAMP}/scale`, { headers: { accept: "application/yaml" } });
    expect(yaml.bytes.toString()).toContain("spec:\n  replicas: 3\n");
  });

  it("has what the status says, and the labels that select", async () => {
    await define();
    await createLamp({ deep: { size: 3 } });
    await ask("PATCH", `${LAMP}/status`, { headers: MERGE, body: { status: { size: 2, selector: "a=b" } } });
    expect((await ask("GET", `${LAMP}/scale`)).body.status).toEqual({ replicas: 2, selector: "a=b" });
  });

  it("is there in the versions that have one", async () => {
    await define([
      { ...VERSION, storage: true },
      { name: "v2", properties: VERSION.properties as object },
    ]);
    await createLamp({ deep: { size: 3 } });
    expect((await ask("GET", `${LAMP}/scale`)).status).toBe(200);
    expect((await ask("GET", `${LAMP.replace("v1", "v2")}/scale`)).body.message).toBe('lamps.example.com "l" not found');
  });

  it("that is applied conflicts with who set the replicas in the object, and the other way round", async () => {
    await define();
    const lamp = { apiVersion: "example.com/v1", kind: "Lamp", metadata: { name: "l" }, spec: { deep: { size: 3 }, x: "y" } };
    await ask("PATCH", `${LAMP}?fieldManager=aa`, { headers: APPLY, body: lamp });
    const conflict = await ask("PATCH", `${LAMP}/scale?fieldManager=bb`, { headers: APPLY, body: scaleTo(4) });
    expect([conflict.status, conflict.body.message]).toEqual([409, 'Apply failed with 1 conflict: conflict with "aa": .spec.replicas']);
    expect((await ask("PATCH", `${LAMP}/scale?fieldManager=bb`, { headers: APPLY, body: scaleTo(3) })).status).toBe(200);
    const back = await ask("PATCH", `${LAMP}?fieldManager=aa`, { headers: APPLY, body: { ...lamp, spec: { deep: { size: 4 } } } });
    expect(back.body.message).toBe('Apply failed with 1 conflict: conflict with "bb" with subresource "scale": .spec.deep.size');
  });
});

describe("owners of the replicas", () => {
  const kind = (version: string, path?: string) =>
    ({
      group: "example.com",
      version,
      subresources: path === undefined ? {} : { scale: { specReplicasPath: path, statusReplicasPath: ".status.n" } },
    }) as never;
  const paths = replicasPaths([kind("v1", ".spec.a"), kind("v2", ".spec.b"), kind("v3")]);
  const entry = (manager: string, version: string, fields: object, more: object = {}) => ({
    manager,
    operation: "Update" as const,
    apiVersion: version,
    time: "2026-01-01T00:00:00Z",
    fieldsType: "FieldsV1" as const,
    fieldsV1: { "f:spec": fields },
    ...more,
  });

  it("are told in terms of the scale, from every version that has one", () => {
    const entries = [
      entry("a", "example.com/v1", { "f:a": {}, "f:x": {} }),
      entry("b", "example.com/v2", { "f:b": {} }),
      entry("c", "example.com/v2", { "f:a": {} }),
      entry("d", "example.com/v3", { "f:a": {} }),
    ];
    expect(toScaleEntries(entries, paths)?.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1])).toEqual([
      ["a", "autoscaling/v1", { "f:spec": { "f:replicas": {} } }],
      ["b", "autoscaling/v1", { "f:spec": { "f:replicas": {} } }],
    ]);
  });

  it("lose the path, and no more, to who scales; entries of versions that are gone go", () => {
    const entries = [entry("a", "example.com/v1", { "f:a": {}, "f:x": {} }), entry("old", "example.com/v0", { "f:a": {} })];
    const scaled = [entry("z", "autoscaling/v1", { "f:replicas": {} }, { subresource: "scale" })];
    const told = toObjectEntries(entries, scaled, paths, "example.com/v2")?.map(({ manager, apiVersion, subresource, time, fieldsV1 }) => ({
      manager,
      apiVersion,
      subresource,
      time,
      fieldsV1,
    }));
    expect(told).toEqual([
      { manager: "z", apiVersion: "example.com/v2", subresource: "scale", time: undefined, fieldsV1: { "f:spec": { "f:b": {} } } },
      {
        manager: "a",
        apiVersion: "example.com/v1",
        subresource: undefined,
        time: "2026-01-01T00:00:00Z",
        fieldsV1: { "f:spec": { "f:x": {} } },
      },
    ]);
  });

  it("that applied keep their entry as it is while they still have the path", () => {
    const entries = [entry("a", "example.com/v1", { "f:a": {}, "f:x": {} }, { operation: "Apply" })];
    const told = toScaleEntries(entries, paths);
    expect(toObjectEntries(entries, told, paths, "example.com/v1")).toEqual(entries);
  });
});
