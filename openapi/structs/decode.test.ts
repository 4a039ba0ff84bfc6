import { expect, test } from "vitest";
import { JsonSyntaxError, JsonTypeError } from "../../apimachinery/json/decode-error.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import {
  boolean,
  bytes,
  dateTime,
  freeObject,
  go,
  int32,
  int64,
  list,
  map,
  number,
  object,
  optional,
  schemaOf,
  string,
} from "../../apis/typed-schema.ts";
import { decodeStruct } from "./decode.ts";

const rule = object(
  "",
  { verbs: list("", string(), go({ zero: null })), count: optional(int32()) },
  go({ struct: "Rule", type: "v1.Rule" }),
);

const typed = object(
  "",
  {
    text: optional(string()),
    pointer: optional(string("", go({ pointer: true }))),
    flag: optional(boolean()),
    flagPointer: optional(boolean("", go({ pointer: true }))),
    small: optional(int32()),
    large: optional(int64()),
    ratio: optional(number()),
    data: optional(map("", string())),
    binary: optional(map("", bytes(), go({ type: "map[string][]uint8" }))),
    time: optional(dateTime()),
    micro: optional(dateTime("", go({ type: "v1.MicroTime" }))),
    amounts: optional(map("", string("", go({ type: "resource.Quantity" })))),
    rules: list("", rule, go({ zero: null })),
    inner: optional(object("", { rule: optional(rule) }, go({ struct: "Inner", type: "v1.Inner", zero: {} }))),
    raw: optional(freeObject("")),
  },
  go({ struct: "Thing" }),
);
const schema: Schema = { ...schemaOf(typed), properties: { metadata: objectMeta, ...schemaOf(typed).properties } };

const decode = (document: string) => decodeStruct(schema, document);
/** Without the members that are always there. */
const kept = (document: string): JsonObject => {
  const { metadata: _, rules: __, inner: ___, ...rest } = decode(document).value;
  return rest;
};

test("a struct has its members in the schema's order, and those without omitempty even when nothing was sent", () => {
  expect(JSON.stringify(decode("{}").value)).toBe('{"metadata":{},"rules":null,"inner":{}}');
  expect(JSON.stringify(decode("null").value)).toBe('{"metadata":{},"rules":null,"inner":{}}');
  expect(JSON.stringify(decode('{"flag":true,"text":"x","metadata":{"labels":{"b":"1","a":"2"},"name":"n"}}').value)).toBe(
    '{"metadata":{"name":"n","labels":{"a":"2","b":"1"}},"text":"x","flag":true,"rules":null,"inner":{}}',
  );
});

test("what is empty is left out, but for pointers", () => {
  expect(kept('{"text":"","flag":false,"small":0,"ratio":0,"data":{}}')).toEqual({});
  expect(kept('{"pointer":"","flagPointer":false}')).toEqual({ pointer: "", flagPointer: false });
  expect(decode('{"rules":[]}').value.rules).toBeNull();
  expect(decode('{"rules":[{"verbs":[]}]}').value.rules).toEqual([{ verbs: null }]);
});

test("null is nothing, in lists and maps the empty value", () => {
  expect(kept('{"text":null,"flag":null,"pointer":null,"time":null,"data":null}')).toEqual({});
  expect(kept('{"data":{"a":null},"binary":{"b":null}}')).toEqual({ data: { a: "" }, binary: { b: "" } });
  expect(decode('{"rules":[null]}').value.rules).toEqual([{ verbs: null }]);
});

test("numbers keep 64 bits", () => {
  expect(kept('{"large":9223372036854775807,"small":-2147483648,"ratio":1e3}')).toMatchObject({
    large: 9223372036854775807n,
    small: -2147483648,
  });
});

