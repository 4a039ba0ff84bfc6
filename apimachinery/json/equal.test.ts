import { describe, expect, it } from "vitest";
import { copyJson, nestsDeeperThan } from "./copy.ts";
import { equalJson, semanticallyEqual } from "./equal.ts";
import { Float, type JsonObject, type JsonValue } from "./value.ts";

describe("equality of JSON values", () => {
  it("ignores the order of members, and members that are undefined", () => {
    const left = { a: 1, b: [null, { c: "x" }], d: undefined } as unknown as JsonObject;
    expect(equalJson(left, { b: [null, { c: "x" }], a: 1 })).toBe(true);
    expect(equalJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(equalJson({ a: 1, b: 2 }, { a: 1, c: 2 })).toBe(false);
  });

  it("tells null from absent, lists from objects, and integers from floats", () => {
    expect(equalJson({ a: null }, {})).toBe(false);
    expect(equalJson([], {})).toBe(false);
    expect(equalJson(5, new Float(5))).toBe(false);
    expect(equalJson(new Float(5), new Float(5))).toBe(true);
    expect(equalJson(9007199254740993n, 9007199254740993n)).toBe(true);
    expect(equalJson(JSON.parse('{"__proto__":{}}'), {})).toBe(false);
  });

  it("takes null, empty and absent for alike when semantic, at any depth", () => {
    expect(semanticallyEqual({ a: { b: [], c: null, d: {} } }, { a: {} })).toBe(true);
    expect(semanticallyEqual(undefined, [])).toBe(true);
    expect(semanticallyEqual({ a: [[]] }, { a: [] })).toBe(false);
    expect(semanticallyEqual({ a: 0 }, {})).toBe(false);
    expect(semanticallyEqual({ a: "" }, {})).toBe(false);
  });
});

describe("copies of JSON values", () => {
  it("share nothing that can change", () => {
    const value: JsonValue = { list: [{ a: 1n }], float: new Float(2) };
    const copy = copyJson(value);
    expect(equalJson(copy, value)).toBe(true);
    expect(copy.list).not.toBe(value.list);
  });

  it("keep a member named __proto__ a member", () => {
    const copy = copyJson(JSON.parse('{"__proto__":{"a":1}}') as JsonObject);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
    expect((copy as { a?: unknown }).a).toBeUndefined();
  });

  it("can be refused by depth without overflowing the stack", () => {
    let value: JsonValue = [];
    for (let depth = 1; depth < 100_000; depth++) value = [value];
    expect(nestsDeeperThan(value, 99_999)).toBe(true);
    expect(nestsDeeperThan(value, 100_000)).toBe(false);
    expect(nestsDeeperThan("x", 0)).toBe(false);
  });
});
