import { expect, test } from "vitest";
import { Float } from "../json/value.ts";
import { JsonPath, printValue } from "./json-path.ts";

const full = {
  metadata: { labels: { "example.com/a": "L" } },
  spec: {
    list: ["a", "b", "c", "d"],
    items: [{ name: "x", n: 1 }, { name: "y", n: 2, flag: true }, { n: 3 }],
    map: { k: "v", a: 1 },
    one: 1,
    two: 2,
    solo: { a: "alone" },
    in: { deep: "D1", more: { deep: "D2" } },
    nothing: null,
    "it's": "quoted",
  },
  status: {
    conditions: [
      { type: "Other", status: "No" },
      { type: "Ready", status: "True" },
      { type: "Ready", status: "Second" },
    ],
  },
};

test.each([
  ['.status.conditions[?(@.type=="Ready")].status', ["True", "Second"]],
  [".status.conditions[?(@.type=='Ready')].status", ["True", "Second"]],
  [".status.conditions[?(@.type!='Ready')].status", ["No"]],
  ['.status.conditions[?(@.type==")")].status', []],
  [".spec.list[0]", ["a"]],
  [".spec.list[-1]", ["d"]],
  [".spec.list[-2]", ["c"]],
  [".spec.list[-1:]", ["d"]],
  [".spec.list[1:3]", ["b", "c"]],
  [".spec.list[::2]", ["a", "c"]],
  [".spec.list[2:2]", []],
  [".spec.list[*]", ["a", "b", "c", "d"]],
  [".spec.list[0,-1]", ["a", "d"]],
  [".spec['one', 'two']", [1, 2]],
  [".spec.items[*].name", ["x", "y"]],
  [".spec.items[?(@.n>1)].n", [2, 3]],
  [".spec.items[?(@.n<=1)].n", [1]],
  [".spec.items[?(@.flag)].name", ["y"]],
  [".spec.items[?(@.flag==true)].name", ["y"]],
  [".spec..deep", ["D1", "D2"]],
  [".spec.solo.*", ["alone"]],
  [".spec.nothing", [null]],
  [".metadata.labels.example\\.com/a", ["L"]],
  [".metadata.labels['example\\.com/a']", ["L"]],
  [".metadata.labels['example.com/a']", []],
  ["$.spec.one", [1]],
  [".nowhere[0].at.all", []],
  [".constructor", []],
  [".__proto__", []],
  [".spec.one}{.spec.two", [1]],
  [".spec.one 'text'", ["text"]],
])("%s finds %j", (path, values) => {
  expect(JsonPath.parse(path).find(full)).toEqual(values);
});

test.each([
  [".spec.list[4]", "array index out of bounds: index 4, length 4"],
  [".spec.list[1:9]", "array index out of bounds: index 8, length 4"],
  [".spec.list[3:1]", "starting index 3 is greater than ending index 1"],
  [".spec.list[0:2:0]", "step must be > 0"],
  [".spec.map[0]", "value is not array or slice"],
  [".spec.map[?(@.a)]", "value is not array or slice and cannot be filtered"],
  [".status.conditions[?(@.type==1)]", "incompatible types for comparison"],
  [".spec.items[?(@.flag>false)]", "invalid type for comparison"],
  [".spec.items[?(@.n=!1)]", "unrecognized filter operator =!"],
  [".spec.items[?(@..n==1)].n..x word", "unrecognized identifier word"],
])("%s cannot be followed", (path, message) => {
  const parsed = JsonPath.parse(path);
  expect(() => parsed.find(full)).toThrow(message);
  expect(parsed.first(full)).toBeUndefined();
});

test.each([
  [".spec.list[", "unterminated array"],
  [".spec.list[a]", "invalid array index a"],
  ['.spec["one"]', 'invalid array index "one"'],
  [".spec.list[0:-]", "array index - is not a number"],
  [".spec[?(@.a", "unterminated filter"],
  [".spec[?(@.a) ]", "unclosed array expect ]"],
  [".spec....a", "invalid multiple recursive descent"],
  [".spec 'a", "unterminated quoted string"],
  [".spec #", 'unrecognized character in action: "#"'],
  [".spec\n.a", "unclosed action"],
])("%s does not parse", (path, message) => {
  expect(() => JsonPath.parse(path)).toThrow(message);
});

test("a filter that compares with nothing asks whether there is something", () => {
  expect(JsonPath.parse(".items[?(@.a=)]").find({ items: [{ a: 1 }, { "a=": 1 }] })).toEqual([{ "a=": 1 }]);
});

test("integers and floats are different kinds", () => {
  const items = [{ n: 5 }, { n: 9007199254740993n }];
  expect(JsonPath.parse(".items[?(@.n==9007199254740993)].n").find({ items })).toEqual([9007199254740993n]);
  expect(JsonPath.parse(".items[?(@.n>5)].n").find({ items })).toEqual([9007199254740993n]);
  expect(JsonPath.parse(".items[?(@.n==5.0)].n").first({ items })).toBeUndefined();
  expect(JsonPath.parse(".items[?(@.n==5.0)].n").find({ items: [{ n: new Float(5) }] })).toEqual([new Float(5)]);
});

test("descents that multiply end before they take long", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 1000; i++) deep = { a: deep };
  expect(() => JsonPath.parse("..a..a..a..a").find(deep)).toThrow("the path leads to too many values");
});

test.each([
  [null, "<no value>"],
  ["", ""],
  [5, "5"],
  [9007199254740993n, "9007199254740993"],
  [true, "true"],
  [0.1, "0.1"],
  [10000000.5, "1.00000005e+07"],
  [0.00001, "1e-05"],
  [100000.5, "100000.5"],
  [new Float(1e21), "1e+21"],
  [new Float(3), "3"],
  [{ b: 1, a: "x", c: { d: null } }, '{"a":"x","b":1,"c":{"d":null}}'],
  [["x", 1, true, null, { a: 1 }], '["x",1,true,null,{"a":1}]'],
])("a value is printed as Go prints it, case %#", (value, text) => {
  expect(printValue(value)).toBe(text);
});

test("blanks around the parts of a union do not count, however many there are", () => {
  const blanks = " ".repeat(200_000);
  expect(JsonPath.parse(`.a[${blanks}0${blanks},${blanks}2]`).find({ a: [1, 2, 3] })).toEqual([1, 3]);
  expect(() => JsonPath.parse(`.a[0${blanks}1,2]`)).toThrow("invalid array index");
});
