import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { kinds } from "../apis/kinds.ts";
import { CRD_FOLDER, crdFiles } from "../hack/generate-crds.ts";

describe("docs/reference/crds", () => {
  const files = crdFiles();

  it("has what hack/generate-crds.ts writes, file by file", () => {
    expect(readdirSync(CRD_FOLDER).sort()).toEqual([...files.keys()].sort());
    for (const [name, content] of files) expect(readFileSync(join(CRD_FOLDER, name), "utf8"), name).toBe(content);
  });

  it("defines every one of Datum's kinds under the name that a cluster expects", () => {
    const definitions = [...files.values()].map((content) => parse(content));
    const custom = kinds.filter(({ flavor }) => flavor === "custom");
    expect(definitions.map(({ metadata }) => metadata.name)).toEqual(custom.map(({ plural, group }) => `${plural}.${group}`));
    for (const { apiVersion, kind, spec } of definitions) {
      expect([apiVersion, kind]).toEqual(["apiextensions.k8s.io/v1", "CustomResourceDefinition"]);
      expect(spec.versions).toHaveLength(1);
      expect(spec.versions[0]).toMatchObject({ served: true, storage: true, subresources: { status: {} } });
      expect(Object.keys(spec.versions[0].schema.openAPIV3Schema.properties)).toEqual(["apiVersion", "kind", "metadata", "spec", "status"]);
    }
  });

  it("says nothing that only built-in kinds have", () => {
    for (const [name, content] of files) expect(content, name).not.toMatch(/^\s*(go|x-kubernetes-patch-strategy):/m);
  });
});
