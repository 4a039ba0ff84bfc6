import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { configMap } from "./config-map.ts";

const object = (members: Record<string, unknown>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c" },
  ...members,
});
const errorsOf = (members: Record<string, unknown>) => configMap.strategy.validate?.(object(members)).map(errorText);
const changeErrors = (now: Record<string, unknown>, before: Record<string, unknown>) =>
  configMap.strategy.validateUpdate?.(object(now), object(before)).map(errorText);

const BAD_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const FIXED = "Forbidden: field is immutable when `immutable` is set";

describe("a ConfigMap", () => {
  it("takes keys that can be file names", () => {
    expect(errorsOf({ data: { "a.txt": "1", "B_2-c": "", ".d": "x" }, binaryData: { bin: "AAEC" } })).toEqual([]);
    expect(errorsOf({})).toEqual([]);
  });

  it("refuses others in both members, by key", () => {
    expect(errorsOf({ data: { "a b": "1", "..": "1", "..d": "1" }, binaryData: { "": "" } })).toEqual([
      `data[a b]: Invalid value: "a b": ${BAD_KEY}`,
      "data[..]: Invalid value: \"..\": must not be '..'",
      "data[..d]: Invalid value: \"..d\": must not start with '..'",
      `binaryData[]: Invalid value: "": ${BAD_KEY}`,
    ]);
  });

  it("refuses a key that stands in both members, a harmless __proto__ among them", () => {
    const data = JSON.parse('{"a":"1","__proto__":"1"}');
    expect(errorsOf({ data, binaryData: JSON.parse('{"a":"AA==","__proto__":"AA=="}') })).toEqual([
      'data[a]: Invalid value: "a": duplicate of key present in binaryData',
      'data[__proto__]: Invalid value: "__proto__": duplicate of key present in binaryData',
    ]);
    expect(errorsOf({ data })).toEqual([]);
  });

  it("holds one MiB at most, texts and bytes together, and blames no field", () => {
    const half = "x".repeat(512 * 1024);
    const bytes = Buffer.alloc(512 * 1024).toString("base64");
    expect(errorsOf({ data: { a: half }, binaryData: { b: bytes } })).toEqual([]);
    expect(errorsOf({ data: { a: half, c: "y" }, binaryData: { b: bytes } })).toEqual(["[]: Too long: may not be more than 1048576 bytes"]);
  });

  it("once immutable, keeps its data and stays immutable", () => {
    const before = { immutable: true, data: { a: "1" } };
    expect(changeErrors({ data: { a: "2" }, binaryData: { b: "AAAA" }, immutable: false }, before)).toEqual([
      `immutable: ${FIXED}`,
      `data: ${FIXED}`,
      `binaryData: ${FIXED}`,
    ]);
    expect(changeErrors({ ...before, data: {} }, before)).toEqual([`data: ${FIXED}`]);
    expect(changeErrors(before, before)).toEqual([]);
    expect(changeErrors({ immutable: true, data: { a: "2" } }, { data: { a: "1" } })).toEqual([]);
  });

  it("shows how many keys it has in tables", () => {
    const data = configMap.columns.find(({ name }) => name === "Data");
    expect(data?.cell?.(object({ data: { a: "1" }, binaryData: { b: "AA==" } }), 0)).toBe(2);
    expect(data?.cell?.(object({}), 0)).toBe(0);
  });
});
