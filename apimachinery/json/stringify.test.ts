import { expect, test } from "vitest";
import { encodeObject, stringify } from "./stringify.ts";
import { Float } from "./value.ts";

test("64-bit integers and whole floats are written with all their digits", () => {
  expect(stringify({ a: 9223372036854775807n, b: new Float(5), c: [new Float(1e21), undefined], d: undefined, e: "é<\n" })).toBe(
    '{"a":9223372036854775807,"b":5,"c":[1e+21,null],"e":"é<\\n"}',
  );
  expect(stringify({ b: new Float(5), d: undefined })).toBe('{"b":5}');
});

test("indented documents are the same with and without 64-bit integers", () => {
  const value = (big: unknown) => ({ a: [1, { b: big }], c: {}, d: [], e: undefined });
  expect(stringify(value(2n ** 60n), 2)).toBe(stringify(value("X"), 2).replace('"X"', "1152921504606846976"));
});

test("an object is written with its type and metadata first, for storing without its revision", () => {
  const object = { data: { b: "1" }, metadata: { name: "a", resourceVersion: "7" }, kind: "ConfigMap", apiVersion: "v1", gone: undefined };
  expect(encodeObject(object).toString()).toBe(
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"7"},"data":{"b":"1"}}',
  );
});
