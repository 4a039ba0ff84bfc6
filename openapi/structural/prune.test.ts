import { expect, test } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { dropNulls, prune } from "./prune.ts";

const text: Schema = { type: "string" };
const object = (properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema => ({ type: "object", properties, ...more });
const any: Partial<Schema> = { "x-kubernetes-preserve-unknown-fields": true };

const schema: Schema = object({
  spec: object({
    a: text,
    o: object({ b: text }),
    empty: { type: "object" },
    l: { type: "array", items: object({ c: text }) },
    m: { type: "object", additionalProperties: object({ d: text }) },
    loose: { type: "object", additionalProperties: true },
    any: any as Schema,
    po: object({ e: object({ f: text }) }, any),
    tmpl: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: object({ n: text }) } },
    ios: { "x-kubernetes-int-or-string": true },
  }),
});

function pruned(spec: unknown, more: JsonObject = {}) {
  const value = { apiVersion: "v1", kind: "Net", metadata: { anything: 1 }, spec, ...more } as JsonObject;
  const dropped = prune(schema, value);
  return { dropped, value };
}

test("apiVersion, kind and metadata stay at the root, unknown fields go, paths come sorted", () => {
  const { dropped, value } = pruned({ zz: 1, o: { zz: 1, b: "x" }, empty: { zz: 1 } }, { status: {}, extra: 1 });
  expect(dropped).toEqual(["extra", "spec.empty.zz", "spec.o.zz", "spec.zz", "status"]);
  expect(value).toEqual({ apiVersion: "v1", kind: "Net", metadata: { anything: 1 }, spec: { o: { b: "x" }, empty: {} } });
});

test("list items and map values are pruned, keys of maps are all known", () => {
  const { dropped, value } = pruned({ l: [{ c: "x" }, { zz: { b: 1 } }], m: { "a.b/c": { d: "x", zz: 1 } } });
  expect(dropped).toEqual(["spec.l[1].zz", "spec.m.a.b/c.zz"]);
  expect(value.spec).toEqual({ l: [{ c: "x" }, {}], m: { "a.b/c": { d: "x" } } });
});

test("preserved places keep everything, but their declared properties are pruned inside", () => {
  const { dropped, value } = pruned({ any: { x: { y: [1, null] } }, po: { zz: { q: 1 }, e: { f: "x", zz: 1 } } });
  expect(dropped).toEqual(["spec.po.e.zz"]);
  expect(value.spec).toEqual({ any: { x: { y: [1, null] } }, po: { zz: { q: 1 }, e: { f: "x" } } });
});

test("an embedded resource keeps its meta fields", () => {
  const { dropped, value } = pruned({ tmpl: { apiVersion: "v1", kind: "X", metadata: { z: 1 }, other: 1, spec: { n: "1", z: 2 } } });
  expect(dropped).toEqual(["spec.tmpl.other", "spec.tmpl.spec.z"]);
  expect(value.spec).toEqual({ tmpl: { apiVersion: "v1", kind: "X", metadata: { z: 1 }, spec: { n: "1" } } });
});

test("values without a schema of their own lose the members of objects", () => {
  expect(pruned({ loose: { a: 1, b: { c: 1 } }, ios: { a: 1 } }).dropped).toEqual(["spec.ios.a", "spec.loose.b.c"]);
});

test("names of JavaScript's own are unknown fields like any other", () => {
  const value = JSON.parse('{"spec":{"__proto__":{"a":1},"constructor":1,"toString":{}}}') as JsonObject;
  expect(prune(schema, value)).toEqual(["spec.__proto__", "spec.constructor", "spec.toString"]);
  expect(value).toEqual({ spec: {} });
});

test("nulls go where they are not nullable and nothing would replace them", () => {
  const nulls = object({
    a: text,
    n: { type: "string", nullable: true },
    d: { type: "string", default: "D" },
    l: { type: "array", items: object({ a: text }) },
  });
  const value: JsonObject = { a: null, n: null, d: null, l: [null, { a: null }], unknown: null };
  dropNulls(nulls, value);
  expect(value).toEqual({ n: null, d: null, l: [null, {}], unknown: null });
});
