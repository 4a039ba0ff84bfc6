import { describe, expect, it } from "vitest";
import { invalid, tooLong } from "./field/error.ts";
import { formatFloat, marshal, quote } from "./go-text.ts";
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

describe("a quoted text", () => {
  it.each([
    ["plain `text`, ~!", '"plain `text`, ~!"'],
    ['say "a\\b"', '"say \\"a\\\\b\\""'],
    ["\u0007\b\f\n\r\t\v\u0000\u007f", '"\\a\\b\\f\\n\\r\\t\\v\\x00\\x7f"'],
    ["é 世界 €", '"é 世界 €"'],
    ["\u00a0\u00ad\u200b\ud800\u{1f600}\u{e0001}", '"\\u00a0\\u00ad\\u200b\\ud800😀\\U000e0001"'],
  ])("%j", (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it("may be of any length", () => {
    expect(quote("-".repeat(3_000_000))).toHaveLength(3_000_002);
    expect(quote("é\n".repeat(1_000_000))).toHaveLength(3_000_002);
  });

  it("in JSON has Go's escapes", () => {
    expect(marshal("a<b>&\u2028\n\ud800é")).toBe('"a\\u003cb\\u003e\\u0026\\u2028\\n\\ud800é"');
  });
});
