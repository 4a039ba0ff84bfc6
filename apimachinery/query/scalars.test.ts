import { expect, test } from "vitest";
import { parseInt64, parseUint64 } from "./scalars.ts";

test("whole numbers keep all their 64 bits", () => {
  expect(parseInt64("-5")).toBe(-5);
  expect(parseInt64("+05")).toBe(5);
  expect(Object.is(parseInt64("-0"), 0)).toBe(true);
  expect(parseInt64("9007199254740993")).toBe(9007199254740993n);
  expect(parseInt64("-9223372036854775808")).toBe(-(2n ** 63n));
  expect(parseInt64(`${"0".repeat(50)}9007199254740993`)).toBe(9007199254740993n);
  expect(parseUint64("18446744073709551615")).toBe(2n ** 64n - 1n);
});

test("what is no whole number, or too large, is refused in Go's words", () => {
  expect(() => parseInt64("x")).toThrow('strconv.ParseInt: parsing "x": invalid syntax');
  expect(() => parseInt64("")).toThrow('strconv.ParseInt: parsing "": invalid syntax');
  expect(() => parseInt64("1.5")).toThrow('strconv.ParseInt: parsing "1.5": invalid syntax');
  expect(() => parseInt64("99999999999999999999")).toThrow('strconv.ParseInt: parsing "99999999999999999999": value out of range');
  expect(() => parseInt64("9".repeat(10_000))).toThrow("value out of range");
  expect(() => parseUint64("-1")).toThrow('strconv.ParseUint: parsing "-1": invalid syntax');
  expect(() => parseUint64("18446744073709551616")).toThrow('strconv.ParseUint: parsing "18446744073709551616": value out of range');
});
