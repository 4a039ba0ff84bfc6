import { type FieldError, invalid } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { copyJson } from "../../../apimachinery/json/copy.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";
import { validateEmbedded } from "../../../openapi/structural/embedded.ts";
import { isMetaField } from "../../../openapi/structural/node.ts";
import { prune } from "../../../openapi/structural/prune.ts";
import { validateSchema } from "../../../openapi/structural/validate.ts";
import { embeddedMetadata } from "../../strategy/embedded.ts";
import { schemaOfJson } from "../schema-of-json.ts";
import type { JsonSchema } from "./json-schema.ts";

/**
 * What is wrong with the defaults in a structural schema: each has to fit its own schema as it stands, and to have nothing that the schema does
 * not know (apiextensions-apiserver, pkg/apiserver/schema/defaulting/validation.go). In what maps hold, there are none.
 *
 * @param pruned defaults may not have unknown fields
 */
export function defaultErrors(schema: JsonSchema, path: FieldPath, pruned: boolean): FieldError[] {
  const errors: FieldError[] = [];
  walk(schema, path, false, true);
  return errors;

  function walk(node: JsonValue | undefined, where: FieldPath, inMeta: boolean, root: boolean): void {
    if (node === undefined || !isJsonObject(node)) return;
    const embedded = node["x-kubernetes-embedded-resource"] === true;
    const meta = inMeta && !embedded;
    if (node.default !== undefined && node.default !== null) judge(node, where.child("default"), meta);
    walk(node.items, where.child("items"), meta, false);
    if (node.properties === undefined) return;
    for (const [name, property] of Object.entries(node.properties as JsonObject)) {
      walk(property, where.child("properties").key(name), meta || ((root || embedded) && isMetaField(name)), false);
    }
  }

  function judge(node: JsonObject, where: FieldPath, meta: boolean): void {
    const value = node.default as JsonValue;
    const own = schemaOfJson(withoutIntOrString(node));
    if (pruned && !meta && hasUnknownFields(node, value)) errors.push(invalid(where, value, "must not have unknown fields"));
    const embedded = isJsonObject(value) ? validateEmbedded(own, value, embeddedMetadata, where) : [];
    errors.push(...(embedded.length > 0 ? embedded : validateSchema(own, value, where)));
  }
}

/** Where an integer or a string is wanted, Kubernetes takes any value as the default. */
function withoutIntOrString<T extends JsonValue>(json: T): T {
  if (Array.isArray(json)) return json.map(withoutIntOrString) as T;
  if (!isJsonObject(json)) return json;
  const members = Object.entries(json).filter(([name]) => name !== "x-kubernetes-int-or-string");
  return Object.fromEntries(members.map(([name, member]) => [name, name === "default" ? member : withoutIntOrString(member)])) as T;
}

/** Whether a default has fields that its schema does not know. */
export function hasUnknownFields(schema: JsonSchema, value: JsonValue): boolean {
  const wrapped = { type: "object", properties: { value: schemaOfJson(schema) } } as const;
  return prune(wrapped, { value: copyJson(value) }).length > 0;
}
