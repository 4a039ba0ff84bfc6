import { Float, type JsonObject, type JsonValue, setMember } from "./value.ts";

/** A shallow copy: what `{ ...object }` gives, but of objects with thousands of members in a third of the time. */
export function copyMembers<T>(object: { readonly [name: string]: T }): { [name: string]: T } {
  const copied: { [name: string]: T } = {};
  for (const name of Object.keys(object)) setMember(copied, name, object[name]);
  return copied;
}

/** A deep copy of a JSON value; members that are undefined are left out. {@link Float} never changes and is shared. */
export function copyJson<T extends JsonValue>(value: T): T {
  return copy(value) as T;
}

function copy(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null || value instanceof Float) return value;
  if (Array.isArray(value)) return value.map(copy);
  const object: JsonObject = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member !== undefined) setMember(object, name, copy(member));
  }
  return object;
}

/**
 * Whether objects and lists nest deeper than `limit` levels; a scalar has none, `[]` has one. Does not recurse, so that it can judge what
 * would overflow the stack.
 */
export function nestsDeeperThan(value: JsonValue, limit: number): boolean {
  let level: JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    const next: JsonValue[] = [];
    for (const item of level) {
      if (typeof item !== "object" || item === null || item instanceof Float) continue;
      if (depth >= limit) return true;
      if (Array.isArray(item)) for (const inner of item) push(next, inner);
      else for (const name of Object.keys(item)) push(next, item[name]);
    }
    level = next;
  }
  return false;
}

function push(values: JsonValue[], value: JsonValue | undefined): void {
  if (typeof value === "object" && value !== null) values.push(value);
}
