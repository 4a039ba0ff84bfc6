import { describe, expect, it } from "vitest";
import { invalid, tooLong } from "./field/error.ts";
import { formatFloat, marshal } from "./go-text.ts";
import { Float } from "./json/value.ts";

describe("a float64", () => {
  it.each([
    [0.5, "0.5"],
    [123456, "123456"],
    [1234567, "1.234567e+06"],
    [10000000.5, "1.00000005e+07"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [-1e-7, "-1e-07"],
    [1e21, "1e+21"],
    [1.5e300, "1.5e+300"],
  ])("%d is printed as %s", (value, text) => {
    expect(formatFloat(value)).toBe(text);
  });

  it("in JSON has no zero in its exponent", () => {
    expect(marshal(1e-7)).toBe("1e-7");
    expect(marshal(new Float(1e21))).toBe("1e+21");
  });

  it("in an error of a field is no JSON", () => {
    expect(invalid("a", 1e-7, "").body).toBe("Invalid value: 1e-07");
    expect(invalid("a", new Float(1e7), "").body).toBe("Invalid value: 1e+07");
    expect(invalid("a", 10_000_000, "").body).toBe("Invalid value: 10000000");
    expect(invalid("a", [1e-7], "").body).toBe("Invalid value: [1e-7]");
  });
});

it("one byte is no bytes", () => {
  expect([tooLong("a", 1).body, tooLong("a", 2).body]).toEqual([
    "Too long: may not be more than 1 byte",
    "Too long: may not be more than 2 bytes",
  ]);
});
