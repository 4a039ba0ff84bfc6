import { expect, test } from "vitest";
import { errorText, required } from "../../apimachinery/field/error.ts";
import { Float, type JsonObject } from "../../apimachinery/json/value.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Schema } from "../../apis/schema.ts";
import { type MetadataRules, validateCustomObject, validateCustomStatus } from "./custom-object.ts";

const schema: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer" },
        set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
        keyed: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name", "proto"],
          items: { type: "object", properties: { name: { type: "string" }, proto: { type: "string" } } },
        },
        tmpl: { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: { type: "object", properties: { size: { type: "integer" }, phase: { type: "string", enum: ["On"] } } },
  },
};
const rule = [{ rule: "true" }];
const kind = {
  group: "example.com",
  version: "v1",
  kind: "Lamp",
  schema,
  subresources: { scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size", labelSelectorPath: ".status.selector" } },
} as unknown as KindDefinition;
const ruled = {
  ...kind,
  schema: { ...schema, properties: { ...schema.properties, extra: { type: "string", "x-kubernetes-validations": rule } } },
} as KindDefinition;

const lamp = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: "example.com/v1",
  kind: "Lamp",
  metadata: {},
  spec,
  ...more,
});
const said = (spec: JsonObject, old?: JsonObject) => validateCustomObject(kind, lamp(spec), old && lamp(old), METADATA).map(errorText);
const METADATA: MetadataRules = { errors: [], validate: (metadata, path) => (metadata.name === "x" ? [] : [required(path.child("name"))]) };
const UNCHECKED =
  "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";

test("duplicates in sets and keyed lists are reported at their second place", () => {
  expect(said({ set: ["a", "b", "a", "a"], keyed: [{ name: "x", proto: "TCP" }, { name: "x" }, { name: "x", proto: "TCP" }] })).toEqual([
    'spec.set[2]: Duplicate value: "a"',
    'spec.keyed[2]: Duplicate value: {"name":"x","proto":"TCP"}',
  ]);
});

test("an update may keep duplicates but not bring them", () => {
  expect(said({ set: ["a", "a"] }, { set: ["b", "b"] })).toEqual([]);
  expect(said({ set: ["a", "a"] }, { set: ["a"] })).toEqual(['spec.set[1]: Duplicate value: "a"']);
});

test("replicas are int32 and not negative, selectors are text", () => {
  expect(said({ size: -4 })).toEqual([".spec.size: Invalid value: -4: should be a non-negative integer"]);
  expect(said({ size: 3000000000 })).toEqual([".spec.size: Invalid value: 3000000000: should be less than or equal to 2147483647"]);
  expect(said({ size: new Float(1e7) }).at(-1)).toBe(
    ".spec.size: Invalid value: 0: .spec.size accessor error: 1e+07 is of the type float64, expected int64",
  );
  const status = validateCustomStatus(kind, lamp({}, { status: { size: "x", selector: { a: [1, null] } } }), lamp({}), METADATA);
  expect(status.map(errorText).slice(1)).toEqual([
    ".status.size: Invalid value: 0: .status.size accessor error: x is of the type string, expected int64",
    '.status.selector: Invalid value: "": .status.selector accessor error: map[a:[1 <nil>]] is of the type map[string]interface {}, expected string',
  ]);
});

test("embedded resources need a type, and proper metadata", () => {
  expect(said({ tmpl: {} })).toEqual(["spec.tmpl.apiVersion: Required value", "spec.tmpl.kind: Required value"]);
  expect(said({ tmpl: { apiVersion: "a/b/c", kind: "" } })).toEqual([
    'spec.tmpl.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    'spec.tmpl.kind: Invalid value: "": must not be empty',
  ]);
  expect(said({ tmpl: { apiVersion: "v1", kind: "X", metadata: { name: "x" } } })).toEqual([]);
  expect(said({ tmpl: { apiVersion: "v1", kind: "X", metadata: {} } })).toEqual(["spec.tmpl.metadata.name: Required value"]);
});

test("a write of the status looks at the status alone", () => {
  const object = lamp({ size: "wrong" }, { status: { phase: "Off" } });
  expect(validateCustomStatus(ruled, object, lamp({}), METADATA).map(errorText)).toEqual([
    'status.phase: Unsupported value: "Off": supported values: "On"',
    UNCHECKED,
  ]);
});

test("rules that could not be checked are mentioned, where the kind has any and the errors forbid it", () => {
  const texts = (of: KindDefinition, spec: JsonObject, metadata = [] as ReturnType<typeof required>[]) =>
    validateCustomObject(of, lamp(spec), undefined, { ...METADATA, errors: metadata }).map(errorText);
  expect(texts(ruled, { size: "x" }).at(-1)).toBe(UNCHECKED);
  expect(texts(kind, { size: "x" })).not.toContain(UNCHECKED);
  expect(texts(ruled, { size: -1 })).not.toContain(UNCHECKED);
  expect(texts(ruled, {}, [required("metadata.name")])).toEqual(["metadata.name: Required value", UNCHECKED]);
});

test("an object of another type is told no more than that", () => {
  expect(validateCustomObject(kind, { apiVersion: "v2", kind: "Bulb", spec: 1 }, undefined, METADATA).map(errorText)).toEqual([
    'kind: Invalid value: "Bulb": must be Lamp',
    'apiVersion: Invalid value: "v2": must be example.com/v1',
  ]);
});
