/**
 * Resources inside resources (`x-kubernetes-embedded-resource`): their `apiVersion`, `kind` and `metadata` follow the rules of those at
 * the root (apiextensions-apiserver, pkg/apiserver/schema/objectmeta). The root itself is not among them.
 */
import { type FieldError, invalid, required } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { validateDns1035Label } from "../../apimachinery/validation/names.ts";
import type { Schema } from "../../apis/schema.ts";
import { hasEmbedded, propertyOf, valuesOf } from "./node.ts";

/** Errors of an embedded resource's metadata, as of an object being created: a name is not needed, and any segment of a path will do. */
export type ValidateMetadata = (metadata: JsonObject, path: FieldPath) => FieldError[];

/** Errors of the type and the metadata of every embedded resource, whose fields have been read as those of Go types already. */
export function validateEmbedded(schema: Schema, object: JsonObject, validate: ValidateMetadata, at = FieldPath.root): FieldError[] {
  const errors: FieldError[] = [];
  for (const { resource, path } of embeddedIn(schema, object, at)) {
    const { apiVersion, kind, metadata } = resource;
    if (apiVersion === undefined) errors.push(required(path.child("apiVersion")));
    if (kind === undefined) errors.push(required(path.child("kind")));
    if (apiVersion !== undefined) errors.push(...validateApiVersion(apiVersion, path.child("apiVersion")));
    if (kind !== undefined) errors.push(...validateKind(kind, path.child("kind")));
    if (isJsonObject(metadata)) for (const error of validate(metadata, path.child("metadata"))) errors.push(error);
  }
  return errors;
}

function validateApiVersion(value: JsonValue, path: FieldPath): FieldError[] {
  if (typeof value !== "string") return [invalid(path, value, "must be a string")];
  if (value === "") return [invalid(path, value, "must not be empty")];
  return value.split("/").length > 2 ? [invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function validateKind(value: JsonValue, path: FieldPath): FieldError[] {
  if (typeof value !== "string") return [invalid(path, value, "must be a string")];
  if (value === "") return [invalid(path, value, "must not be empty")];
  const problems = validateDns1035Label(value.toLowerCase());
  return problems.length > 0 ? [invalid(path, value, `may have mixed case, but should otherwise match: ${problems.join(",")}`)] : [];
}

interface Embedded {
  readonly resource: JsonObject;
  readonly path: FieldPath;
}

function* embeddedIn(schema: Schema, value: JsonValue, path: FieldPath): Generator<Embedded> {
  if (typeof value !== "object" || value === null || !hasEmbedded(schema)) return;
  if (Array.isArray(value)) {
    const items = schema.items;
    if (items !== undefined) for (const [index, item] of value.entries()) yield* embeddedIn(items, item, path.index(index));
  } else if (isJsonObject(value)) {
    if (schema["x-kubernetes-embedded-resource"]) yield { resource: value, path };
    const values = valuesOf(schema);
    for (const name of Object.keys(value)) {
      const property = propertyOf(schema, name);
      if (property !== undefined) yield* embeddedIn(property, value[name] as JsonValue, path.child(name));
      else if (values !== undefined) yield* embeddedIn(values, value[name] as JsonValue, path.key(name));
    }
  }
}
