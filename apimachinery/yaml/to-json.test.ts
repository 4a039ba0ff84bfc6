import { expect, test } from "vitest";
import { Float } from "../json/value.ts";
import { parseYaml, yamlToJson } from "./to-json.ts";
import { YamlError } from "./yaml-error.ts";

const json = (text: string) => yamlToJson(text).json;

test.each([
  ["yes, no, on, off, y, n, True, FALSE, ~, null", "[true,false,true,false,true,false,true,false,null,null]"],
  ["010, 0o10, 0x1F, 0b11, 1_000, -0b11, +7, -8", "[8,8,31,3,1000,-3,7,-8]"],
  ["1e3, 1., .5, 1.5e-7, 1:30, 08, 1-0, 2020-01-02", '[1000,1,0.5,1.5e-7,"1:30",8,"1-0","2020-01-02"]'],
  ["9223372036854775807, 18446744073709551615", "[9223372036854775807,18446744073709551615]"],
  ['"yes", \'no\', !!str 12, !!str true, !!int "3", !!float 2', '["yes","no","12","true",3,2]'],
  ["2001-12-14t21:59:43.10-05:00, =, yEs, 0x, 1e, ._1", '["2001-12-14t21:59:43.10-05:00","=","yEs","0x","1e","._1"]'],
])("scalars are read by YAML 1.1: %s", (list, expected) => {
  expect(json(`[${list}]`)).toBe(expected);
});

test("a value is what Kubernetes reads after YAML was made JSON: large integers become floats, whole floats integers", () => {
  expect(parseYaml("big: 9223372036854775808\nwhole: 1e3\n").value).toStrictEqual({ big: new Float(2 ** 63), whole: 1000 });
});

test("keys of any scalar type become texts, in order", () => {
  expect(json("no: d\n1.5: c\n1: a\ntrue: b\ntext: e\n")).toBe('{"1":"a","1.5":"c","false":"d","text":"e","true":"b"}');
  expect(json("__proto__: {a: 1}\n")).toBe('{"__proto__":{"a":1}}');
});

test("texts in all their forms", () => {
  expect(json("a: |\n  two\n  lines\nb: >-\n  one\n  two\n\n  three\nc: plain\n  folded # comment\nd: 'it''s'\n")).toBe(
    '{"a":"two\\nlines\\n","b":"one two\\nthree","c":"plain folded","d":"it\'s"}',
  );
  expect(json(String.raw`a: "\x41\u00e9\U0001F600\0\t"`)).toBe(JSON.stringify({ a: "Aé😀\0\t" }));
  expect(json("a: !!binary AAEC\n")).toBe(JSON.stringify({ a: "\0\u0001\u0002" }));
});

test("only the first document counts, and one without a value is null", () => {
  expect(json("a: 1\n---\na: 2\n")).toBe('{"a":1}');
  expect(json("# x\n---\na: 1\n...\n")).toBe('{"a":1}');
  expect(json("%YAML 1.1\n---\na: 1\n")).toBe('{"a":1}');
  expect(json("\ufeffa: 1\n")).toBe('{"a":1}');
  expect(json("---\n---\na: 1\n")).toBe("null");
  expect(json("")).toBe("null");
  expect(json("# nothing\n")).toBe("null");
});

test("anchors, aliases and merged maps are expanded", () => {
  expect(json("a: &x [1]\nb: *x\n")).toBe('{"a":[1],"b":[1]}');
  expect(json("base: &b {a: 1, b: 2}\nc:\n  <<: [*b, {a: 9, d: 4}]\n  e: 5\n")).toBe(
    '{"base":{"a":1,"b":2},"c":{"a":1,"b":2,"d":4,"e":5}}',
  );
});

test("doubled keys are told with the line of the later value, and the last one wins", () => {
  expect(yamlToJson('data:\n  a: "1"\n  a: "2"\n1: x\n1: z\n')).toEqual({
    json: '{"1":"z","data":{"a":"2"}}',
    doubledKeys: ['line 3: key "a" already set in map', "line 5: key 1 already set in map"],
  });
  expect(yamlToJson('d:\n  <<: {a: "1", b: "2"}\n  b: "3"\n').doubledKeys).toEqual(['line 3: key "b" already set in map']);
  expect(yamlToJson('{"a":1,"a":2}').doubledKeys).toEqual(['line 1: key "a" already set in map']);
});

