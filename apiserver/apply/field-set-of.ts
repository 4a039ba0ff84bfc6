/** The fields that an applied configuration sets (sigs.k8s.io/structured-merge-diff, typed/tofieldset.go; reference, section 5.2). */
import { copyMembers } from "../../apimachinery/json/copy.ts";
import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { EMPTY, type FieldSet, type FieldSetDraft, heldWith, isEmpty, isHeld, LEAF, noteSize, SELF } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";
import { asList, asMap, isEmptyContainer, itemElementOrNone, memberType, shapeOf } from "./shapes.ts";
import type { ListType, MapType, ValueType } from "./value-type.ts";

/**
 * Every scalar and everything that is owned as one is a field; a container only where it is null or empty, is an item of a list, or stands
 * under a name that the schema does not declare.
 */
export const fieldSetOf = (type: ValueType, object: JsonObject): FieldSet => nodeOf(type, object, false, false) ?? EMPTY;

/** The same with every field that leads to one of them, as {@link withNamedFields} would add it. */
export const namedFieldSetOf = (type: ValueType, object: JsonObject): FieldSet => nodeOf(type, object, true, false) ?? EMPTY;

/** Undefined for a container that sets nothing. `named` says that everything below counts, `held` that what has something below does itself. */
function nodeOf(type: ValueType, value: JsonValue, named: boolean, held = named): FieldSet | undefined {
  switch (shapeOf(type, value)) {
    case "scalar":
      return LEAF;
    case "list":
      return nodeOfList(type.list as ListType, asList(value), named, held);
    case "map":
      return nodeOfMap(type.map as MapType, asMap(value), named, held);
  }
}

function nodeOfMap(map: MapType, value: JsonObject | undefined, named: boolean, held: boolean): FieldSet | undefined {
  if (map.atomic) return LEAF;
  if (value === undefined) return undefined;
  const node: FieldSetDraft = held ? { [SELF]: LEAF } : {};
  let size = 0;
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const field = map.fields.get(name);
    const type = field?.type ?? map.values;
    const below = type && nodeOf(type, member, named);
    const isField = field === undefined || member === null || (isLeaf(below) && isEmptyMap(member));
    if (!isField && below === undefined) continue;
    node[field?.element ?? fieldElement(name)] = isField ? heldWith(below) : (below as FieldSet);
    size += 1;
  }
  return size === 0 ? undefined : noteSize(node, size);
}

/** What a map without members may come to; others need not be counted. */
const isLeaf = (node: FieldSet | undefined): boolean => node === undefined || node === LEAF;

const isEmptyMap = (value: JsonValue): boolean => asMap(value) !== undefined && isEmptyContainer(value);

function nodeOfList(list: ListType, items: readonly JsonValue[], named: boolean, held: boolean): FieldSet | undefined {
  if (list.atomic) return LEAF;
  const node: FieldSetDraft = held ? { [SELF]: LEAF } : {};
  let size = 0;
  for (const item of items) {
    const element = itemElementOrNone(list, item);
    const isNew = node[element] === undefined;
    node[element] = isNew ? heldWith(nodeOf(list.items, item, named)) : LEAF;
    if (isNew) size += 1;
  }
  return size === 0 ? undefined : noteSize(node, size);
}

/** The set with every declared field that leads to one of its fields: of `a.b.c` also `a`, where the schema declares it. The set itself where it has them. */
export function withNamedFields(type: ValueType | undefined, set: FieldSet): FieldSet {
  let out: FieldSetDraft | undefined;
  for (const element in set) {
    const node = set[element] as FieldSet;
    if (element === SELF || isEmpty(node)) continue;
    const name = nameIn(element);
    const below = withNamedFields(typeAt(type, element), node);
    const named = name !== undefined && type?.map?.fields.has(name) && !isHeld(node) ? heldWith(below) : below;
    if (named === node) continue;
    out ??= copyMembers(set);
    out[element] = named;
  }
  return out ?? set;
}

/** Whether the set may hold a container of which it holds no part: an empty map, or an item that said nothing but its default keys. */
export function mayHoldWholes(type: ValueType | undefined, set: FieldSet): boolean {
  for (const element in set) {
    if (element === SELF) continue;
    const node = set[element] as FieldSet;
    const below = typeAt(type, element);
    if (isEmpty(node) ? below?.map?.atomic === false || below?.list?.atomic === false : mayHoldWholes(below, node)) return true;
  }
  return false;
}

function typeAt(type: ValueType | undefined, element: string): ValueType | undefined {
  const name = nameIn(element);
  if (name !== undefined) return type?.map && memberType(type.map, name);
  return element.startsWith("k:") ? type?.list?.items : undefined;
}

const nameIn = (element: string): string | undefined => (element.startsWith("f:") ? element.slice(2) : undefined);
