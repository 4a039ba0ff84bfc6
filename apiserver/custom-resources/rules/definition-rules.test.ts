import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { setDefaults } from "../../../apis/apiextensions/v1/defaults.ts";
import { establishedStatus, lampDefinition, type TestVersion } from "../../testing/definition.ts";
import { definitionErrors, definitionUpdateErrors } from "./definition-rules.ts";
import { InvalidPath, schemaAt } from "./field-path.ts";
import { definitionWarnings } from "./warnings.ts";

function definition(versions: readonly TestVersion[], more: object = {}): KubeObject {
  const made = structuredClone(lampDefinition(versions, { plural: "lamps", kind: "Lamp" }, more));
  setDefaults(made);
  return made;
}

const established = (object: KubeObject): KubeObject => ({ ...object, status: establishedStatus(object) });
const withX = (x: object): TestVersion => ({ properties: { spec: { type: "object", properties: { x } } } });
const errors = (object: KubeObject) => definitionErrors(object).map(errorText);
const updateErrors = (object: KubeObject, old: KubeObject) => definitionUpdateErrors(established(object), established(old)).map(errorText);

const X = "spec.validation.openAPIV3Schema.properties[spec].properties[x]";

describe("a definition", () => {
  it("with nothing wrong has no errors", () => {
    expect(errors(definition([withX({ type: "string", default: "a", maxLength: 3 })]))).toEqual([]);
  });

  it("speaks of what all versions share in one place, and of the rest version by version", () => {
    const bad = { type: "nonsense" };
    const same = definition([
      { ...withX(bad), storage: true },
      { name: "v2", ...withX(bad) },
    ]);
    expect(errors(same)).toEqual([expect.stringContaining(`${X}.type: Unsupported value: "nonsense"`)]);
    const other = definition([
      { ...withX({ type: "string" }), storage: true },
      { name: "v2", ...withX(bad) },
    ]);
    expect(errors(other)).toEqual([
      expect.stringContaining('spec.versions[1].schema.openAPIV3Schema.properties[spec].properties[x].type: Unsupported value: "nonsense"'),
    ]);
  });

  it.each([
    ["of a deep default", { type: "object", properties: { y: { type: "integer", default: "one" } } }, `${X}.properties[y].default`],
    ["of items", { type: "array", items: { type: "string", pattern: "(" } }, `${X}.items.pattern`],
    ["of values of a map", { type: "object", additionalProperties: { type: "array" } }, `${X}.additionalProperties.items`],
    ["of a key that may be absent", keyedBy({ type: "string" }), `${X}.items.properties[k].default`],
  ])("names the place %s", (_, x, where) => {
    expect(errors(definition([withX(x)]))).toEqual([expect.stringMatching(new RegExp(`^${where.replace(/[[\].]/g, "\\$&")}: `))]);
  });

  it("of a schema that goes deep, or is long, is judged in time that grows with it", () => {
    let deep: object = { type: "string" };
    for (let level = 0; level < 150; level++) deep = { type: "object", properties: { x: deep } };
    expect(errors(definition([withX(deep)]))).toEqual([]);
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`p${n}`, { type: "string", default: "x" }]));
    expect(errors(definition([withX({ type: "object", properties })]))).toEqual([]);
  });

  it("quotes a long path in each of its errors, at no more cost than one", () => {
    const service = { name: "a", namespace: "b", path: "/".repeat(50_000) };
    const webhook = { conversionReviewVersions: ["v1"], clientConfig: { service } };
    const found = definitionErrors(definition([withX({ type: "string" })], { conversion: { strategy: "Webhook", webhook } }));
    expect(found).toHaveLength(49_999);
    expect(found[7]?.body).toBe(`Invalid value: "${service.path}": segment[7] may not be empty`);
  });
});

function keyedBy(key: object): object {
  return {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
    items: { type: "object", properties: { k: key } },
  };
}

describe("a definition that was wrong already", () => {
  const cases: [string, object][] = [
    ["a type that does not exist", { type: "nonsense" }],
    ["keys that may be absent", keyedBy({ type: "string" })],
    ["a set whose items can be changed in part", { type: "array", "x-kubernetes-list-type": "set", items: { type: "object" } }],
    ["a default with unknown fields", { type: "object", properties: { a: { type: "string" } }, default: { b: 1 } }],
  ];
  it.each(cases)("may keep %s, and a good one may not get it", (_, x) => {
    const bad = definition([withX(x)]);
    expect(updateErrors({ ...bad, metadata: { ...bad.metadata, labels: { a: "b" } } }, bad)).toEqual([]);
    expect(updateErrors(bad, definition([withX({ type: "string" })]))).not.toEqual([]);
  });

  it("may keep more selectable fields than there may be", () => {
    const names = Array.from({ length: 9 }, (_, n) => `f${n}`);
    const version = {
      properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
      selectableFields: names.map((name) => ({ jsonPath: `.${name}` })),
    };
    const many = definition([version]);
    expect(updateErrors(many, many)).toEqual([]);
    expect(errors(many)).toEqual(["spec.selectableFields: Too many: 9: must have at most 8 items"]);
  });
});

it("warns of formats that nobody knows, and of sets that are of no use, once each and not again", () => {
  const set = { type: "array", "x-kubernetes-list-type": "set", items: { type: "object", "x-kubernetes-map-type": "atomic" } };
  const odd = definition([
    {
      properties: {
        a: { type: "string", format: "colour" },
        b: { type: "string", format: "colour" },
        c: { type: "string", format: "uuid" },
        d: set,
      },
    },
  ]);
  expect(definitionWarnings(odd, undefined)).toEqual([
    'unrecognized format "colour"',
    'x-kubernetes-list-type: set for items of type "object" is not supported by server-side apply or CEL validation rules',
  ]);
  expect(definitionWarnings(odd, odd)).toEqual([]);
});

describe("a path into a schema", () => {
  const schema = {
    type: "object",
    properties: {
      a: { type: "object", properties: { "b.c": { type: "string" } } },
      m: { type: "object", additionalProperties: { type: "integer" } },
    },
  };
  it("names members by dots and brackets, and keys of maps", () => {
    expect(schemaAt(".a['b.c']", schema)).toEqual({ schema: { type: "string" }, names: ["a", "b.c"] });
    expect(schemaAt(".m.any", schema)).toEqual({ schema: { type: "integer" }, names: ["m", "any"] });
  });
  it.each([
    ["a", "expected [ or . but got: a"],
    [".x", "does not refer to a valid field"],
    [".a[0]", "expected single quoted string but got 0"],
    [".a['b.c'", "unexpected end of JSON path"],
    [".a['b.c'.", "expected ] but got ."],
    [".", "unexpected end of JSON path"],
    [".m.k.deeper", "does not refer to a valid field"],
  ])("%s: %s", (path, message) => {
    expect(() => schemaAt(path, schema)).toThrow(new InvalidPath(message));
  });
});