test("text that is JSON comes out in order", () => {
  expect(yamlToJson(' {"b":1.0,"a":"\\u00e9"}\n')).toEqual({ json: '{"a":"é","b":1}', doubledKeys: [] });
});

const LAUGHS = [
  "a: &a [l,l,l,l,l,l,l,l,l]",
  ..."bcdefg".split("").map((name, at) => `${name}: &${name} [${`*${"abcdef"[at]},`.repeat(9)}]`),
];

test.each([
  ["a: b: c", "yaml: mapping values are not allowed in this context"],
  ["a: 1\nb: 2\nc:\n\tname: x\n", "yaml: line 4: found character that cannot start any token"],
  ["a: 1\nb: 2\nc:\n  name: x\ndata: {a: b\n", "yaml: line 5: did not find expected ',' or '}'"],
  ["a: 1\nb: [1, 2\n", "yaml: line 2: did not find expected ',' or ']'"],
  ["a: {b: 1", "yaml: line 1: did not find expected ',' or '}'"],
  ["a: 1\nb: [\n", "yaml: line 2: did not find expected node content"],
  ["a: {b: 1,", "yaml: line 1: did not find expected node content"],
  ["a: v1\n\tb: 1\n", "yaml: line 2: found a tab character that violates indentation"],
  ["a: 1\nb: 2\nm:\n  name: yam\n data:\n   a: b\n", "yaml: line 4: did not find expected key"],
  ["a: *none\n", "yaml: unknown anchor 'none' referenced"],
  ["a: &d\n  b: *d\n", "yaml: anchor 'd' value contains itself"],
  ["~: a\n", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "a"'],
  ["? {a: b}\n: c\n", 'yaml: invalid map key: map[interface {}]interface {}{"a":"b"}'],
  ["a: .inf\n", "json: unsupported value: +Inf"],
  ["a: .nan\n", "json: unsupported value: NaN"],
  ["a: '\u0001'\n", "yaml: control characters are not allowed"],
  ["a: !!int x\n", "yaml: cannot decode !!str `x` as a !!int"],
  ["a:\n  <<: 3\n", "yaml: map merge requires map or sequence of maps as the value"],
  [`${LAUGHS.join("\n")}\nh: [${"*g,".repeat(9)}]\n`, "yaml: document contains excessive aliasing"],
])("%j is refused in go-yaml's words", (text, message) => {
  expect(() => yamlToJson(text)).toThrow(new YamlError(message));
});

test.each([
  [[0x61, 0xff], "yaml: invalid leading UTF-8 octet"],
  [[0x61, 0xe2, 0x28, 0xa1], "yaml: invalid trailing UTF-8 octet"],
  [[0x61, 0xe2, 0x82], "yaml: incomplete UTF-8 octet sequence"],
  [[0xc0, 0xaf], "yaml: invalid length of a UTF-8 sequence"],
  [[0xed, 0xa0, 0xbd], "yaml: invalid Unicode character"],
])("bytes that are no UTF-8 are refused: %j", (bytes, message) => {
  expect(() => yamlToJson(Buffer.from(bytes))).toThrow(message);
});

test.each([
  ["open lists", "[".repeat(20_000)],
  ["lists", "[".repeat(2_000) + "]".repeat(2_000)],
  ["maps", "{a: ".repeat(2_000) + "}".repeat(2_000)],
  ["dashes", `${"- ".repeat(2_000)}x`],
  ["keys", `${"? ".repeat(2_000)}x`],
])("nesting beyond all measure is refused, and does not end the process: %s", (_, text) => {
  expect(() => yamlToJson(text)).toThrow("yaml: exceeded max depth of 10000");
});

test("a text with more marks than can be read in a moment is refused, and as JSON it is taken", () => {
  const items = Array.from({ length: 60_000 }, () => "a");
  expect(() => yamlToJson(`[${items.join(", ")}]`)).toThrow("yaml: document has more than 100000 tokens; send it as JSON");
  expect(yamlToJson(JSON.stringify({ items })).json).toBe(JSON.stringify({ items }));
  expect(() => yamlToJson("[".repeat(3 * 1024 * 1024))).toThrow("yaml: exceeded max depth of 10000");
});

test("lines of doubled keys are counted once, however many there are", () => {
  const { doubledKeys } = yamlToJson("k: v\n\n".repeat(10_000));
  expect(doubledKeys).toHaveLength(9_999);
  expect(doubledKeys.at(-1)).toBe('line 19999: key "k" already set in map');
});
