import { describe, expect, it } from "vitest";
import { goPrint, goPrintString, goType } from "./go-print.ts";
import { Float, type JsonValue } from "./json/value.ts";

describe("a JSON value in Go's words", () => {
  it.each<[JsonValue, string, string]>([
    [null, "<nil>", "<nil>"],
    [true, "true", "bool"],
    ["a b", "a b", "string"],
    [5, "5", "int64"],
    [9007199254740993n, "9007199254740993", "int64"],
    [new Float(3), "3", "float64"],
    [new Float(1e7), "1e+07", "float64"],
    [0.00001, "1e-05", "float64"],
    [[], "[]", "[]interface {}"],
    [{ b: new Float(1e7), a: [5, "x y", null, true] }, "map[a:[5 x y <nil> true] b:1e+07]", "map[string]interface {}"],
  ])("%o", (value, printed, type) => {
    expect([goPrint(value), goType(value)]).toEqual([printed, type]);
  });

  it("as a text complains about what is none", () => {
    expect(goPrintString("a")).toBe("a");
    expect(goPrintString(new Float(1e7))).toBe("%!s(float64=1e+07)");
    expect(goPrintString(null)).toBe("%!s(<nil>)");
    expect(goPrintString({ b: 1, a: [true, "x y", null] })).toBe("map[a:[%!s(bool=true) x y <nil>] b:%!s(int64=1)]");
  });
});
