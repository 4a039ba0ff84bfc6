import { describe, expect, test } from "vitest";
import { Float } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { scale } from "../../apis/autoscaling/v1/scale.ts";
import { AGE, CREATED_AT } from "../../apis/columns.ts";
import { DEFAULT_AGE, NAME_COLUMN } from "../../apis/define-kind.ts";
import type { Column } from "../../apis/kind.ts";
import { type TableRow, tableColumns } from "./table.ts";
import { listTransform, type Shape, type TransformedKind, transformObject, watchTransform } from "./transform.ts";

const now = Date.UTC(2024, 0, 2);
const path = (name: string, type: Column["type"], jsonPath: string): Column => ({
  name,
  type,
  format: "",
  description: "",
  priority: 0,
  jsonPath,
});
const lamp: TransformedKind = {
  group: "example.com",
  version: "v1",
  kind: "Lamp",
  listKind: "LampList",
  flavor: "custom",
  columns: [NAME_COLUMN, path("Watts", "integer", ".spec.watts")],
};
const role: TransformedKind = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  listKind: "RoleList",
  flavor: "builtin",
  columns: [NAME_COLUMN, CREATED_AT],
};
const secret: TransformedKind = {
  group: "",
  version: "v1",
  kind: "Secret",
  listKind: "SecretList",
  flavor: "builtin",
  columns: [NAME_COLUMN, AGE],
};

const object = (name: string, spec: object): KubeObject => ({
  apiVersion: "example.com/v1",
  kind: "Lamp",
  metadata: { name, resourceVersion: "7", creationTimestamp: "2024-01-01T00:00:00Z" },
  spec,
});
const transformList = (kind: TransformedKind, objects: KubeObject[], shape: Shape, metadata = {}) => {
  const { empty, member, item } = listTransform(kind, metadata, shape, undefined, now);
  return objects.length === 0 ? empty : { ...empty, [member]: objects.map(item) };
};
const columns = (kind: TransformedKind) => tableColumns(kind).map(({ name }) => name);
const cells = (columns: Column[], spec: object) => {
  const table = transformObject({ ...lamp, columns }, object("a", spec), { transform: "Table" }, "None", now);
  return ((table as { rows: TableRow[] }).rows[0] as TableRow).cells;
};

