import { isJsonObject, type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import { type FieldSet, isEmpty, isHeld } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";
import { asList, asMap, itemElementOrNone, memberType, shapeOf } from "./shapes.ts";
import type { ListType, MapType, ValueType } from "./value-type.ts";

/**
 * The object without the fields of the set and what is below them (sigs.k8s.io/structured-merge-diff, typed/remove.go). A container that
 * loses all that it had becomes null. Shares parts with `object`.
 */
export function removeFields(type: ValueType, object: JsonObject, fields: FieldSet): JsonObject {
  if (isEmpty(fields)) return object;
  const left = removeFrom(type, object, fields);
  return isJsonObject(left) ? left : {};
}

function removeFrom(type: ValueType | undefined, value: JsonValue, fields: FieldSet): JsonValue {
  if (type === undefined) return value;
  switch (shapeOf(type, value)) {
    case "scalar":
      return value;
    case "map":
      return removeFromMap(type.map as MapType, asMap(value), fields);
    case "list":
      return removeFromList(type.list as ListType, asList(value), fields);
  }
}

function removeFromMap(map: MapType, value: JsonObject | undefined, fields: FieldSet): JsonValue {
  if (map.atomic || value === undefined) return null;
  const out: JsonObject = {};
  let empty = true;
  for (const name of Object.keys(value)) {
    const member = value[name];
    const node = fields[fieldElement(name)];
    if (member === undefined || (node !== undefined && isHeld(node))) continue;
    setMember(out, name, node === undefined ? member : removeFrom(memberType(map, name), member, node));
    empty = false;
  }
  return empty ? null : out;
}

function removeFromList(list: ListType, items: readonly JsonValue[], fields: FieldSet): JsonValue {
  if (list.atomic) return null;
  const out: JsonValue[] = [];
  for (const item of items) {
    const node = fields[itemElementOrNone(list, item)];
    if (node === undefined) out.push(item);
    else if (!isHeld(node)) out.push(removeFrom(list.items, item, node));
  }
  return out.length === 0 ? null : out;
}