test("times are kept in UTC, bytes in canonical base64, amounts in canonical form", () => {
  expect(kept('{"time":"2026-03-04T05:06:07.9+02:00","micro":"2026-03-04T05:06:07.123456Z"}')).toEqual({
    time: "2026-03-04T03:06:07Z",
    micro: "2026-03-04T05:06:07.123456Z",
  });
  expect(kept('{"binary":{"a":"AA\\nEC","b":"AB=="}}')).toEqual({ binary: { a: "AAEC", b: "AA==" } });
  expect(kept('{"amounts":{"a":"1000m","b":3,"c":"1024Mi"}}')).toEqual({ amounts: { a: "1", b: "3", c: "1Gi" } });
});

test("raw JSON is kept as it is", () => {
  expect(kept('{"raw":{"f:a":{".":{}},"n":[null,1.5]}}')).toEqual({ raw: { "f:a": { ".": {} }, n: [null, 1.5] } });
});

test.each([
  ['{"metadata":"x"}', "json: cannot unmarshal string into Go struct field Thing.metadata of type v1.ObjectMeta"],
  ['{"metadata":{"name":5}}', "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"],
  [
    '{"metadata":{"labels":["a"]}}',
    "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
  ],
  ['{"metadata":{"labels":{"a":1}}}', "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string"],
  ['{"metadata":{"finalizers":[true]}}', "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.finalizers of type string"],
  ['{"metadata":{"uid":{}}}', "json: cannot unmarshal object into Go struct field ObjectMeta.metadata.uid of type types.UID"],
  ['{"flag":"yes"}', "json: cannot unmarshal string into Go struct field Thing.flag of type bool"],
  ['{"binary":[]}', "json: cannot unmarshal array into Go struct field Thing.binary of type map[string][]uint8"],
  ['{"rules":{}}', "json: cannot unmarshal object into Go struct field Thing.rules of type []v1.Rule"],
  ['{"rules":[{"count":"1"}]}', "json: cannot unmarshal string into Go struct field Rule.rules.count of type int32"],
  ['{"inner":{"rule":{"verbs":1}}}', "json: cannot unmarshal number into Go struct field Rule.inner.rule.verbs of type []string"],
  ['{"small":15.0}', "json: cannot unmarshal number 15.0 into Go struct field Thing.small of type int32"],
  ['{"small":2147483648}', "json: cannot unmarshal number 2147483648 into Go struct field Thing.small of type int32"],
  ['{"large":9223372036854775808}', "json: cannot unmarshal number 9223372036854775808 into Go struct field Thing.large of type int64"],
  ['{"ratio":1e400}', "json: cannot unmarshal number 1e400 into Go struct field Thing.ratio of type float64"],
  ['{"binary":{"a":"***"}}', "illegal base64 data at input byte 0"],
  ['{"binary":{"a":"AAAA-_-_"}}', "illegal base64 data at input byte 4"],
  ['{"binary":{"a":"AA"}}', "illegal base64 data at input byte 0"],
  ['{"binary":{"a":"AA=A"}}', "illegal base64 data at input byte 2"],
  ['{"binary":{"a":"AA==A"}}', "illegal base64 data at input byte 4"],
  ['{"time":"yesterday"}', 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"'],
  ['{"micro":"2026-03-04T05:06:07Z"}', /as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"$/],
  ['{"time":5}', "json: cannot unmarshal number into Go struct field Thing.time of type string"],
  ['{"amounts":{"a":"many"}}', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ["[]", "json: cannot unmarshal array into Go value of type v1.Thing"],
])("%s is refused in Go's words", (document, message) => {
  expect(() => decode(document)).toThrow(typeof message === "string" ? new JsonTypeError(message) : message);
});

test("the first mismatch is told; one of a type that reads itself goes before it, and broken syntax before all", () => {
  expect(() => decode('{"flag":1,"text":2}')).toThrow("number into Go struct field Thing.flag");
  expect(() => decode('{"flag":1,"time":"soon","text":2}')).toThrow('parsing time "soon"');
  expect(() => decode('{"flag":1,"time":"soon","text":}')).toThrow(
    new JsonSyntaxError("invalid character '}' looking for beginning of value"),
  );
});

test("unknown and doubled fields are told in the document's order, each once", () => {
  const { value, problems } = decode(
    '{"Text":1,"metadata":{"name":"a","nick":1},"rules":[{"verbs":["a"],"verbs":["b"],"verb":{"x":1}}],"text":"1","text":"2","text":"3","data":{"a":"1","a":"2"},"metadata":{"labels":{"x":"y"}}}',
  );
  expect(problems).toEqual([
    'unknown field "Text"',
    'unknown field "metadata.nick"',
    'duplicate field "rules[0].verbs"',
    'unknown field "rules[0].verb"',
    'duplicate field "text"',
    'duplicate field "data.a"',
    'duplicate field "metadata"',
  ]);
  expect(value).toMatchObject({ text: "3", data: { a: "2" }, rules: [{ verbs: ["b"] }], metadata: { name: "a", labels: { x: "y" } } });
});

test("a doubled struct, map or list of structs is merged into the first", () => {
  expect(kept('{"data":{"a":"1","b":"2"},"data":{"b":"3","0":"4"}}')).toEqual({ data: { a: "1", b: "3", "0": "4" } });
  expect(kept('{"data":{"a":"1"},"data":null}')).toEqual({});
  expect(decode('{"rules":[{"count":1},{"count":2}],"rules":[{"verbs":["x"]}]}').value.rules).toEqual([{ verbs: ["x"], count: 1 }]);
});

test("problems are not looked for when nobody asks, and a hundred are enough", () => {
  expect(decodeStruct(schema, '{"x":1,"x":2}', { strict: false }).problems).toEqual([]);
  const many = Array.from({ length: 150 }, (_, index) => `"x${index}":1`).join(",");
  expect(decode(`{${many}}`).problems).toHaveLength(100);
});

test("names of JavaScript's own are unknown fields of structs and good keys of maps", () => {
  const { value, problems } = decode('{"__proto__":{"a":1},"constructor":1,"data":{"__proto__":"x","toString":"y"}}');
  expect(problems).toEqual(['unknown field "__proto__"', 'unknown field "constructor"']);
  expect(Object.entries(value.data as object)).toEqual([
    ["__proto__", "x"],
    ["toString", "y"],
  ]);
});

test("a document within another says so in its paths", () => {
  expect(decodeStruct(objectMeta, '{"colour":"red"}', { at: "spec.template.metadata" }).problems).toEqual([
    'unknown field "spec.template.metadata.colour"',
  ]);
  expect(() => decodeStruct(objectMeta, '{"labels":{"a":1}}')).toThrow("Go struct field ObjectMeta.labels of type string");
  expect(() => decodeStruct(objectMeta, '"x"')).toThrow("json: cannot unmarshal string into Go value of type v1.ObjectMeta");
});

test.each([
  ['{"text":1}', "cannot convert int64 to string"],
  ['{"metadata":{"uid":1}}', "cannot convert int64 to types.UID"],
  ['{"text":1.5}', "unrecognized type: string"],
  ['{"text":{}}', "unrecognized type: string"],
  ['{"flag":[]}', "unrecognized type: bool"],
  ['{"small":"1"}', "unrecognized type: int32"],
  ['{"small":1.5}', "cannot convert float64 to int32"],
  ['{"data":"text"}', "cannot restore map from string"],
  ['{"data":{"a":5}}', "cannot convert int64 to string"],
  ['{"rules":{"verbs":[]}}', "cannot restore slice from map"],
  ['{"rules":["x"]}', "cannot restore struct from: string"],
  ['{"binary":{"a":1}}', "cannot restore slice from int64"],
  ['{"time":5}', "json: cannot unmarshal number into Go value of type string"],
])("%s is refused in the converter's words where these are asked for", (document, message) => {
  expect(() => decodeStruct(schema, document, { words: "converter" })).toThrow(new JsonTypeError(message));
});
