import { expect, test } from "vitest";
import { formatDuration, humanAge, humanDuration, parseDuration } from "./duration.ts";

test("durations are sums of amounts with units", () => {
  expect(parseDuration("32s")).toBe(32_000);
  expect(parseDuration("1m30s")).toBe(90_000);
  expect(parseDuration("-1.5h")).toBe(-5_400_000);
  expect(parseDuration(".5ms")).toBe(0.5);
  expect(parseDuration("1.s")).toBe(1000);
  expect(parseDuration("1µs")).toBe(0.001);
  expect(parseDuration("0")).toBe(0);
  expect(parseDuration("+0s")).toBe(0);
});

test.each([
  ["soon", 'time: invalid duration "soon"'],
  ["", 'time: invalid duration ""'],
  ["-", 'time: invalid duration "-"'],
  [".s", 'time: invalid duration ".s"'],
  ["5", 'time: missing unit in duration "5"'],
  ["1m1x", 'time: unknown unit "x" in duration "1m1x"'],
  ["1 s", 'time: unknown unit " s" in duration "1 s"'],
  ["2562048h", 'time: invalid duration "2562048h"'],
])("the duration %j is refused in Go's words", (text, message) => {
  expect(() => parseDuration(text)).toThrow(message);
});

test.each([
  [-2000, "<invalid>"],
  [-1999, "0s"],
  [119_999, "119s"],
  [120_000, "2m"],
  [125_000, "2m5s"],
  [600_000, "10m"],
  [179 * 60_000, "179m"],
  [180 * 60_000, "3h"],
  [200 * 60_000, "3h20m"],
  [8 * 3_600_000, "8h"],
  [48 * 3_600_000, "2d"],
  [50 * 3_600_000, "2d2h"],
  [8 * 86_400_000, "8d"],
  [730 * 86_400_000, "2y"],
  [760 * 86_400_000, "2y30d"],
  [3000 * 86_400_000, "8y"],
  [63_000_000_000_000, "292y"],
])("%d ms are %s", (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test("an age is told of what has a timestamp", () => {
  const now = Date.UTC(2024, 0, 2);
  expect(humanAge("2024-01-01T00:00:00Z", now)).toBe("24h");
  expect(humanAge(undefined, now)).toBe("<unknown>");
  expect(humanAge("", now)).toBe("<unknown>");
  expect(humanAge("yesterday", now)).toBe("<invalid>");
  expect(humanAge("2024-01-03T00:00:00Z", now)).toBe("<invalid>");
});

test.each(["0s", "1ns", "1.5\u00b5s", "300ms", "1.5s", "59.999s", "1m0s", "1m30s", "1h0m0s", "100h1m0.25s", "-5m0s"])(
  "the duration %s is printed as Go prints it",
  (text) => {
    expect(formatDuration(parseDuration(text))).toBe(text);
  },
);
