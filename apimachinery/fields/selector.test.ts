import { expect, test } from "vitest";
import { checkFieldLabels } from "./labels.ts";
import { parseFieldSelector } from "./selector.ts";

const matches = (text: string, values: Record<string, string>) => parseFieldSelector(text).matches((field) => values[field] ?? "");

test("fields are compared with values as they stand, a missing one is empty", () => {
  expect(matches("a=1,b!=2", { a: "1" })).toBe(true);
  expect(matches("a==1", { a: "1" })).toBe(true);
  expect(matches("a= 1", { a: "1" })).toBe(false);
  expect(matches("a=", {})).toBe(true);
  expect(matches("a!=", {})).toBe(false);
  expect(matches(",a=1,", { a: "1" })).toBe(true);
  expect(matches("a=1,a=2", { a: "1" })).toBe(false);
  expect(matches("a=Not A Name!", { a: "Not A Name!" })).toBe(true);
});

test("backslashes keep commas, equal signs and backslashes in values", () => {
  expect(matches("a=x\\=y\\,z\\\\", { a: "x=y,z\\" })).toBe(true);
  const text = "a=x\\=y\\,z,b!=\\\\";
  expect(parseFieldSelector(text).toString()).toBe(text);
});

test("an exact match is told apart from an exclusion", () => {
  const selector = parseFieldSelector("metadata.name!=a,spec.x=b");
  expect(selector.requiresExactMatch("spec.x")).toBe("b");
  expect(selector.requiresExactMatch("metadata.name")).toBeUndefined();
});

test.each([
  ["metadata.name in (a,b)", "invalid selector: 'metadata.name in (a,b)'; can't understand 'b)'"],
  ["metadata.name", "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ["!metadata.name", "invalid selector: '!metadata.name'; can't understand '!metadata.name'"],
  ["a=b\\x", "invalid field selector: invalid escape sequence: \\x"],
  ["a=b\\", "invalid field selector: invalid escape sequence: \\"],
  ["a===b", "invalid field selector: unescaped character in value: 61"],
])("%j does not parse", (text, message) => {
  expect(() => parseFieldSelector(text)).toThrow(message);
});

test("a field that the kind does not offer is refused in the words of the kind's sort", () => {
  const refusal = (kind: Parameters<typeof checkFieldLabels>[0], text: string) => {
    try {
      checkFieldLabels(kind, parseFieldSelector(text));
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  const configMap = { scope: "Namespaced", flavor: "builtin", selectableFields: {} } as const;
  const clusterRole = { ...configMap, scope: "Cluster" } as const;
  const secret = { ...configMap, selectableFields: { type: true } } as const;
  const namespace = { scope: "Cluster", flavor: "builtin", selectableFields: { "status.phase": true } } as const;
  const custom = { scope: "Namespaced", flavor: "custom", selectableFields: {} } as const;
  expect(refusal(configMap, "metadata.name=a,metadata.uid=1")).toBe(
    '"metadata.uid" is not a known field selector: only "metadata.name", "metadata.namespace"',
  );
  expect(refusal(clusterRole, "metadata.namespace=x")).toBe("");
  expect(refusal(secret, "type=Opaque,metadata.namespace=x")).toBe("");
  expect(refusal(secret, "data=x")).toBe("field label not supported: data");
  expect(refusal(secret, "constructor=x")).toBe("field label not supported: constructor");
  expect(refusal(namespace, "metadata.namespace=x")).toBe("field label not supported: metadata.namespace");
  expect(refusal(custom, "metadata.namespace=x")).toBe("");
  expect(refusal(custom, ".spec.color=red")).toBe("field label not supported: .spec.color");
});
