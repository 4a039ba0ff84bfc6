import { describe, expect, it } from "vitest";
import { errorText } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import { embeddedMetadata } from "./embedded.ts";

const errorsOf = (metadata: Parameters<typeof embeddedMetadata>[0]) =>
  embeddedMetadata(metadata, FieldPath.of("spec", "template", "metadata")).map(errorText);

describe("the metadata of a resource inside another", () => {
  it("needs no name, and takes any that fits a path", () => {
    expect(errorsOf({})).toEqual([]);
    expect(errorsOf({ name: "" })).toEqual([]);
    expect(errorsOf({ name: "Not Valid" })).toEqual([]);
    expect(errorsOf({ name: "a/b" })).toEqual([`spec.template.metadata.name: Invalid value: "a/b": may not contain '/'`]);
  });

  it("may be of any scope", () => {
    expect(errorsOf({ namespace: "ns" })).toEqual([]);
    expect(errorsOf({ namespace: "B" })).toEqual([
      expect.stringMatching(/^spec\.template\.metadata\.namespace: Invalid value: "B": a lower/),
    ]);
  });

  it("is judged otherwise as any", () => {
    expect(errorsOf({ generateName: "a/" })).toEqual([`spec.template.metadata.generateName: Invalid value: "a/": may not contain '/'`]);
    expect(errorsOf({ labels: { "a b": "c" } })).toEqual([
      expect.stringMatching(/^spec\.template\.metadata\.labels: Invalid value: "a b": name part must/),
    ]);
    expect(errorsOf({ finalizers: ["a b"] })).toEqual([
      expect.stringMatching(/^spec\.template\.metadata\.finalizers: Invalid value: "a b": name part must/),
    ]);
  });
});
