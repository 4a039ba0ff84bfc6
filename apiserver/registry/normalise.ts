import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { apiVersionOf } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { applyDefaults } from "../../openapi/structural/defaults.ts";
import { dropNulls, prune } from "../../openapi/structural/prune.ts";

/**
 * Brings an object that was written under another schema up to the kind's present one, as kube-apiserver does on every read: what is no
 * longer declared goes, new defaults come, and the version is the one that is served. Built-in kinds keep what they hold: their schemas
 * only grow.
 */
export function normaliseStored(kind: KindDefinition, object: KubeObject): KubeObject {
  object.apiVersion = apiVersionOf(kind);
  object.kind = kind.kind;
  if (kind.flavor === "custom") {
    const json = object as unknown as JsonObject;
    prune(kind.schema, json);
    dropNulls(kind.schema, json);
    applyDefaults(kind.schema, json);
  }
  return object;
}