describe("a table", () => {
  test("of a list has the list's metadata, columns and a row for every object", () => {
    const a = object("a", { watts: 5 });
    const b = object("b", {});
    const metadata = { resourceVersion: "9", continue: "next", remainingItemCount: 2 };
    expect(transformList(lamp, [a, b], { transform: "Table", transformVersion: "v1beta1" }, metadata)).toEqual({
      kind: "Table",
      apiVersion: "meta.k8s.io/v1beta1",
      metadata,
      columnDefinitions: [
        { name: "Name", type: "string", format: "name", description: NAME_COLUMN.description, priority: 0 },
        { name: "Watts", type: "integer", format: "", description: "", priority: 0 },
      ],
      rows: [
        { cells: ["a", 5], object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1beta1", metadata: a.metadata } },
        { cells: ["b", null], object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1beta1", metadata: b.metadata } },
      ],
    });
  });

  test("of one object has the object's resource version", () => {
    expect(transformObject(lamp, object("a", {}), { transform: "Table" }, "Object", now)).toMatchObject({
      metadata: { resourceVersion: "7" },
      rows: [{ cells: ["a", null], object: { kind: "Lamp", spec: {} } }],
    });
  });

  test("of nothing has no rows, null for kinds that print when they were created", () => {
    const shape = { transform: "Table" } as const;
    expect(transformList(lamp, [], shape, { continue: "" })).toMatchObject({ metadata: {}, rows: [] });
    expect(transformList(secret, [], shape)).toMatchObject({ rows: [] });
    expect(transformList(role, [], shape)).toMatchObject({ rows: null });
  });

  test("prints built-in kinds by their own cells", () => {
    const table = (kind: TransformedKind) => transformObject(kind, object("a", {}), { transform: "Table" }, "None", now);
    expect(table(secret)).toMatchObject({ rows: [{ cells: ["a", "24h"], object: null }] });
    expect(table(role)).toMatchObject({ rows: [{ cells: ["a", "2024-01-01T00:00:00Z"] }] });
    expect(transformObject(scale, object("a", { replicas: 2 }), { transform: "Table" }, "None", now)).toMatchObject({
      rows: [{ cells: ["a", 2, 0, "24h"] }],
    });
  });

  test("ends before a column whose path does not parse", () => {
    const broken = [NAME_COLUMN, path("A", "string", ".a"), path("B", "string", ".b["), path("C", "string", ".c")];
    expect(columns({ ...lamp, columns: broken })).toEqual(["Name", "A"]);
  });

  test("refuses another includeObject", () => {
    expect(() => transformObject(lamp, object("a", {}), { transform: "Table" }, "none", now)).toThrow(
      "Unable to convert to Table as requested: includeObject: Invalid value: \"none\": must be 'Metadata', 'Object', 'None', or empty",
    );
    expect(transformObject(lamp, object("a", {}), {}, "nonsense", now)).toMatchObject({ kind: "Lamp" });
  });
});

describe("a cell", () => {
  const types = ["string", "integer", "number", "boolean", "date"] as const;
  const shown = (value: unknown) =>
    cells(
      types.map((type) => path(type, type, ".spec.v")),
      { v: value },
    );
  test.each([
    ["a text", "text", ["text", null, null, null, "<invalid>"]],
    ["an empty text", "", ["", null, null, null, "<unknown>"]],
    ["an old date", "1600-01-01T00:00:00Z", ["1600-01-01T00:00:00Z", null, null, null, "292y"]],
    ["an integer", -9007199254740991, ["-9007199254740991", -9007199254740991, -9007199254740991, null, null]],
    ["a large integer", 9007199254740993n, ["9007199254740993", 9007199254740993n, 9007199254740992, null, null]],
    ["a fraction", -3.99, ["-3.99", -3, -3.99, null, null]],
    ["a number too large", new Float(1e20), ["1e+20", -(2n ** 63n), 1e20, null, null]],
    ["a truth value", false, ["false", null, null, false, null]],
    ["a map", { b: 1, a: "x" }, ['{"a":"x","b":1}', null, null, null, null]],
    ["an explicit null", null, ["<no value>", null, null, null, null]],
  ])("shows %s in columns of its type", (_, value, expected) => {
    expect(shown(value)).toEqual(expected);
  });

  test("of a missing value is null", () => {
    expect(cells([path("A", "string", ".spec.none"), DEFAULT_AGE], {})).toEqual([null, "24h"]);
  });
});

describe("partial metadata", () => {
  const one = { transform: "PartialObjectMetadata" } as const;
  const many = { transform: "PartialObjectMetadataList" } as const;
  test("keeps an object's metadata, and a list's", () => {
    const a = object("a", {});
    const partial = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: a.metadata };
    expect(transformObject(lamp, a, one, undefined, now)).toEqual(partial);
    expect(transformList(lamp, [a], many, { resourceVersion: "9" })).toEqual({
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "9" },
      items: [partial],
    });
    expect(transformList(lamp, [], many)).toMatchObject({ items: null });
  });

  test("in the form of the other is refused in words of Go types", () => {
    expect(() => transformList(role, [], one)).toThrow(
      "you requested PartialObjectMetadata, but the requested object is a list (*rbac.RoleList)",
    );
    expect(() => transformObject(secret, object("a", {}), many, undefined, now)).toThrow(
      "you requested PartialObjectMetadataList, but the requested object is not a list (*core.Secret)",
    );
    expect(() => transformObject(lamp, object("a", {}), many, undefined, now)).toThrow("content is not a list");
  });
});

describe("a watch", () => {
  const bookmark = (annotations?: Record<string, string>): KubeObject => ({
    apiVersion: "example.com/v1",
    kind: "Lamp",
    metadata: { resourceVersion: "9", ...(annotations === undefined ? {} : { annotations }) },
  });
  const end = { "k8s.io/initial-events-end": "true" };

  test("as tables has columns in the first event only", () => {
    const shape = watchTransform(lamp, { transform: "Table" }, undefined, () => now);
    expect(shape.object(object("a", {}))).toMatchObject({ columnDefinitions: [{ name: "Name" }, { name: "Watts" }] });
    expect(shape.object(object("b", {}))).toMatchObject({ columnDefinitions: null, rows: [{ cells: ["b", null] }] });
    expect(shape.bookmark(bookmark(end))).toEqual({
      kind: "Table",
      apiVersion: "meta.k8s.io/v1",
      metadata: { resourceVersion: "9" },
      columnDefinitions: null,
      rows: [
        {
          cells: ["", null],
          object: {
            kind: "PartialObjectMetadata",
            apiVersion: "meta.k8s.io/v1",
            metadata: { resourceVersion: "9", annotations: end },
          },
        },
      ],
    });
  });

  test("without objects still shows the mark of the initial events' end", () => {
    const shape = watchTransform(lamp, { transform: "Table" }, "None", () => now);
    expect(shape.object(object("a", {}))).toMatchObject({ rows: [{ object: null }] });
    expect(shape.bookmark(bookmark(end))).toMatchObject({ rows: [{ object: { metadata: { annotations: end } } }] });
    expect(shape.bookmark(bookmark())).toMatchObject({ rows: [{ object: null }] });
  });

  test("refuses a wrong includeObject before it starts, and a list form at its first event", () => {
    expect(() => watchTransform(lamp, { transform: "Table" }, "Some", () => now)).toThrow("includeObject");
    const shape = watchTransform(lamp, { transform: "PartialObjectMetadataList" }, undefined, () => now);
    expect(() => shape.object(object("a", {}))).toThrow("content is not a list");
  });
});
