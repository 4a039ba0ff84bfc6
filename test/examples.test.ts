import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { errorText } from "../apimachinery/field/error.ts";
import { stringify } from "../apimachinery/json/stringify.ts";
import type { JsonObject } from "../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject } from "../apimachinery/object.ts";
import { kinds } from "../apis/kinds.ts";
import { objectMeta, typeMeta } from "../apis/meta/v1/object-meta.ts";
import type { Schema } from "../apis/schema.ts";
import { decodeStruct } from "../openapi/structs/decode.ts";
import { validateCustomObject } from "../openapi/structural/custom-object.ts";
import { applyDefaults } from "../openapi/structural/defaults.ts";
import { prune } from "../openapi/structural/prune.ts";

const folder = fileURLToPath(new URL("../examples/", import.meta.url));
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) =>
    parseAllDocuments(readFileSync(folder + name, "utf8")).map((document) => ({ name, object: document.toJS() as KubeObject })),
  );

/** Everything that the server would say of a manifest: unknown members, then what is wrong. */
function complaints(object: KubeObject): string[] {
  const kind = kinds.find((candidate) => candidate.kind === object.kind && apiVersionOf(candidate) === object.apiVersion);
  if (kind === undefined) return [`no kind ${object.kind} in ${object.apiVersion}`];
  if (kind.flavor === "custom") {
    const document = structuredClone(object) as unknown as JsonObject;
    const unknown = prune(kind.schema, document);
    applyDefaults(kind.schema, document);
    return [...unknown, ...validateCustomObject(kind, document, undefined, { errors: [], validate: () => [] }).map(errorText)];
  }
  const root: Schema = { ...kind.schema, properties: { ...typeMeta, metadata: objectMeta, ...kind.schema.properties } };
  const { value, problems } = decodeStruct(root, stringify(object));
  const decoded = value as unknown as KubeObject;
  kind.strategy.setDefaults?.(decoded);
  return [...problems, ...(kind.strategy.validate?.(decoded) ?? []).map(errorText)];
}

describe("examples", () => {
  it.each(manifests)("$name is a good object", ({ object }) => {
    expect(complaints(object)).toEqual([]);
  });

  it("show the kinds that people write by hand", () => {
    expect(new Set(manifests.map(({ object }) => object.kind))).toEqual(
      new Set(
        "Namespace ConfigMap Secret ServiceAccount ResourceQuota Lease PriorityLevelConfiguration FlowSchema Location Network NetworkBinding SubnetClaim Workload".split(
          " ",
        ),
      ),
    );
  });
});
