import { expect, test } from "vitest";
import { formatMicroTime, formatTime, normalizeMicroTime, normalizeTime, parseMicroTime, parseTime } from "./timestamp.ts";

test("a time is stored in UTC and whole seconds", () => {
  expect(normalizeTime("2024-02-29T12:00:00Z")).toBe("2024-02-29T12:00:00Z");
  expect(normalizeTime("2024-02-29T12:00:00.999+02:00")).toBe("2024-02-29T10:00:00Z");
  expect(normalizeTime("2024-02-29T7:00:00,5-00:30")).toBe("2024-02-29T07:30:00Z");
  expect(normalizeTime("0001-01-01T00:00:00Z")).toBe("0001-01-01T00:00:00Z");
  expect(normalizeTime("1969-12-31T23:59:59.5Z")).toBe("1969-12-31T23:59:59Z");
  expect(normalizeTime("9999-12-31T23:59:59-01:00")).toBe("10000-01-01T00:59:59Z");
  expect(parseTime("1970-01-01T00:00:01.5Z")).toBe(1500);
  expect(parseTime("0001-01-01T00:00:00Z")).toBe(-62135596800000);
  expect(parseTime("2024-02-29T12:00:00Z")).toBe(Date.UTC(2024, 1, 29, 12));
  expect(formatTime(1500)).toBe("1970-01-01T00:00:01Z");
});

test("a micro time keeps six digits", () => {
  expect(normalizeMicroTime("2024-02-29T12:00:00.123456+02:00")).toBe("2024-02-29T10:00:00.123456Z");
  expect(parseMicroTime("1970-01-01T00:00:01.000001Z")).toEqual({ seconds: 1, nanoseconds: 1000 });
  expect(formatMicroTime(1500.25)).toBe("1970-01-01T00:00:01.500250Z");
});

const SECONDS = '"2006-01-02T15:04:05Z07:00"';
test.each([
  ["yesterday", `parsing time "yesterday" as ${SECONDS}: cannot parse "yesterday" as "2006"`],
  ["", `parsing time "" as ${SECONDS}: cannot parse "" as "2006"`],
  ["2024-02-29 12:00:00", `parsing time "2024-02-29 12:00:00" as ${SECONDS}: cannot parse " 12:00:00" as "T"`],
  ["2024-02-29T12:00:00", `parsing time "2024-02-29T12:00:00" as ${SECONDS}: cannot parse "" as "Z07:00"`],
  ["2024-02-30T12:00:00Z", 'parsing time "2024-02-30T12:00:00Z": day out of range'],
  ["2024-13-01T12:00:00Z", 'parsing time "2024-13-01T12:00:00Z": month out of range'],
  ["2024-12-01T24:00:00Z", 'parsing time "2024-12-01T24:00:00Z": hour out of range'],
  ["2024-12-00T12:00:00Z", 'parsing time "2024-12-00T12:00:00Z": day out of range'],
  ["2024-12-01T12:60:00Z", 'parsing time "2024-12-01T12:60:00Z": minute out of range'],
  ["2024-12-01T12:00:60Z", 'parsing time "2024-12-01T12:00:60Z": second out of range'],
  ["2024-02-01T12:00:00Zx", 'parsing time "2024-02-01T12:00:00Zx": extra text: "x"'],
  ["ä", `parsing time "\\xc3\\xa4" as ${SECONDS}: cannot parse "\\xc3\\xa4" as "2006"`],
])("the time %j is refused in Go's words", (text, message) => {
  expect(() => parseTime(text)).toThrow(message);
});

const MICRO = '"2006-01-02T15:04:05.000000Z07:00"';
test.each([
  ["2024-02-29T12:00:00Z", 'cannot parse "Z" as ".000000"'],
  ["2024-02-29T12:00:00.123Z", 'cannot parse ".123Z" as ".000000"'],
  ["2024-02-29T12:00:00.123456789Z", 'cannot parse "789Z" as "Z07:00"'],
])("the micro time %j is refused in Go's words", (text, message) => {
  expect(() => parseMicroTime(text)).toThrow(`parsing time "${text}" as ${MICRO}: ${message}`);
});
