import { equalJson } from "../../apimachinery/json/equal.ts";
import { Float, isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { memberOf } from "./node.ts";

/**
 * A value and the one that stood in its place before (apiserver, pkg/cel/common/equality.go).
 *
 * Members correspond by name, items of a list of type `map` by their keys, whatever their order. Items of other lists, and members
 * that the schema does not know, correspond to nothing:
 *
 * ```
 * old  {l: ["a"], m: [{name: x, v: 1}]}            m is a list of type map, its key is name
 * new  {l: ["a", "b"], m: [{name: y}, {name: x, v: 1}]}
 * member("m").item(1)  pairs {name: x, v: 1} with {name: x, v: 1}: equal
 * member("m").item(0)  undefined: nothing was called y
 * member("l").item(0)  undefined: the list is not keyed
 * ```
 */
export class Correlation {
  readonly #schema: Schema;
  readonly #value: JsonValue | undefined;
  readonly #old: JsonValue | undefined;
  readonly #children = new Map<string | number, Correlation | undefined>();
  #byKey: Map<string, JsonObject> | undefined;
  #equal: boolean | undefined;

  constructor(schema: Schema, value: JsonValue | undefined, old: JsonValue | undefined) {
    this.#schema = schema;
    this.#value = value;
    this.#old = old;
  }

  member(name: string): Correlation | undefined {
    return this.#child(name, () => {
      const [value, old] = [this.#value, this.#old];
      if (!isJsonObject(value) || !isJsonObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined;
      const schema = memberOf(this.#schema, name);
      return schema === undefined ? undefined : new Correlation(schema, value[name], old[name]);
    });
  }

  item(index: number): Correlation | undefined {
    if (this.#schema["x-kubernetes-list-type"] !== "map") return undefined;
    return this.#child(index, () => {
      const [value, items] = [this.#value, this.#schema.items];
      if (!Array.isArray(value) || items === undefined) return undefined;
      const old = this.#oldItem(value[index]);
      return old === undefined ? undefined : new Correlation(items, value[index], old);
    });
  }

  #child(key: string | number, make: () => Correlation | undefined): Correlation | undefined {
    let child = this.#children.get(key);
    if (child === undefined && !this.#children.has(key)) {
      child = make();
      this.#children.set(key, child);
    }
    return child;
  }

  #oldItem(item: JsonValue | undefined): JsonObject | undefined {
    const keys = this.#schema["x-kubernetes-list-map-keys"];
    if (keys === undefined || !Array.isArray(this.#old)) return undefined;
    if (this.#byKey === undefined) {
      this.#byKey = new Map();
      for (const old of this.#old) {
        const key = keyOf(old, keys);
        if (key !== undefined && !this.#byKey.has(key)) this.#byKey.set(key, old as JsonObject);
      }
    }
    const key = keyOf(item, keys);
    return key === undefined ? undefined : this.#byKey.get(key);
  }

  /** Whether nothing changed, as far as the two correspond. */
  get equal(): boolean {
    this.#equal ??= this.#compare();
    return this.#equal;
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (Array.isArray(value)) {
      if (!Array.isArray(old) || value.length !== old.length) return false;
      for (let index = 0; index < value.length; index++) {
        const child = this.item(index);
        if (child === undefined) return this.#byKey === undefined && equalJson(value, old);
        if (!child.equal) return false;
      }
      return true;
    }
    if (isJsonObject(value)) {
      if (!isJsonObject(old)) return false;
      const names = Object.keys(value);
      return names.length === Object.keys(old).length && names.every((name) => this.member(name)?.equal === true);
    }
    return equalJson(value, old);
  }
}

/** The values of the keys, or undefined where one is missing or no scalar. */
function keyOf(item: JsonValue | undefined, keys: readonly string[]): string | undefined {
  if (!isJsonObject(item)) return undefined;
  let identity = "";
  for (const key of keys) {
    const value = Object.hasOwn(item, key) ? item[key] : undefined;
    if (value === undefined || value === null || (typeof value === "object" && !(value instanceof Float))) return undefined;
    const text = scalarIdentity(value);
    identity += `${text.length}:${text}`;
  }
  return identity;
}

/** Tells scalars apart as Go's `==` does: an int64 never equals a float64. */
export function scalarIdentity(value: string | number | bigint | boolean | Float): string {
  if (typeof value === "string") return `s${value}`;
  if (typeof value === "boolean") return `b${value}`;
  if (value instanceof Float) return `f${value.value}`;
  return typeof value === "bigint" || Number.isInteger(value) ? `i${value}` : `f${value}`;
}
