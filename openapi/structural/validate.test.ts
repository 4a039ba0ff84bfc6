import { describe, expect, test } from "vitest";
import { errorText, UNTOLD } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import { Float, type JsonValue } from "../../apimachinery/json/value.ts";
import { invalid } from "../../apimachinery/status/status.ts";
import type { Schema } from "../../apis/schema.ts";
import { validateSchema, validateUpdate } from "./validate.ts";

/** What is said of `value` as the field `f`. */
const said = (schema: Schema, value: JsonValue) =>
  validateSchema({ type: "object", properties: { f: schema } }, { f: value }).map(errorText);

const loose = (text: string) => `<nil>: Invalid value: "": ${text}`;

describe("types", () => {
  test.each<[string, Schema, JsonValue, string]>([
    ["an integer is no string", { type: "string" }, 3, 'integer": f in body must be of type string: "integer"'],
    ["a fraction is a number", { type: "string" }, 1.5, 'number": f in body must be of type string: "number"'],
    ["null needs nullable", { type: "object" }, null, 'null": f in body must be of type object: "null"'],
    [
      "int-or-string names both",
      { "x-kubernetes-int-or-string": true },
      true,
      'boolean": f in body must be of type integer,string: "boolean"',
    ],
    ["a list is no map", { type: "object" }, [], 'array": f in body must be of type object: "array"'],
  ])("%s", (_, schema, value, text) => {
    expect(said(schema, value)).toEqual([`f: Invalid value: "${text}`]);
  });

  test("whole floats are integers, integers are numbers, and int-or-string takes both its kinds", () => {
    for (const value of [5, 9007199254740993n, new Float(5)]) expect(said({ type: "integer" }, value)).toEqual([]);
    expect(said({ type: "number" }, 5)).toEqual([]);
    for (const value of [5, "5%"]) expect(said({ "x-kubernetes-int-or-string": true }, value)).toEqual([]);
    expect(said({ type: "string", nullable: true }, null)).toEqual([]);
  });

  test("a number that its type or format cannot hold is reported at no field", () => {
    expect(said({ type: "integer" }, 1.5)).toEqual([
      'f: Invalid value: "number": f in body must be of type integer: "number"',
      loose("Checked value must be of type integer (default format) in f"),
    ]);
    expect(said({ type: "integer", format: "int32" }, 2147483648)).toEqual([
      loose("Checked value must be of type integer with format int32 in f"),
    ]);
    expect(said({ type: "integer", format: "int64" }, new Float(2 ** 63))).toEqual([
      'f: Invalid value: "float64": f in body must be of type int64: "float64"',
      loose("Checked value must be of type integer with format int64 in f"),
    ]);
    expect(said({ type: "number", format: "float" }, new Float(1e39))).toEqual([
      loose("Checked value must be of type number with format float in f"),
    ]);
  });
});

