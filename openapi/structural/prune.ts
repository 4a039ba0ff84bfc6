import { pathOf } from "../../apimachinery/json/reader.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { hasDefault, isMetaField, memberOf, propertyOf, valuesOf } from "./node.ts";

/**
 * Drops, in place, every field that the schema does not declare, and returns the paths of what it dropped, sorted:
 * `spec.foo`, `spec.list[0].bar`, `spec.map.key.bar` (kube-api-behaviour 7.3; apiextensions-apiserver, pkg/apiserver/schema/pruning).
 *
 * - `apiVersion`, `kind` and `metadata` stay as they are at the root and at the root of embedded resources.
 * - Where unknown fields are preserved nothing is dropped, until a declared property inside starts pruning again.
 * - `additionalProperties: true` keeps every key, but has no schema for the values: members of objects among them go.
 */
export function prune(schema: Schema, object: JsonObject): string[] {
  const pruner = new Pruner();
  pruner.root(schema, object);
  return pruner.dropped.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

class Pruner {
  readonly dropped: string[] = [];
  /** The way to the value at hand: names and indices. Joined only when something is dropped. */
  readonly #trail: (string | number)[] = [];

  root(schema: Schema, object: JsonObject): void {
    if (schema["x-kubernetes-preserve-unknown-fields"]) this.#preserve(schema, object, true);
    else this.#members(schema, object, true);
  }

  #value(schema: Schema | undefined, value: JsonValue): void {
    if (typeof value !== "object" || value === null) return;
    if (schema?.["x-kubernetes-preserve-unknown-fields"]) this.#preserve(schema, value, embedded(schema));
    else if (Array.isArray(value)) this.#items(value, (item) => this.#value(schema?.items, item));
    else if (isJsonObject(value)) {
      if (schema === undefined) for (const name of Object.keys(value)) this.#drop(value, name);
      else this.#members(schema, value, embedded(schema));
    }
  }

  #members(schema: Schema, object: JsonObject, resource: boolean): void {
    for (const name of Object.keys(object)) {
      if (resource && isMetaField(name)) continue;
      const property = propertyOf(schema, name);
      if (property !== undefined) this.#member(property, object, name);
      else if (schema.additionalProperties !== undefined) this.#member(valuesOf(schema), object, name);
      else this.#drop(object, name);
    }
  }

  #member(schema: Schema | undefined, object: JsonObject, name: string): void {
    this.#trail.push(name);
    this.#value(schema, object[name] as JsonValue);
    this.#trail.pop();
  }

  /** Leaves the members of this level alone and goes on inside those that have a schema. */
  #preserve(schema: Schema | undefined, value: JsonValue, resource: boolean): void {
    if (schema === undefined) return;
    if (Array.isArray(value)) {
      const items = schema.items;
      if (items !== undefined) this.#items(value, (item) => this.#preserve(items, item, embedded(items)));
    } else if (isJsonObject(value)) {
      if (schema.properties === undefined && schema.additionalProperties === undefined) return;
      for (const name of Object.keys(value)) {
        if (resource && isMetaField(name)) continue;
        const property = propertyOf(schema, name);
        if (property !== undefined) this.#member(property, value, name);
        else if (schema.additionalProperties !== undefined) this.#member(valuesOf(schema), value, name);
      }
    }
  }

  #items(list: JsonValue[], visit: (item: JsonValue) => void): void {
    for (let index = 0; index < list.length; index++) {
      const item = list[index] as JsonValue;
      if (typeof item !== "object") continue;
      this.#trail.push(index);
      visit(item);
      this.#trail.pop();
    }
  }

  #drop(object: JsonObject, name: string): void {
    delete object[name];
    this.#trail.push(name);
    this.dropped.push(pathOf(this.#trail));
    this.#trail.pop();
  }
}

const embedded = (schema: Schema): boolean => schema["x-kubernetes-embedded-resource"] === true;

/**
 * Drops, in place, the members that are null where the schema is neither nullable nor has a default. Comes after {@link prune} and
 * before `applyDefaults`, which fills in the nulls left. Null items of lists stay (the validation refuses them).
 */
export function dropNulls(schema: Schema, value: JsonValue): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) if (typeof item === "object") dropNulls(schema.items, item);
  } else if (isJsonObject(value)) {
    for (const name of Object.keys(value)) {
      const member = memberOf(schema, name);
      if (member === undefined) continue;
      const child = value[name] as JsonValue;
      if (child === null) {
        if (member.nullable !== true && !hasDefault(member)) delete value[name];
      } else if (typeof child === "object") dropNulls(member, child);
    }
  }
}
