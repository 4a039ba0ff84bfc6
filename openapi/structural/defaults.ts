import { copyJson } from "../../apimachinery/json/copy.ts";
import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { anywhere, hasDefault, memberOf } from "./node.ts";

/**
 * Fills in the defaults of the schema, in place (kube-api-behaviour 7.3; apiextensions-apiserver, pkg/apiserver/schema/defaulting).
 *
 * A property with a default gets a copy of it when it is missing, or null without being nullable; then the walk goes on inside what was
 * put in. Null values of maps and null items of lists get the default of their schema. A default inside an object that is not there, and
 * has no default of its own, does nothing.
 */
export function applyDefaults(schema: Schema, object: JsonObject): void {
  if (mayDefault(schema)) fillMembers(schema, object);
}

function fill(schema: Schema, value: JsonValue): void {
  if (typeof value !== "object" || value === null || !mayDefault(schema)) return;
  if (Array.isArray(value)) {
    const items = schema.items;
    if (items === undefined) return;
    for (let index = 0; index < value.length; index++) {
      if (value[index] === null && items.nullable !== true && hasDefault(items)) value[index] = copyJson(items.default as JsonValue);
      if (typeof value[index] === "object") fill(items, value[index] as JsonValue);
    }
  } else if (isJsonObject(value)) fillMembers(schema, value);
}

function fillMembers(schema: Schema, object: JsonObject): void {
  const properties = schema.properties;
  if (properties !== undefined) {
    for (const name of Object.keys(properties)) {
      const property = properties[name] as Schema;
      if (!hasDefault(property)) continue;
      const missing = !Object.hasOwn(object, name);
      if (missing || (object[name] === null && property.nullable !== true)) {
        setMember(object, name, copyJson(property.default as JsonValue));
      }
    }
  }
  for (const name of Object.keys(object)) {
    const member = memberOf(schema, name);
    if (member === undefined) continue;
    if (object[name] === null && member.nullable !== true && hasDefault(member)) {
      setMember(object, name, copyJson(member.default as JsonValue));
    }
    fill(member, object[name] as JsonValue);
  }
}

/** Most parts of an object need no walk. A default of the node itself is its parent's business. */
const mayDefault = anywhere(hasDefault);