describe("limits", () => {
  test.each<[string, Schema, JsonValue, string]>([
    ["minimum", { type: "integer", minimum: 1 }, 0, "Invalid value: 0: f in body should be greater than or equal to 1"],
    [
      "an exclusive one",
      { type: "integer", minimum: 1, exclusiveMinimum: true },
      1,
      "Invalid value: 1: f in body should be greater than 1",
    ],
    ["a fractional one", { type: "number", minimum: 0.5 }, 0.25, "Invalid value: 0.25: f in body should be greater than or equal to 0.5"],
    [
      "a large one",
      { type: "number", maximum: 1e7 },
      10_000_000.5,
      "Invalid value: 1.00000005e+07: f in body should be less than or equal to 1e+07",
    ],
    ["a maximum, cut for integers", { type: "number", maximum: 1.5 }, 2, "Invalid value: 2: f in body should be less than or equal to 1"],
    ["multipleOf", { type: "integer", multipleOf: 3 }, 4, "Invalid value: 4: f in body should be a multiple of 3"],
    ["a fractional one", { type: "number", multipleOf: 0.1 }, 0.35, "Invalid value: 0.35: f in body should be a multiple of 0.1"],
    ["minLength", { type: "string", minLength: 2 }, "a", 'Invalid value: "a": f in body should be at least 2 chars long'],
    ["maxLength", { type: "string", maxLength: 4 }, "😀😀😀😀😀", "Too long: may not be more than 4 bytes"],
    ["minItems", { type: "array", minItems: 1 }, [], "Invalid value: 0: f in body should have at least 1 items"],
    ["maxItems", { type: "array", maxItems: 1 }, [1, 2], "Too many: 2: must have at most 1 item"],
    ["minProperties", { type: "object", minProperties: 1 }, {}, "Invalid value: 0: f in body should have at least 1 properties"],
    ["maxProperties", { type: "object", maxProperties: 1 }, { a: 1, b: 2 }, "Too many: 2: must have at most 1 item"],
    ["pattern", { type: "string", pattern: "^[a-z]+$" }, "Abc", "Invalid value: \"Abc\": f in body should match '^[a-z]+$'"],
    ["enum", { type: "string", enum: ["red", "blue"] }, "green", 'Unsupported value: "green": supported values: "red", "blue"'],
    ["enum of integers", { type: "integer", enum: [1, 2] }, 3, 'Unsupported value: 3: supported values: "1", "2"'],
    ["a closed map", { type: "object", additionalProperties: false }, { a: 1 }, 'Invalid value: "a": f.a in body is a forbidden property'],
    ["a format", { type: "string", format: "ipv4" }, "::1", 'Invalid value: "::1": f in body must be of type ipv4: "::1"'],
  ])("%s", (_, schema, value, text) => {
    expect(said(schema, value)).toEqual([`f: ${text}`]);
  });

  test("what fits passes: code points are counted, patterns are not anchored, unknown formats are not checked", () => {
    expect(said({ type: "string", maxLength: 4 }, "😀😀😀😀")).toEqual([]);
    expect(said({ type: "string", pattern: "b+" }, "abbc")).toEqual([]);
    expect(said({ type: "string", format: "nonsense" }, "x")).toEqual([]);
    expect(said({ type: "number", multipleOf: 0.1 }, 0.3)).toEqual([]);
    expect(said({ type: "integer", enum: [1] }, new Float(1))).toEqual([]);
  });

  test("a pattern that would take exponential time elsewhere is answered at once", () => {
    expect(said({ type: "string", pattern: "^(a+)+$" }, `${"a".repeat(50_000)}!`)).toHaveLength(1);
  });
});

describe("objects and lists", () => {
  test("missing fields come after the errors of those that are there, items before the length of their list", () => {
    const schema: Schema = {
      type: "object",
      required: ["gone"],
      properties: { l: { type: "array", maxItems: 1, items: { type: "string" } }, o: { type: "object", required: ["a", "b"] } },
    };
    expect(validateSchema(schema, { l: ["x", 2], o: {} }).map(errorText)).toEqual([
      'l[1]: Invalid value: "integer": l[1] in body must be of type string: "integer"',
      "l: Too many: 2: must have at most 1 item",
      "o.a: Required value",
      "o.b: Required value",
      "gone: Required value",
    ]);
  });

  test("an error of a type does not hide the enum", () => {
    expect(said({ type: "string", enum: ["a"] }, null)).toEqual([
      'f: Invalid value: "null": f in body must be of type string: "null"',
      'f: Unsupported value: null: supported values: "a"',
    ]);
  });

  test("the status is checked under a prefix that the sentences lack", () => {
    const errors = validateSchema(
      { type: "object", properties: { size: { type: "integer" } }, required: ["x"] },
      { size: 1.5 },
      FieldPath.of("status"),
    );
    expect(errors.map(errorText)).toEqual([
      'status.size: Invalid value: "number": size in body must be of type integer: "number"',
      'status: Invalid value: "": Checked value must be of type integer (default format) in size',
      "status.x: Required value",
    ]);
  });
});

