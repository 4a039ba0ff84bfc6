/**
 * What changed between two states of an object, as sets of fields (sigs.k8s.io/structured-merge-diff, typed/compare.go).
 *
 *     {"data": {"a": "1", "b": "2"}}  ->  {"data": {"b": "3"}, "metadata": {"labels": {"x": "y"}}}
 *
 *     removed   {"f:data": {"f:a": {}}}
 *     modified  {"f:data": {"f:b": {}}}
 *     added     {"f:metadata": {"f:labels": {".": {}, "f:x": {}}}}      a container that comes or goes counts itself
 *
 * An object's unchanged parts, nearly all of it in an update, cost no allocation.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { EMPTY, type FieldSet, type FieldSetDraft, LEAF, SELF, uniteNodes } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";
import { asList, asMap, isEmptyAs, itemElement, ownShape, type Shape, sameValue, shapeOf, UnidentifiableItem } from "./shapes.ts";
import { fitsScalar, typedErrors } from "./typed-errors.ts";
import type { ListType, MapType, ValueType } from "./value-type.ts";

export interface Comparison {
  readonly removed: FieldSet;
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

/** An object that does not fit its type, so that nothing can be said of its fields. */
export class Untypable extends Error {}

/** @throws Untypable */
export function compare(type: ValueType, before: JsonObject, after: JsonObject): Comparison {
  const changes = type.map && ofMaps(type.map, before, after);
  return { removed: changes?.removed ?? EMPTY, modified: changes?.modified ?? EMPTY, added: changes?.added ?? EMPTY };
}

/** Nodes of the sets at one place; undefined where nothing is. */
interface Changes {
  removed: FieldSet | undefined;
  modified: FieldSet | undefined;
  added: FieldSet | undefined;
}

const MODIFIED: Changes = { removed: undefined, modified: LEAF, added: undefined };

/** Of values that are there before and after; undefined where they are the same. */
function ofValues(type: ValueType, before: JsonValue, after: JsonValue): Changes | undefined {
  if (before === after) return undefined;
  const shape = shapeOf(type, after);
  if (after !== null && ownShape(after) !== shape) mustFit(type, after);
  const changes = inShape(type, shape, before, after);
  const former = shapeOf(type, before);
  return former === shape ? changes : merge(inShape(type, former, before, after), changes);
}

function inShape(type: ValueType, shape: Shape, before: JsonValue, after: JsonValue): Changes | undefined {
  const { list, map } = type;
  const container = shape === "list" ? list : shape === "map" ? map : undefined;
  const maps = isJsonObject(before) && isJsonObject(after);
  if (container === undefined || container.atomic || (!maps && isEmptyAs(shape, before) && isEmptyAs(shape, after))) {
    if (sameValue(before, after)) return undefined;
    mustFit(type, after);
    return MODIFIED;
  }
  return shape === "map" ? ofMaps(map as MapType, asMap(before), asMap(after)) : ofLists(list as ListType, before, after);
}

/** What changed must fit the schema; what did not change has been looked at before. */
function mustFit(type: ValueType, value: JsonValue): void {
  if (value === null || typeof value !== "object") {
    if (type.scalar !== undefined && fitsScalar(type.scalar, value)) return;
  }
  const errors = typedErrors(type, value, { duplicates: true });
  if (errors !== undefined) throw new Untypable(errors);
}

/** A value's changes of shape are told in both. */
function merge(a: Changes | undefined, b: Changes | undefined): Changes | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const both = (x: FieldSet | undefined, y: FieldSet | undefined) => (x === undefined || y === undefined ? (x ?? y) : uniteNodes(x, y));
  return { removed: both(a.removed, b.removed), modified: both(a.modified, b.modified), added: both(a.added, b.added) };
}

class Collector implements Changes {
  removed: FieldSetDraft | undefined;
  modified: FieldSetDraft | undefined;
  added: FieldSetDraft | undefined;

  take(element: string, changes: Changes): void {
    if (changes.removed !== undefined) this.remove(element, changes.removed);
    if (changes.modified !== undefined) this.modify(element, changes.modified);
    if (changes.added !== undefined) this.add(element, changes.added);
  }

  remove(element: string, node: FieldSet): void {
    this.removed ??= {};
    this.removed[element] = node;
  }

  modify(element: string, node: FieldSet): void {
    this.modified ??= {};
    this.modified[element] = node;
  }

  add(element: string, node: FieldSet): void {
    this.added ??= {};
    this.added[element] = node;
  }
}

