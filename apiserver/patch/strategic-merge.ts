import { goPrint, goPrintString, goType } from "../../apimachinery/go-print.ts";
import { copyMembers } from "../../apimachinery/json/copy.ts";
import { jsonType } from "../../apimachinery/json/json-type.ts";
import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import { badRequest, unknownError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Schema } from "../../apis/schema.ts";
import { wholeSchema } from "../../apis/whole-schema.ts";
import { checkDepth } from "./depth.ts";
import { withoutNulls } from "./merge-patch.ts";
import { listField, objectField } from "./patch-schema.ts";
import { isMergedList, mergeLists, orderList, removeScalars } from "./strategic-lists.ts";

/**
 * Applies a strategic merge patch, which only built-in kinds take: as a merge patch, except that the kind's schema says which lists are
 * merged and by what key (`x-kubernetes-patch-strategy`, `x-kubernetes-patch-merge-key`), and that the patch may carry directives.
 *
 * | directive                            | does                                                                                     |
 * | ------------------------------------ | ---------------------------------------------------------------------------------------- |
 * | `$patch: replace`, `$patch: delete`  | in an object: the patch takes its place; empties it                                      |
 * | `$patch: replace`, `$patch: delete`  | in an item of a merged list: the other items of the patch are the list; removes the item |
 * | `$retainKeys: [a, b]`                | removes every other member of the object                                                 |
 * | `$setElementOrder/list: […]`         | puts a merged list in this order; items that it does not name keep their place           |
 * | `$deleteFromPrimitiveList/list: […]` | removes scalars from a list                                                              |
 *
 * For a ServiceAccount with `secrets: [{name: a}, {name: b}]` (merged by `name`) the patch
 *
 *   {"secrets": [{"name": "b", "kind": "x"}, {"name": "c"}, {"name": "a", "$patch": "delete"}]}
 *
 * gives `[{name: b, kind: x}, {name: c}]`.
 *
 * `patch` is the parsed body; null changes nothing. `object` and `patch` stay as they are, and the result shares what did not change.
 *
 * Throws 400 for a patch that is no object or whose `$retainKeys`, `$setElementOrder` or `$deleteFromPrimitiveList` are malformed; 422 for
 * lists of lists; 500 without a reason for whatever else does not fit the kind (Kubernetes does not class those errors). A result that the
 * kind cannot be decoded from is for the decoder to refuse, with {@link printPatch} as the invalid value.
 * (k8s.io/apimachinery, pkg/util/strategicpatch; recordings patch/strategic-merge-lists, patch/strategic-merge-metadata.)
 */
export function applyStrategicMergePatch(object: JsonObject, patch: JsonValue, kind: Pick<KindDefinition, "kind" | "schema">): JsonObject {
  if (patch === null) return object;
  if (!isJsonObject(patch)) throw badRequest(`json: cannot unmarshal ${jsonType(patch)} into Go value of type map[string]interface {}`);
  checkDepth(patch);
  return mergeObjects(object, patch, wholeSchema(kind));
}

export const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const SET_ELEMENT_ORDER = "$setElementOrder";
const DELETE_FROM_PRIMITIVE_LIST = "$deleteFromPrimitiveList";

const BAD_RETAIN_KEYS = "invalid patch format of retainKeys";
const BAD_ELEMENT_ORDER = "invalid patch format of setElementOrder list";
const BAD_PRIMITIVE_LIST = "invalid patch format of primitive list";

/** Two objects of one schema merged: the whole object, a nested one, or an item of a merged list. */
export function mergeObjects(object: JsonObject, patch: JsonObject, schema: Schema): JsonObject {
  if (Object.hasOwn(patch, PATCH)) return replaceOrDelete(patch);
  const result = retainKeys(object, patch);
  const ordered = setElementOrders(result, patch, schema);
  for (const name of Object.keys(patch)) {
    const value = patch[name] as JsonValue;
    if (name === RETAIN_KEYS || name.startsWith(SET_ELEMENT_ORDER) || ordered?.has(name)) continue;
    if (name.startsWith(DELETE_FROM_PRIMITIVE_LIST)) deleteFromPrimitiveList(result, name, value, schema);
    else mergeMember(result, name, value, schema);
  }
  return result;
}

function replaceOrDelete(patch: JsonObject): JsonObject {
  const { [PATCH]: directive, ...rest } = patch;
  if (directive === "replace") return rest;
  if (directive === "delete") return {};
  throw unknownPatchType(directive as JsonValue, patch);
}

export const unknownPatchType = (directive: JsonValue, patch: JsonObject) =>
  unknownError(`unknown patch type: ${goPrintString(directive)} in map: ${goPrint(patch)}`);