describe("combinators", () => {
  test("anyOf tells of the branch that came closest", () => {
    const quantity: Schema = { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] };
    expect(said(quantity, true)).toEqual([
      'f: Invalid value: "boolean": f in body must be of type integer,string: "boolean"',
      loose('"f" must validate at least one schema (anyOf)'),
      'f: Invalid value: "boolean": f in body must be of type integer: "boolean"',
    ]);
    const sizes: Schema = {
      type: "object",
      anyOf: [{ properties: { kind: { enum: ["small"] }, size: { maximum: 10 } } }, { properties: { kind: { enum: ["large"] } } }],
    };
    expect(said(sizes, { kind: "small", size: 50 })).toEqual([
      loose('"f" must validate at least one schema (anyOf)'),
      "f.size: Invalid value: 50: f.size in body should be less than or equal to 10",
    ]);
    expect(said(sizes, { kind: "large", size: 50 })).toEqual([]);
  });

  test("oneOf wants exactly one", () => {
    const one: Schema = { type: "integer", oneOf: [{ multipleOf: 2 }, { multipleOf: 3 }] };
    expect(said(one, 4)).toEqual([]);
    expect(said(one, 6)).toEqual([loose('"f" must validate one and only one schema (oneOf). Found 2 valid alternatives')]);
    expect(said(one, 5)).toEqual([
      loose('"f" must validate one and only one schema (oneOf). Found none valid'),
      "f: Invalid value: 5: f in body should be a multiple of 2",
    ]);
  });

  test("allOf tells of every branch, not of none", () => {
    expect(said({ type: "string", allOf: [{ minLength: 2 }, { maxLength: 3 }] }, "abcd")).toEqual([
      "f: Too long: may not be more than 3 bytes",
      loose('"f" must validate all the schemas (allOf)'),
    ]);
    expect(said({ type: "integer", allOf: [{ minimum: 5 }] }, 1)[1]).toBe(
      loose('"f" must validate all the schemas (allOf). None validated'),
    );
    expect(said({ type: "string", not: { enum: ["bad"] } }, "bad")).toEqual([loose('"f" must not validate the schema (not)')]);
  });
});

describe("updates", () => {
  const short: Schema = { type: "string", maxLength: 2 };
  const schema: Schema = {
    type: "object",
    properties: {
      s: short,
      l: { type: "array", items: short },
      m: {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        items: { type: "object", properties: { name: { type: "string" }, v: short } },
      },
      o: { type: "object", properties: { a: short, b: short }, required: ["a"] },
    },
  };
  const old = { s: "sss", l: ["aaa"], m: [{ name: "x", v: "vvv" }], o: { b: "b" } };
  const fields = (change: { [name: string]: JsonValue }) => validateUpdate(schema, { ...old, ...change }, old).map(({ field }) => field);

  test("what was wrong and stays as it was is let through", () => {
    expect(fields({})).toEqual([]);
    expect(fields({ o: { b: "b" }, s: "ok" })).toEqual([]);
  });

  test("another wrong value is not", () => {
    expect(fields({ s: "ttt" })).toEqual(["s"]);
    expect(fields({ o: { b: "c" } })).toEqual(["o.a"]);
  });

  test("items correspond by key only", () => {
    expect(fields({ m: [{ name: "y" }, { name: "x", v: "vvv" }] })).toEqual([]);
    expect(fields({ m: [{ name: "y", v: "vvv" }] })).toEqual(["m[0].v"]);
    expect(fields({ l: ["aaa", "b"] })).toEqual(["l[0]"]);
  });
});

describe("more errors than an answer has room for", () => {
  const schema: Schema = { type: "object", properties: { f: { type: "array", items: { type: "string", enum: ["a"] } } } };
  const value = { f: Array.from({ length: 30_000 }, () => "b") };

  test("are counted, and the answer says how many it leaves out", () => {
    const errors = validateSchema(schema, value);
    expect(errors).toHaveLength(30_000);
    expect(errorText(errors[9_999]!)).toBe('f[9999]: Unsupported value: "b": supported values: "a"');
    expect(errors[10_000]).toBe(UNTOLD);
    const { message, details } = invalid({ group: "", kind: "Box" }, "x", errors).status;
    expect(details?.causes).toHaveLength(10_000);
    expect(message).toMatch(/, and 20000 more errors$/);
  });

  test("are counted in branches too, and forgiven where they were there before", () => {
    const branches: Schema = { type: "object", properties: { f: { anyOf: [{ type: "string" }, schema.properties!.f!] } } };
    expect(validateSchema(branches, value)).toHaveLength(30_001);
    expect(validateUpdate(schema, { ...value, g: 1 }, value)).toEqual([]);
  });
});
