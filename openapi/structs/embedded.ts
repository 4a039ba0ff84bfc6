import { marshal } from "../../apimachinery/go-text.ts";
import { DecodeError, JsonTypeError } from "../../apimachinery/json/decode-error.ts";
import { pathOf } from "../../apimachinery/json/reader.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { hasEmbedded, memberOf } from "../structural/node.ts";
import { decodeStruct } from "./decode.ts";

/**
 * Reads, in place, the metadata of every embedded resource below the root as ObjectMeta, and returns what was unknown in it:
 * `unknown field "spec.template.metadata.foo"` (apiextensions-apiserver, pkg/apiserver/schema/objectmeta).
 *
 * Throws a JsonTypeError: `spec.template.kind: Invalid value: 3: must be a string`,
 * `spec.template.metadata: Invalid value: "x": json: cannot unmarshal string into Go value of type v1.ObjectMeta`.
 */
export function coerceEmbedded(schema: Schema, object: JsonObject): string[] {
  const problems: string[] = [];
  if (hasEmbedded(schema)) walk(schema, object, [], problems);
  return problems;
}

function walk(schema: Schema, value: JsonValue, steps: (string | number)[], problems: string[]): void {
  if (!hasEmbedded(schema)) return;
  const inside = (step: string | number, child: Schema | undefined, member: JsonValue) => {
    if (child === undefined) return;
    steps.push(step);
    walk(child, member, steps, problems);
    steps.pop();
  };
  if (Array.isArray(value)) for (const [index, item] of value.entries()) inside(index, schema.items, item);
  else if (isJsonObject(value)) {
    if (schema["x-kubernetes-embedded-resource"]) coerce(value, steps, problems);
    for (const name of Object.keys(value)) inside(name, memberOf(schema, name), value[name] as JsonValue);
  }
}

function coerce(resource: JsonObject, steps: readonly (string | number)[], problems: string[]): void {
  for (const name of ["apiVersion", "kind"]) {
    const value = resource[name];
    if (value !== undefined && typeof value !== "string") throw wrong([...steps, name], value, "must be a string");
  }
  const { metadata } = resource;
  if (metadata === undefined) return;
  const path = [...steps, "metadata"];
  try {
    const decoded = decodeStruct(objectMeta, stringify(metadata), { at: pathOf(path) });
    resource.metadata = decoded.value;
    for (const problem of decoded.problems) problems.push(problem);
  } catch (error) {
    throw error instanceof DecodeError ? wrong(path, metadata, error.message) : error;
  }
}

const wrong = (steps: readonly (string | number)[], value: JsonValue, detail: string) =>
  new JsonTypeError(`${pathOf(steps)}: Invalid value: ${marshal(value)}: ${detail}`);
