import { copyMembers } from "../../apimachinery/json/copy.ts";
import { jsonType } from "../../apimachinery/json/json-type.ts";
import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { checkDepth } from "./depth.ts";

/**
 * Applies a JSON merge patch (RFC 7386) and gives the result; `object` and `patch` stay as they are, and the result shares what did not
 * change. Objects are merged, everything else is replaced, null removes.
 *
 * `patch` is the parsed body. Throws 400 where it is no object. `lenient` is for fieldValidation=Ignore, under which Kubernetes skips the
 * typed reading: a list then becomes the result, which no kind can be decoded from, and the text for the rest is another one.
 * (evanphx/json-patch v4 as kube-apiserver uses it; recordings patch/merge-patch, errors/patches.)
 */
export function applyMergePatch(object: JsonObject, patch: JsonValue, { lenient = false } = {}): JsonObject | JsonValue[] {
  checkDepth(patch);
  if (isJsonObject(patch)) return merge(object, patch);
  if (lenient && Array.isArray(patch)) return patch.map(withoutNulls);
  if (lenient || patch === null) throw badRequest("Invalid JSON Patch");
  throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonType(patch)} into Go value of type map[string]interface {}`);
}

/** A new object, even where the patch changes nothing: a caller can tell by identity what it did not come to. */
function merge(target: JsonObject, patch: JsonObject): JsonObject {
  const result = copyMembers(target);
  for (const name of Object.keys(patch)) {
    const value = patch[name] as JsonValue;
    const current = Object.hasOwn(target, name) ? target[name] : undefined;
    if (value === null) {
      delete result[name];
      continue;
    }
    const merged = isJsonObject(current) ? (isJsonObject(value) ? merge(current, value) : value) : withoutNulls(value);
    setMember(result, name, merged);
  }
  return result;
}

/** A new value has no members to remove: its nulls go, in lists too (only a null that is itself an item stays). */
export function withoutNulls(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isJsonObject(value)) return value;
  const object: JsonObject = {};
  for (const name of Object.keys(value)) {
    const member = value[name] as JsonValue;
    if (member !== null) setMember(object, name, withoutNulls(member));
  }
  return object;
}
