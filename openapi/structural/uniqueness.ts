import { duplicate, type FieldError, invalid } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import { marshal } from "../../apimachinery/go-text.ts";
import { Float, isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { scalarIdentity } from "./correlation.ts";
import { anywhere, propertyOf, valuesOf } from "./node.ts";

/**
 * Items that come twice in a list of type `set`, or have the keys of another in a list of type `map`: one `Duplicate value` each, at
 * the second of them (apiextensions-apiserver, pkg/apiserver/schema/listtype).
 */
export function findDuplicates(schema: Schema, object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (hasUniqueLists(schema)) walkObject(schema, object, FieldPath.root, errors);
  return errors;
}

const hasUniqueLists = anywhere(({ "x-kubernetes-list-type": type }) => type === "set" || type === "map");

function walk(schema: Schema, value: JsonValue, path: FieldPath, errors: FieldError[]): void {
  if (Array.isArray(value)) walkList(schema, value, path, errors);
  else if (isJsonObject(value)) walkObject(schema, value, path, errors);
}

function walkObject(schema: Schema, object: JsonObject, path: FieldPath, errors: FieldError[]): void {
  const values = valuesOf(schema);
  for (const name of Object.keys(object)) {
    const value = object[name] as JsonValue;
    if (typeof value !== "object" || value === null) continue;
    const property = propertyOf(schema, name);
    if (property !== undefined) walk(property, value, path.child(name), errors);
    else if (values !== undefined) walk(values, value, path.key(name), errors);
  }
}

function walkList(schema: Schema, list: JsonValue[], path: FieldPath, errors: FieldError[]): void {
  const type = schema["x-kubernetes-list-type"];
  if (type === "set") checkUnique(list, path, errors);
  else if (type === "map") checkKeys(schema["x-kubernetes-list-map-keys"] ?? [], list, path, errors);
  const items = schema.items;
  if (items !== undefined) {
    for (const [index, item] of list.entries()) if (typeof item === "object") walk(items, item, path.index(index), errors);
  }
}

function checkKeys(keys: readonly string[], list: JsonValue[], path: FieldPath, errors: FieldError[]): void {
  const wrong = list.findIndex((item) => item !== null && !isJsonObject(item));
  if (wrong >= 0) {
    errors.push(invalid(path.index(wrong), list[wrong], "must be an object for an array of list-type map"));
    return;
  }
  if (list.length > 1) {
    checkUnique(
      list.map((item) => keysOf(keys, item)),
      path,
      errors,
    );
  }
}

function keysOf(keys: readonly string[], item: JsonValue): JsonObject {
  const found: JsonObject = {};
  for (const key of keys) if (isJsonObject(item) && Object.hasOwn(item, key)) setMember(found, key, item[key]);
  return found;
}

/** Each value that is there more than once is reported at its second place, and no further. */
function checkUnique(values: readonly JsonValue[], path: FieldPath, errors: FieldError[]): void {
  const seen = new Map<string, boolean>();
  values.forEach((value, index) => {
    const identity = identityOf(value);
    const reported = seen.get(identity);
    if (reported === false) errors.push(duplicate(path.index(index), value));
    seen.set(identity, reported !== undefined);
  });
}

export function identityOf(value: JsonValue): string {
  if (value === null) return "null";
  return typeof value === "object" && !(value instanceof Float) ? `j${marshal(value)}` : scalarIdentity(value);
}
