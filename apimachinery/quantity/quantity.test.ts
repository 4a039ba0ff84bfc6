import { expect, test } from "vitest";
import { Quantity } from "./quantity.ts";

test.each([
  ["0", "0"],
  ["1000", "1k"],
  ["1500m", "1500m"],
  ["2000m", "2"],
  ["0.1", "100m"],
  ["0.5", "500m"],
  ["1.5", "1500m"],
  ["010", "010"],
  ["+5", "+5"],
  ["-1.5", "-1500m"],
  ["1024Mi", "1Gi"],
  ["1000M", "1G"],
  ["1.5Gi", "1536Mi"],
  ["1Ki", "1Ki"],
  ["8Ki", "8Ki"],
  ["1000Ki", "1000Ki"],
  [".001Ki", "1024m"],
  [".000000000001Ki", "2n"],
  ["1e3", "1e3"],
  ["1000e3", "1e6"],
  ["1E", "1E"],
  ["1000E", "1e21"],
  ["0.0000000001", "1n"],
  ["-0.0000000001", "-1n"],
  ["9223372036854775808Ki", "9223372036854775807"],
  ["00m", "0"],
  ["12345678901234567890", "12345678901234567890"],
])("%s is written as %s", (text, canonical) => {
  expect(Quantity.parse(text).toString()).toBe(canonical);
});

test("what is no quantity is refused in Kubernetes' words", () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  for (const text of ["", "many", "1 Gi", "1.2.3"]) expect(() => Quantity.parse(text)).toThrow(format);
  for (const text of ["1KiB", "1kk", "1e", "1e99999999999"]) {
    expect(() => Quantity.parse(text)).toThrow(text === "1KiB" ? format : "unable to parse quantity's suffix");
  }
});

test("a text of any length is judged in one go", () => {
  const zeros = "0".repeat(1_000_000);
  for (const text of [`${zeros}x`, `1.${zeros}x`, `${zeros}.${zeros}x`, `1${"E".repeat(1_000_000)}`, `1e${"1".repeat(1_000_000)}x`]) {
    expect(() => Quantity.parse(text)).toThrow();
  }
  expect(Quantity.parse(`${zeros}5.50`).toString()).toBe("5500m");
});

test("amounts compare and add up exactly across suffixes", () => {
  expect(Quantity.parse("1Ki").compare(Quantity.parse("1024"))).toBe(0);
  expect(Quantity.parse("100m").compare(Quantity.parse("0.2"))).toBe(-1);
  expect(Quantity.parse("1e900").compare(Quantity.parse("-1n"))).toBe(1);
  expect(Quantity.parse("0.1").plus(Quantity.parse("0.2")).toString()).toBe("300m");
  expect(Quantity.zero.plus(Quantity.parse("1Ki")).minus(Quantity.parse("1")).toString()).toBe("1023");
  expect(Quantity.parse("1.5Gi").toNumber()).toBe(1.5 * 2 ** 30);
  expect(JSON.stringify(Quantity.parse("1000"))).toBe('"1k"');
  expect(Quantity.parse("1u").roundedToMilli().toString()).toBe("1m");
});