/** A copy of `object` to merge into, without what `$retainKeys` leaves out; the directive must name all that the patch sets. */
function retainKeys(object: JsonObject, patch: JsonObject): JsonObject {
  if (!Object.hasOwn(patch, RETAIN_KEYS)) return copyMembers(object);
  const list = patch[RETAIN_KEYS];
  if (!Array.isArray(list)) throw badRequest(BAD_RETAIN_KEYS);
  const keys = new Set<JsonValue>(list);
  for (const name of Object.keys(patch)) {
    if (name === RETAIN_KEYS || name.startsWith(SET_ELEMENT_ORDER) || name.startsWith(DELETE_FROM_PRIMITIVE_LIST)) continue;
    if (patch[name] !== null && !keys.has(name)) throw badRequest(BAD_RETAIN_KEYS);
  }
  const result: JsonObject = {};
  for (const name of Object.keys(object)) if (keys.has(name)) setMember(result, name, object[name]);
  return result;
}

/** Carries out every `$setElementOrder/…` and merges the lists that they order; gives the names of those, if any. */
function setElementOrders(result: JsonObject, patch: JsonObject, schema: Schema): Set<string> | undefined {
  let done: Set<string> | undefined;
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(SET_ELEMENT_ORDER)) continue;
    const order = listOf(patch[directive] as JsonValue);
    const name = targetOf(directive, SET_ELEMENT_ORDER, BAD_ELEMENT_ORDER);
    const current = Object.hasOwn(result, name) ? listOf(result[name] as JsonValue) : undefined;
    const added = Object.hasOwn(patch, name) ? listOf(patch[name] as JsonValue) : undefined;
    const field = listField(schema, name);
    const ordered = orderList(current, added, order, field);
    if (ordered === undefined) continue;
    setMember(result, name, ordered);
    done ??= new Set();
    done.add(name);
  }
  return done;
}

function listOf(value: JsonValue): JsonValue[] {
  if (!Array.isArray(value))
    throw unknownError(`expected a []interface {}, but received a ${value === null ? "%!s(<nil>)" : goType(value)}`);
  return value;
}

/** The field that a directive such as `$setElementOrder/secrets` is about. */
function targetOf(directive: string, prefix: string, malformed: string): string {
  if (!directive.startsWith(`${prefix}/`)) throw badRequest(malformed);
  return directive.slice(prefix.length + 1);
}

function deleteFromPrimitiveList(result: JsonObject, directive: string, value: JsonValue, schema: Schema): void {
  const name = targetOf(directive, DELETE_FROM_PRIMITIVE_LIST, BAD_PRIMITIVE_LIST);
  const current = Object.hasOwn(result, name) ? result[name] : undefined;
  if (value === null) delete result[name];
  else if (Array.isArray(current) && Array.isArray(value)) setMember(result, name, removeScalars(current, value, listField(schema, name)));
}

function mergeMember(result: JsonObject, name: string, value: JsonValue, schema: Schema): void {
  if (value === null) {
    delete result[name];
    return;
  }
  const current = Object.hasOwn(result, name) ? result[name] : undefined;
  if (isJsonObject(current) && isJsonObject(value)) {
    const field = objectField(schema, name);
    setMember(result, name, field.strategy === "replace" ? value : mergeObjects(current, value, field.schema));
  } else if (Array.isArray(current) && Array.isArray(value)) {
    const field = listField(schema, name);
    setMember(result, name, isMergedList(field) ? mergeLists(current, value, field) : value);
  } else {
    const taken = withoutDirectives(withoutNulls(value));
    if (taken === undefined) delete result[name];
    else setMember(result, name, taken);
  }
}

/**
 * A value that meets nothing to merge with, as it is taken: without any object that has a `$patch`, wherever it stands. Undefined if it is
 * such an object itself.
 */
export function withoutDirectives(value: JsonValue): JsonValue | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, PATCH)) return undefined;
  const object: JsonObject = {};
  for (const name of Object.keys(value)) {
    const taken = withoutDirectives(value[name] as JsonValue);
    if (taken !== undefined) setMember(object, name, taken);
  }
  return object;
}

/**
 * A strategic merge patch as `Invalid value: "…"` shows it. Kubernetes prints what is left of the patch after applying it, so directives
 * that were carried out are gone, with the lists that they ordered.
 */
export function printPatch(patch: JsonValue): string {
  return goPrint(isJsonObject(patch) ? leftOver(patch) : {});
}

function leftOver(patch: JsonObject): JsonObject {
  const left: JsonObject = {};
  for (const name of Object.keys(patch)) {
    const value = patch[name] as JsonValue;
    if (name === RETAIN_KEYS || name.startsWith(SET_ELEMENT_ORDER) || (name === PATCH && value === "replace")) continue;
    if (Object.hasOwn(patch, `${SET_ELEMENT_ORDER}/${name}`)) continue;
    setMember(left, name, isJsonObject(value) ? leftOver(value) : value);
  }
  return left;
}
