import { expect, it } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { parseJsonPatch } from "./json-patch-document.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { readPatchDocument } from "./patch-document.ts";
import { printPatched } from "./print-patched.ts";

const object: JsonObject = { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "q", namespace: "n" }, data: { b: "<1>" } };

it("a patched object is printed with sorted members where the patch went, and as it stands elsewhere", () => {
  expect(printPatched(object, applyMergePatch(object, { data: { a: 1 } }))).toBe(
    '{"apiVersion":"v1","data":{"a":1,"b":"\\u003c1\\u003e"},"kind":"ConfigMap","metadata":{"name":"q","namespace":"n"}}',
  );
  expect(printPatched(object, applyMergePatch(object, { metadata: { finalizers: "one" } }))).toBe(
    '{"apiVersion":"v1","data":{"b":"\\u003c1\\u003e"},"kind":"ConfigMap","metadata":{"finalizers":"one","name":"q","namespace":"n"}}',
  );
  const { operations } = parseJsonPatch(readPatchDocument(Buffer.from('[{"op":"replace","path":"","value":[]}]')));
  expect(printPatched(object, applyJsonPatch(object, operations))).toBe("[]");
});