function ofMaps(type: MapType, before: JsonObject | undefined, after: JsonObject | undefined): Changes | undefined {
  let out: Collector | undefined;
  if (after !== undefined) {
    for (const name of Object.keys(after)) {
      const value = after[name];
      const old = before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined;
      if (value === old || value === undefined) continue;
      const field = type.fields.get(name);
      const valueType = field?.type ?? declared(type.values, name);
      const element = field?.element ?? fieldElement(name);
      if (old === undefined) {
        out ??= new Collector();
        out.add(element, whole(valueType, value, mustFit));
      } else {
        const changes = ofValues(valueType, old, value);
        if (changes === undefined) continue;
        out ??= new Collector();
        out.take(element, changes);
      }
    }
  }
  if (before !== undefined) {
    for (const name of Object.keys(before)) {
      const old = before[name];
      if (old === undefined || (after !== undefined && Object.hasOwn(after, name) && after[name] !== undefined)) continue;
      const field = type.fields.get(name);
      out ??= new Collector();
      out.remove(field?.element ?? fieldElement(name), whole(field?.type ?? declared(type.values, name), old, undefined));
    }
  }
  return out;
}

function declared(type: ValueType | undefined, name: string): ValueType {
  if (type === undefined) throw new Untypable(`.${name}: field not declared in schema`);
  return type;
}

/** Order does not matter; an element that several items share counts as one value, owned as such. */
function ofLists(list: ListType, before: JsonValue, after: JsonValue): Changes | undefined {
  if (sameValue(before, after)) return undefined;
  const was = indexed(list, asList(before));
  const is = indexed(list, asList(after));
  const out = new Collector();
  for (const [element, items] of is) {
    const old = was.get(element) ?? NO_ITEMS;
    const [item, formerly] = [items[0] as JsonValue, old[0]];
    if (items.length === 1) {
      if (old.length === 1) {
        const changes = ofValues(list.items, formerly as JsonValue, item);
        if (changes !== undefined) out.take(element, changes);
      } else {
        out.add(element, whole(list.items, item, mustFit));
        if (old.length > 1) out.remove(element, LEAF);
      }
    } else if (old.length > 1) {
      if (!sameValue(items, old)) out.modify(element, LEAF);
    } else {
      if (formerly !== undefined) out.remove(element, whole(list.items, formerly, undefined));
      out.add(element, LEAF);
    }
  }
  for (const [element, items] of was) {
    if (!is.has(element)) out.remove(element, items.length === 1 ? whole(list.items, items[0] as JsonValue, undefined) : LEAF);
  }
  return out;
}

const NO_ITEMS: JsonValue[] = [];

function indexed(list: ListType, items: readonly JsonValue[]): Map<string, JsonValue[]> {
  const index = new Map<string, JsonValue[]>();
  items.forEach((item, i) => {
    const element = elementOf(list, item, i);
    const others = index.get(element);
    if (others === undefined) index.set(element, [item]);
    else others.push(item);
  });
  return index;
}

function elementOf(list: ListType, item: JsonValue, i: number): string {
  try {
    return itemElement(list, item);
  } catch (error) {
    throw error instanceof UnidentifiableItem ? new Untypable(`element ${i}: ${error.message}`) : error;
  }
}

type Check = typeof mustFit | undefined;

/** The node of a value that comes or goes as a whole: its containers count themselves. What comes is checked. */
function whole(type: ValueType, value: JsonValue, check: Check): FieldSet {
  const shape = shapeOf(type, value);
  const container = shape === "list" ? type.list : shape === "map" ? type.map : undefined;
  if (container === undefined || container.atomic || isEmptyAs(shape, value)) {
    check?.(type, value);
    return LEAF;
  }
  return shape === "map"
    ? wholeMap(type.map as MapType, value as JsonObject, check)
    : wholeList(type.list as ListType, value as JsonValue[], check);
}

function wholeMap(type: MapType, value: JsonObject, check: Check): FieldSet {
  const node: FieldSetDraft = { [SELF]: LEAF };
  for (const name of Object.keys(value)) {
    const member = value[name];
    if (member === undefined) continue;
    const field = type.fields.get(name);
    node[field?.element ?? fieldElement(name)] = whole(field?.type ?? declared(type.values, name), member, check);
  }
  return node;
}

function wholeList(list: ListType, items: readonly JsonValue[], check: Check): FieldSet {
  const node: FieldSetDraft = { [SELF]: LEAF };
  items.forEach((item, i) => {
    const element = elementOf(list, item, i);
    node[element] = node[element] === undefined ? whole(list.items, item, check) : LEAF;
  });
  return node;
}
