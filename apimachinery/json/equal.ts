import { Float, isJsonObject, type JsonObject, type JsonValue } from "./value.ts";

/**
 * Whether two JSON values are the same: members in any order, a member that is undefined counts as absent, and an int64 never equals a
 * float64 of the same value (as Go's reflect.DeepEqual tells them apart).
 */
export function equalJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isJsonObject(a)) return isJsonObject(b) && equalMembers(a, b, equalJson);
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b, equalJson);
  return a instanceof Float && b instanceof Float && a.value === b.value;
}

/**
 * The same, with what Go's equality.Semantic forgives: null, an empty list, an empty map and a missing member are all alike.
 * (k8s.io/apimachinery, pkg/api/equality: a no-op write is found with it.)
 */
export function semanticallyEqual(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (isJsonObject(a) && isJsonObject(b)) return equalMembers(a, b, semanticallyEqual);
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b);
  if (Array.isArray(a) && Array.isArray(b)) return equalItems(a, b, semanticallyEqual);
  return a instanceof Float && b instanceof Float && a.value === b.value;
}

type Equal = (a: JsonValue | undefined, b: JsonValue | undefined) => boolean;

/** Absent, null, `[]`, or an object without members. */
function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== "object" || value instanceof Float) return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
}

function equalItems(a: readonly JsonValue[], b: readonly JsonValue[], equal: Equal): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return true;
}

function equalMembers(a: JsonObject, b: JsonObject, equal: Equal): boolean {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  let shared = 0;
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string;
    const isShared = name === others[index] || Object.hasOwn(b, name);
    if (!equal(a[name], isShared ? b[name] : undefined)) return false;
    if (isShared) shared += 1;
  }
  if (shared === others.length) return true;
  for (const name of others) if (!Object.hasOwn(a, name) && !equal(undefined, b[name])) return false;
  return true;
}
