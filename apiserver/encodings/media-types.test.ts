import { expect, test } from "vitest";
import { bodyMediaType } from "./media-types.ts";

test.each([
  undefined,
  "",
  "application/json",
  "application/json; charset=utf-8",
  'application/json;a="b;c";d=e',
  "application/json;",
  "Application/JSON",
  " application/json ",
])("the content type %j is JSON", (contentType) => {
  expect(bodyMediaType(contentType)).toBe("application/json");
});

test("YAML and protobuf are known, protobuf to built-in kinds only", () => {
  expect(bodyMediaType("application/yaml; charset=utf-8")).toBe("application/yaml");
  expect(bodyMediaType("application/vnd.kubernetes.protobuf")).toBe("application/vnd.kubernetes.protobuf");
  expect(() => bodyMediaType("application/vnd.kubernetes.protobuf", "custom")).toThrow("unknown format");
});

test.each([
  "application/json; charset",
  "application/json;;",
  "application/json, application/yaml",
  "text/json",
  "application/x-yaml",
  "application/*",
  "*/*",
  "json",
  "/",
  "application/merge-patch+json",
])("the content type %j is refused", (contentType) => {
  expect(() => bodyMediaType(contentType)).toThrow(
    "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  );
});
