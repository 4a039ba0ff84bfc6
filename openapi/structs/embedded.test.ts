import { expect, test } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { coerceEmbedded } from "./embedded.ts";

const embedded: Schema = { type: "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true };
const schema: Schema = {
  type: "object",
  properties: {
    spec: { type: "object", properties: { tmpl: embedded, list: { type: "array", items: embedded }, other: { type: "string" } } },
  },
};
const coerce = (spec: JsonObject) => {
  const object = { spec };
  return { problems: coerceEmbedded(schema, object), spec: object.spec };
};

test("the metadata of embedded resources is read as ObjectMeta, and the rest of them left alone", () => {
  expect(
    coerce({
      tmpl: { kind: "X", metadata: { name: "x", foo: 1, creationTimestamp: null }, data: { a: null } },
      list: [{ metadata: { bar: 1 } }, "x"],
    }),
  ).toEqual({
    problems: ['unknown field "spec.tmpl.metadata.foo"', 'unknown field "spec.list[0].metadata.bar"'],
    spec: { tmpl: { kind: "X", metadata: { name: "x" }, data: { a: null } }, list: [{ metadata: {} }, "x"] },
  });
});

test.each<[JsonObject, string]>([
  [{ tmpl: { kind: 3 } }, "spec.tmpl.kind: Invalid value: 3: must be a string"],
  [
    { tmpl: { metadata: { labels: { a: 1 } } } },
    'spec.tmpl.metadata: Invalid value: {"labels":{"a":1}}: json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  ],
  [
    { tmpl: { metadata: "x" } },
    'spec.tmpl.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta',
  ],
])("%j is refused", (spec, message) => {
  expect(() => coerce(spec)).toThrow(message);
});
