import { goPrint, goType } from "../../apimachinery/go-print.ts";
import { Float, isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { type StatusError, unknownError, unprocessable } from "../../apimachinery/status/status.ts";
import { goKind, type PatchField } from "./patch-schema.ts";
import { mergeObjects, PATCH, unknownPatchType, withoutDirectives } from "./strategic-merge.ts";

export const isMergedList = (field: PatchField): boolean => field.strategy === "merge";

/**
 * A merged list: items of both, those of the patch merged into the ones with their key. The items that the patch names stand in its order,
 * the others in theirs, and the two orders are interleaved (`[a, b, d]` patched with `[c, a]` is `[c, a, b, d]`).
 */
export function mergeLists(current: JsonValue[], patch: JsonValue[], field: PatchField): JsonValue[] {
  if (current.length === 0 && patch.length === 0) return current;
  if (!holdObjects(current, patch)) return arrange(dedupe([...current, ...patch]), patch, current, scalarKey);
  checkMergeKey(field);
  const { mergeKey } = field;
  const { kept, added } = carryOutDirectives(current, patch, mergeKey);
  return arrange(mergeItems(kept, added, field), added, kept, itemKey(mergeKey));
}

/** What `$deleteFromPrimitiveList` does to a list. For a list of objects it means what the merged list does. */
export function removeScalars(current: JsonValue[], unwanted: JsonValue[], field: PatchField): JsonValue[] {
  if (current.length === 0 && unwanted.length === 0) return current;
  if (holdObjects(current, unwanted)) return mergeLists(current, unwanted, field);
  const keys = new Set(unwanted.map(scalarKey));
  return current.filter((item) => !keys.has(scalarKey(item)));
}

/**
 * What `$setElementOrder` makes of a list: `current` and what the patch adds, merged if the field is, in the order given; items that the
 * order does not name keep their place among those of `current` that it does. Undefined where there is neither.
 *
 * Throws 500 where the patch adds an item that the order does not name, or in another order than that.
 */
export function orderList(
  current: JsonValue[] | undefined,
  added: JsonValue[] | undefined,
  order: JsonValue[],
  field: PatchField,
): JsonValue[] | undefined {
  const { mergeKey } = field;
  checkAgainstOrder(added ?? [], order, mergeKey);
  let merged: JsonValue[];
  let known = current ?? [];
  if (current === undefined) {
    if (added === undefined) return undefined;
    merged = withoutDirectives(added) as JsonValue[];
  } else if (added === undefined) merged = current;
  else if (isMergedList(field)) {
    merged = mergeLists(current, added, field);
    known = afterDeletions(current, added, field);
  } else merged = added;
  const objects = holdObjects(current ?? [], added ?? []);
  if (mergeKey !== "") for (const [index, item] of order.entries()) if (!isJsonObject(item)) throw noMap(index);
  return arrange(merged, order, known, objects || mergeKey !== "" ? itemKey(mergeKey) : scalarKey);
}

/**
 * The order that Kubernetes takes for the live one. It deletes and appends in place, so that new items come to stand at the end of the live
 * list, in the slots that deletions left free: `[a, b, c]` with `a` deleted and `d` added is `[b, c, d]`, but without a deletion
 * `[a, b, c]` stays and `d` has no place in it.
 */
function afterDeletions(current: JsonValue[], patch: JsonValue[], { mergeKey }: PatchField): JsonValue[] {
  if (!patch.some((item) => isJsonObject(item) && item[PATCH] === "delete")) return current;
  const { kept, added } = carryOutDirectives(current, patch, mergeKey);
  if (kept.length >= current.length || kept === added) return current;
  const keys = new Set(kept.map((item) => memberKey(item, mergeKey)));
  return [...kept, ...added.filter((item) => !keys.has(memberKey(item, mergeKey)))].slice(0, current.length);
}

/** `$patch` among the items of a patch: which items of the list stay, and which of the patch are to be merged in. */
function carryOutDirectives(current: JsonValue[], patch: JsonValue[], mergeKey: string): { kept: JsonValue[]; added: JsonValue[] } {
  const added: JsonValue[] = [];
  const deleted = new Set<JsonValue | undefined>();
  let replaced = false;
  for (const item of patch as JsonObject[]) {
    if (!Object.hasOwn(item, PATCH)) {
      added.push(item);
      continue;
    }
    switch (item[PATCH]) {
      case "delete":
        deleted.add(keyOf(item, mergeKey));
        break;
      case "replace":
        replaced = true;
        break;
      case "merge":
        throw unknownError("merging lists cannot yet be specified in the patch");
      default:
        throw unknownPatchType(item[PATCH] as JsonValue, item);
    }
  }
  if (replaced) return { kept: added, added: [] };
  return { kept: deleted.size === 0 ? current : current.filter((item) => !deleted.has(memberKey(item, mergeKey))), added };
}

function mergeItems(kept: JsonValue[], added: JsonValue[], { schema, mergeKey }: PatchField): JsonValue[] {
  const merged = [...kept];
  const places = new Map<JsonValue | undefined, number>();
  for (const [index, item] of merged.entries()) {
    const key = memberKey(item, mergeKey);
    if (!places.has(key)) places.set(key, index);
  }
  for (const item of added as JsonObject[]) {
    const key = keyOf(item, mergeKey);
    const place = places.get(key);
    if (place === undefined) places.set(key, merged.push(item) - 1);
    else merged[place] = mergeObjects(merged[place] as JsonObject, item, schema);
  }
  return merged;
}

/**
 * Puts `items` in order: those that `first` names in its order, those that `second` names in that one, interleaved so that an item of
 * the second kind comes as soon as `second` has it before the next of the first kind.
 *
 *   items {a b c d e}, first [e b], second [a b c d]   ->   e a b c d
 *   (a stands before b in `second`, so it comes before it, but after e, which `second` does not have)
 */
function arrange(items: JsonValue[], first: JsonValue[], second: JsonValue[], key: (item: JsonValue) => JsonValue): JsonValue[] {
  const firstPlaces = placesOf(first, key);
  const secondPlaces = placesOf(second, key);
  const named: Placed[] = [];
  const others: Placed[] = [];
  for (const item of items) {
    const itemsKey = key(item);
    const inFirst = firstPlaces.get(itemsKey);
    const inSecond = secondPlaces.get(itemsKey) ?? -1;
    if (inFirst !== undefined) named.push({ item, rank: inFirst, inSecond });
    else others.push({ item, rank: inSecond, inSecond });
  }
  named.sort((a, b) => a.rank - b.rank);
  sortOthers(others);
  const arranged: JsonValue[] = [];
  let next = 0;
  for (const { item, inSecond } of named) {
    for (let other = others[next]; other !== undefined && other.inSecond >= 0 && other.inSecond < inSecond; other = others[next]) {
      arranged.push(other.item);
      next++;
    }
    arranged.push(item);
  }
  for (; next < others.length; next++) arranged.push((others[next] as Placed).item);
  return arranged;
}

/**
 * Sorts what the first order does not name. That the second does not name an item either happens only where `$setElementOrder` is empty
 * although the patch adds items; Go's comparison then says "comes first" of both of any two, and its insertion sort (of up to twenty items)
 * makes something of it. Longer lists get the unnamed ones at the end.
 */
function sortOthers(others: Placed[]): void {
  if (others.length > 20 || others.every(({ rank }) => rank >= 0)) {
    others.sort((a, b) => (a.rank < 0 ? others.length : a.rank) - (b.rank < 0 ? others.length : b.rank));
    return;
  }
  const before = (a: Placed, b: Placed) => a.rank < 0 || b.rank < 0 || a.rank < b.rank;
  for (let start = 1; start < others.length; start++) {
    const moving = others[start] as Placed;
    let place = start;
    for (; place > 0 && before(moving, others[place - 1] as Placed); place--) others[place] = others[place - 1] as Placed;
    others[place] = moving;
  }
}

interface Placed {
  readonly item: JsonValue;
  readonly rank: number;
  /** -1 where the second order does not name the item. */
  readonly inSecond: number;
}

function placesOf(order: JsonValue[], key: (item: JsonValue) => JsonValue): Map<JsonValue, number> {
  const places = new Map<JsonValue, number>();
  for (const [index, item] of order.entries()) {
    const itemsKey = key(item);
    if (!places.has(itemsKey)) places.set(itemsKey, index);
  }
  return places;
}

/** Deletions aside, the items of a patch must come in the order that is set, and all be named by it. */
function checkAgainstOrder(patch: JsonValue[], order: JsonValue[], mergeKey: string): void {
  if (order.length === 0 || patch.length === 0) return;
  const objects = mergeKey !== "";
  const items = objects ? patch.filter((item) => asMap(item)[PATCH] !== "delete") : patch;
  let next = 0;
  for (const named of order) {
    while (isDirective(items[next])) next++;
    const item = items[next];
    if (item === undefined) return;
    const same = objects ? keyOf(asMap(item), mergeKey) === keyOf(asMap(named), mergeKey) : scalarKey(item) === scalarKey(named);
    if (same) next++;
  }
  if (next < items.length)
    throw unknownError(`The order in patch list:\n${goPrint(patch)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`);
}

const isDirective = (item: JsonValue | undefined): boolean => isJsonObject(item) && Object.hasOwn(item, PATCH);

/** Whether lists hold objects. Throws where the items are not all of one type, are lists, or where there are none at all. */
function holdObjects(current: JsonValue[], patch: JsonValue[]): boolean {
  const [first] = current.length > 0 ? current : patch;
  if (first === undefined) throw unknownError("no elements in any of the given slices");
  if (Array.isArray(first)) throw unprocessable();
  const type = goType(first);
  const alike = (item: JsonValue) => goType(item) === type && item !== null;
  if (!current.every(alike) || !patch.every(alike))
    throw unknownError(`list element types are not identical: ${goPrint([current, patch])}`);
  return isJsonObject(first);
}

function checkMergeKey({ schema, mergeKey }: PatchField): void {
  if (mergeKey === "") throw unknownError(`cannot merge lists without merge key for ${goKind(schema)}`);
}

const noMap = (index: number): StatusError => unknownError(`value for key ${index} is not a map`);

function asMap(item: JsonValue): JsonObject {
  if (!isJsonObject(item))
    throw unknownError(`expected a map[string]interface {}, but received a ${item === null ? "%!s(<nil>)" : goType(item)}`);
  return item;
}

/** An item's key; throws 500 where it has none. */
function keyOf(item: JsonObject, mergeKey: string): JsonValue {
  if (!Object.hasOwn(item, mergeKey)) throw unknownError(`map: ${goPrint(item)} does not contain declared merge key: ${mergeKey}`);
  return scalarKey(item[mergeKey] as JsonValue);
}

const itemKey = (mergeKey: string) => (item: JsonValue) => keyOf(asMap(item), mergeKey);

const memberKey = (item: JsonValue, mergeKey: string): JsonValue | undefined =>
  isJsonObject(item) && Object.hasOwn(item, mergeKey) ? scalarKey(item[mergeKey] as JsonValue) : undefined;

/** A value that `===` and Map compare as Go compares the scalar: a float64 is no int64. */
const scalarKey = (value: JsonValue): JsonValue => (value instanceof Float ? `\u0000float64 ${value.value}` : value);

function dedupe(items: JsonValue[]): JsonValue[] {
  const seen = new Set<JsonValue>();
  return items.filter((item) => {
    const key = scalarKey(item);
    return seen.has(key) ? false : seen.add(key);
  });
}
