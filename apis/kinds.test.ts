import { describe, expect, it } from "vitest";
import type { KindDefinition } from "./kind.ts";
import { kinds } from "./kinds.ts";
import { deleteOptions } from "./meta/v1/delete-options.ts";
import { listMeta } from "./meta/v1/list-meta.ts";
import { objectMeta } from "./meta/v1/object-meta.ts";
import { status } from "./meta/v1/status.ts";
import type { Schema } from "./schema.ts";

type Visit = (path: string, schema: Schema, parent: "property" | "items" | "values" | "root") => void;

function walk(path: string, schema: Schema, visit: Visit, parent: Parameters<Visit>[2] = "root"): void {
  visit(path, schema, parent);
  for (const [name, member] of Object.entries(schema.properties ?? {})) walk(`${path}.${name}`, member, visit, "property");
  if (schema.items !== undefined) walk(`${path}[]`, schema.items, visit, "items");
  if (typeof schema.additionalProperties === "object") walk(`${path}{}`, schema.additionalProperties, visit, "values");
}

const nameOf = ({ group, version, kind }: KindDefinition) => `${group}/${version} ${kind}`;

/** Paths of nodes that a check complains of, over every schema there is. */
function complaints(check: (schema: Schema, parent: Parameters<Visit>[2]) => boolean): string[] {
  const found: string[] = [];
  const visit: Visit = (path, schema, parent) => {
    if (!check(schema, parent)) found.push(path);
  };
  for (const kind of kinds) walk(nameOf(kind), kind.schema, visit);
  for (const [name, schema] of Object.entries({ objectMeta, listMeta, deleteOptions, status })) walk(name, schema, visit);
  return found;
}

const STRUCTURAL: ReadonlySet<string> = new Set(
  [
    "type format description default enum properties required additionalProperties items minimum maximum minLength maxLength pattern",
    "minItems maxItems x-kubernetes-int-or-string x-kubernetes-preserve-unknown-fields x-kubernetes-list-type x-kubernetes-list-map-keys",
    "x-kubernetes-map-type x-kubernetes-validations x-kubernetes-patch-strategy x-kubernetes-patch-merge-key anyOf go",
  ].flatMap((line) => line.split(" ")),
);

describe("every kind", () => {
  it("has a name of its own", () => {
    const names = kinds.flatMap(({ group, version, kind, listKind, plural }) =>
      [kind, listKind, plural].map((name) => `${group}/${version} ${name}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it("comes in the order of registration, the core group first", () => {
    expect([...new Set(kinds.map(({ group }) => group))]).toEqual([
      "",
      "coordination.k8s.io",
      "events.k8s.io",
      "authentication.k8s.io",
      "authorization.k8s.io",
      "rbac.authorization.k8s.io",
      "certificates.k8s.io",
      "flowcontrol.apiserver.k8s.io",
      "apiextensions.k8s.io",
      "networking.datumapis.com",
      "compute.datumapis.com",
    ]);
  });

  it("describes every member in a sentence, for kubectl explain", () => {
    expect(
      complaints(({ description = "" }, parent) => (parent === "property" || parent === "root" ? /^\S.*[.]$/s.test(description) : true)),
    ).toEqual([]);
  });

  it("has columns with different names that a client can tell what they hold", () => {
    for (const { columns } of kinds) {
      expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
      expect(columns.filter(({ description }) => description === "")).toEqual([]);
      expect(columns.filter(({ format }) => format === "name")).toHaveLength(1);
    }
  });

  it("keeps Go's facts to built-in kinds, and has them there for every struct", () => {
    for (const kind of kinds) {
      walk(nameOf(kind), kind.schema, (path, { go, properties, items }) => {
        if (kind.flavor === "custom") expect(go, path).toBeUndefined();
        else if (properties !== undefined) expect(go, path).toMatchObject({ struct: expect.any(String), definition: expect.any(String) });
        else if (items !== undefined) expect(items, path).toBeDefined();
      });
    }
  });
});

describe("every schema is structural", () => {
  it("with no keyword that a CustomResourceDefinition may not have", () => {
    expect(complaints((schema) => Object.keys(schema).every((keyword) => STRUCTURAL.has(keyword)))).toEqual([]);
  });

  it("with a type on every node, or marked as a number or text", () => {
    expect(complaints((schema) => (schema.type === undefined) === (schema["x-kubernetes-int-or-string"] === true))).toEqual([]);
  });

  it("with anyOf for numbers or texts only", () => {
    expect(complaints(({ anyOf, ...schema }) => anyOf === undefined || schema["x-kubernetes-int-or-string"] === true)).toEqual([]);
  });

  it("with items for every array, and never both properties and values", () => {
    expect(complaints(({ type, items }) => (type === "array") === (items !== undefined))).toEqual([]);
    expect(complaints(({ properties, additionalProperties }) => properties === undefined || additionalProperties === undefined)).toEqual(
      [],
    );
  });

  it("with required members that exist, in alphabetical order", () => {
    expect(
      complaints(
        ({ required = [], properties = {} }) =>
          required.every((name) => name in properties) && String(required) === String([...required].sort()),
      ),
    ).toEqual([]);
  });

  it("with keys of keyed lists that every item of a custom kind has", () => {
    const problems: string[] = [];
    for (const kind of kinds) {
      walk(nameOf(kind), kind.schema, (path, schema) => {
        const keys = schema["x-kubernetes-list-map-keys"];
        if ((schema["x-kubernetes-list-type"] === "map") !== (keys !== undefined)) problems.push(path);
        for (const key of keys ?? []) {
          const member = schema.items?.properties?.[key];
          const sure = kind.flavor === "builtin" || schema.items?.required?.includes(key) || member?.default !== undefined;
          if (member === undefined || !sure) problems.push(`${path}.${key}`);
        }
      });
    }
    expect(problems).toEqual([]);
  });

  it("with defaults of the right type and within their own rules", () => {
    expect(complaints((schema) => schema.default === undefined || admits(schema, schema.default))).toEqual([]);
  });

  it("with patterns that an RE2 engine takes: no look-around, no back references", () => {
    expect(complaints(({ pattern = "" }) => !/\(\?[=!<]|\\[1-9]/.test(pattern))).toEqual([]);
  });
});

/** Whether a value fits a schema, as far as defaults need it. */
function admits(schema: Schema, value: unknown): boolean {
  if (schema.enum !== undefined && !schema.enum.includes(value)) return false;
  switch (schema.type) {
    case "array":
      return Array.isArray(value) && value.every((item) => admits(schema.items as Schema, item));
    case "object": {
      const members = value as Record<string, unknown>;
      const { properties = {}, required = [] } = schema;
      return (
        required.every((name) => name in members) &&
        Object.keys(members).every((name) => name in properties && admits(properties[name] as Schema, members[name]))
      );
    }
    case "integer":
      return Number.isInteger(value) && Number(value) >= (schema.minimum ?? -Infinity) && Number(value) <= (schema.maximum ?? Infinity);
    default:
      return typeof value === schema.type;
  }
}
