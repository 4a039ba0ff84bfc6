import { expect, test } from "vitest";
import { Float } from "../json/value.ts";
import { emitYaml } from "./emit.ts";
import { parseYaml } from "./to-json.ts";

test("keys are sorted, lists are not indented, empty things stand in braces", () => {
  const value = { kind: "X", b: ["x", { d: 1, c: [] }, [1, [2]], []], a: {}, gone: undefined };
  expect(emitYaml(value)).toBe("a: {}\nb:\n- x\n- c: []\n  d: 1\n- - 1\n  - - 2\n- []\nkind: X\n");
  expect(emitYaml({})).toBe("{}\n");
  expect(emitYaml([])).toBe("[]\n");
});

test("keys with numbers are sorted by them", () => {
  const names = ["a10", "a2", "a02", "b", "B", "a", "1", "f:x", ".", "k:{}"];
  expect(emitYaml(Object.fromEntries(names.map((name) => [name, 1]))).match(/^[^ ]+(?=: )/gm)).toEqual([
    ".",
    '"1"',
    "B",
    "a",
    "a2",
    "a02",
    "a10",
    "b",
    "f:x",
    "k:{}",
  ]);
});

test.each<[string, string]>([
  ["plain text", "plain text"],
  ["", '""'],
  ["yes", '"yes"'],
  ["y", '"y"'],
  ["null", '"null"'],
  ["12", '"12"'],
  ["1e3", '"1e3"'],
  ["0x10", '"0x10"'],
  ["1:30", '"1:30"'],
  ["2026-03-04T05:06:07Z", '"2026-03-04T05:06:07Z"'],
  ["2026-03-04", '"2026-03-04"'],
  ["2026-13-04", "2026-13-04"],
  ["<<", '"<<"'],
  ["5%", "5%"],
  ["a: b", "'a: b'"],
  ["a:b", "a:b"],
  ["a #b", "'a #b'"],
  ["it's: x", "'it''s: x'"],
  ["[x", "'[x'"],
  ["- x", "'- x'"],
  ["-x", "-x"],
  ["@x", "'@x'"],
  [" x", "' x'"],
  ["x ", "'x '"],
  ["---x", "'---x'"],
  ["a\tb", '"a\\tb"'],
  ["\u0001é\u00a0", '"\\x01é\u00a0"'],
  ["😀", '"\\U0001F600"'],
  ["two\nlines\n", "|\n  two\n  lines"],
  ["two\nlines", "|-\n  two\n  lines"],
  ["end\n\n", "|+\n  end\n"],
  [" x\n\ny", "|2-\n   x\n\n  y"],
  ["x \ny", '"x \\ny"'],
  ["\n", "|2+\n"],
])("the text %j is written as it reads back", (text, written) => {
  expect(emitYaml({ a: text })).toBe(`a: ${written}\n`);
  expect(parseYaml(`a: ${written}\n`).value).toEqual({ a: text });
});

test.each<[unknown, string]>([
  [9223372036854775807n, "9223372036854775807"],
  [new Float(2 ** 63), "9223372036854776000"],
  [new Float(1.8446744073709552e19), "1.8446744073709552e+19"],
  [new Float(1e20), "1e+20"],
  [-9.223372036854776e18, "-9.223372036854776e+18"],
  [123456789.12345679, "1.2345678912345679e+08"],
  [0.1, "0.1"],
  [1e-7, "1e-07"],
  [1.5e300, "1.5e+300"],
  [new Float(100), "100"],
  [-0, "0"],
  [true, "true"],
  [null, "null"],
])("the value %s is spelled as Go spells it", (value, written) => {
  expect(emitYaml({ a: value })).toBe(`a: ${written}\n`);
});

test("long texts are folded at the first blank behind the eightieth column", () => {
  const message = 'Sum.longrun01.example.com "s" is invalid: spec.i64: Invalid value: "float64": spec.i64 in body must be of type int64';
  expect(emitYaml({ message })).toBe(
    `message: 'Sum.longrun01.example.com "s" is invalid: spec.i64: Invalid value: "float64":\n  spec.i64 in body must be of type int64'\n`,
  );
  const words = "word ".repeat(40).trim();
  expect(emitYaml({ a: [words] })).toBe(`a:\n- ${"word ".repeat(15)}word\n  ${"word ".repeat(15)}word\n  ${"word ".repeat(7)}word\n`);
  expect(parseYaml(emitYaml({ a: `${words}\t` })).value).toEqual({ a: `${words}\t` });
  expect(parseYaml(emitYaml({ a: `${"x".repeat(90)}   ${words}\t y` })).value).toEqual({ a: `${"x".repeat(90)}   ${words}\t y` });
});

test("a key too long for a line gets one of its own", () => {
  const value = { ["k".repeat(130)]: { b: [1], c: "d" }, ["l".repeat(130)]: [1, 2] };
  expect(emitYaml(value)).toBe(`? ${"k".repeat(130)}\n: b:\n  - 1\n  c: d\n? ${"l".repeat(130)}\n: - 1\n  - 2\n`);
  expect(parseYaml(emitYaml(value)).value).toEqual(value);
});
