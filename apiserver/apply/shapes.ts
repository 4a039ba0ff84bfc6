/** Which shape of its type a value takes, and how two values compare (sigs.k8s.io/structured-merge-diff, typed/helpers.go, value/value.go). */
import { marshal } from "../../apimachinery/go-text.ts";
import { Float, isJsonObject, isNumber, type JsonNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { keyElement, keyPart, valueElement } from "./path-element.ts";
import type { ListType, MapType, ValueType } from "./value-type.ts";

export type Shape = "map" | "scalar" | "list";

/** The shape of a value that is not null. */
export const ownShape = (value: JsonValue): Shape => (Array.isArray(value) ? "list" : isJsonObject(value) ? "map" : "scalar");

/** The shape that fits the value if the type has it; else the first that the type has. Null and absent values fit any. */
export function shapeOf(type: ValueType, value: JsonValue | undefined): Shape {
  if (value !== undefined && value !== null) {
    const own = ownShape(value);
    if (type[own] !== undefined) return own;
  }
  return type.map !== undefined ? "map" : type.scalar !== undefined ? "scalar" : "list";
}

export const asList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : NOTHING);
export const asMap = (value: JsonValue | undefined): JsonObject | undefined => (isJsonObject(value) ? value : undefined);

const NOTHING: readonly JsonValue[] = [];

/** True for null, absent, `[]`, `{}`, and for what is no list or map. */
export function isEmptyContainer(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (!isJsonObject(value)) return true;
  for (const name in value) if (value[name] !== undefined) return false;
  return true;
}

/** The same as a value of one shape: what is of another counts as empty. */
export const isEmptyAs = (shape: Shape, value: JsonValue | undefined): boolean =>
  value === undefined || value === null || ownShape(value) !== shape || isEmptyContainer(value);

/** The same value; numbers are compared as such, whether they are integers or not. */
export function sameValue(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return isNumber(a) && isNumber(b) && Number(numberIn(a)) === Number(numberIn(b));
  if (a === null || b === null) return false;
  if (a instanceof Float || b instanceof Float) return isNumber(a) && isNumber(b) && Number(numberIn(a)) === Number(numberIn(b));
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!sameValue(a[i] as JsonValue, b[i] as JsonValue)) return false;
    return true;
  }
  return !Array.isArray(b) && sameMembers(a, b);
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  let count = 0;
  for (const name of Object.keys(a)) {
    const member = a[name];
    if (member === undefined) continue;
    const other = Object.hasOwn(b, name) ? b[name] : undefined;
    if (other === undefined || !sameValue(member, other)) return false;
    count += 1;
  }
  for (const name of Object.keys(b)) if (b[name] !== undefined) count -= 1;
  return count === 0;
}

const numberIn = (value: JsonNumber): number | bigint => (value instanceof Float ? value.value : value);

/** The type of a member, undefined for one that must not be there. */
export const memberType = (map: MapType, name: string): ValueType | undefined => map.fields.get(name)?.type ?? map.values;

/** A list has an item that cannot be told apart from others; the text says why. */
export class UnidentifiableItem extends Error {}

/**
 * The step that leads to an item of a list whose items are told apart.
 * @throws UnidentifiableItem
 */
export function itemElement(list: ListType, item: JsonValue): string {
  if (list.keyNames.length === 0) return setItemElement(item);
  if (item === null) throw new UnidentifiableItem("associative list with keys may not have a null element");
  if (!isJsonObject(item)) throw new UnidentifiableItem("associative list with keys may not have non-map elements");
  const parts: string[] = [];
  for (const { name, defaultPart } of list.keys) {
    const value = Object.hasOwn(item, name) ? item[name] : undefined;
    if (value !== undefined) parts.push(keyPart(name, value));
    else if (defaultPart !== undefined) parts.push(defaultPart);
  }
  if (parts.length > 0) return keyElement(parts);
  const names = list.keyNames.map((name) => marshal(name)).join(" ");
  throw new UnidentifiableItem(
    `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
  );
}

/** The same; for an item that cannot be told apart the step to nowhere, which no manager owns. That the list has items shows all the same. */
export function itemElementOrNone(list: ListType, item: JsonValue): string {
  try {
    return itemElement(list, item);
  } catch (error) {
    if (error instanceof UnidentifiableItem) return "";
    throw error;
  }
}

function setItemElement(item: JsonValue): string {
  if (item === null) throw new UnidentifiableItem("associative list without keys has an element that's an explicit null");
  if (isJsonObject(item)) throw new UnidentifiableItem("associative list without keys has an element that's a map type");
  if (Array.isArray(item)) throw new UnidentifiableItem("not supported: associative list with lists as elements");
  return valueElement(item);
}
