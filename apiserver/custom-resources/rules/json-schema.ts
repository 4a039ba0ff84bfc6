import { isJsonObject, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";

/** A schema as a definition says it. Its members have the right types; what they say has not been judged. */
export type JsonSchema = JsonObject;

export const TYPES: readonly string[] = ["array", "boolean", "integer", "number", "object", "string"];

/** A schema and everything below it, those that only validate too. */
export function schemasIn(schema: JsonValue | undefined): JsonSchema[] {
  const found: JsonSchema[] = [];
  gather(schema, found);
  return found;
}

function gather(schema: JsonValue | undefined, found: JsonSchema[]): void {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return;
  const node = schema as JsonSchema;
  found.push(node);
  for (const member of ["items", "additionalProperties", "additionalItems", "not"]) {
    const below = node[member];
    if (Array.isArray(below)) for (const item of below) gather(item, found);
    else gather(below, found);
  }
  for (const member of ["allOf", "anyOf", "oneOf"]) for (const item of (node[member] as JsonValue[] | undefined) ?? []) gather(item, found);
  for (const member of ["properties", "patternProperties", "definitions", "dependencies"]) {
    for (const item of Object.values((node[member] as JsonObject | undefined) ?? {})) gather(item, found);
  }
}

/** The items of a list, which are known to be of that type; of what is none, none. */
export const listOf = <T extends JsonValue = JsonValue>(value: JsonValue | undefined): T[] => (Array.isArray(value) ? (value as T[]) : []);

/** The same of the members of an object. */
export const entriesOf = <T extends JsonValue = JsonValue>(value: JsonValue | undefined): [string, T][] =>
  value !== undefined && isJsonObject(value) ? (Object.entries(value) as [string, T][]) : [];
