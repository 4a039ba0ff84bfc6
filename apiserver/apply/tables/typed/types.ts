import { defineKind } from "../../../../apis/define-kind.ts";
import type { Schema } from "../../../../apis/schema.ts";
import { typeOfKind, type ValueType } from "../../value-type.ts";

/** The type of values with a schema, as a kind has it for its spec. */
export function typeOf(spec: Schema): ValueType {
  const kind = defineKind({
    group: "test.example.com",
    version: "v1",
    kind: "Shelf",
    plural: "shelves",
    flavor: "custom",
    schema: { type: "object", properties: { spec } },
  });
  return typeOfKind(kind).map?.fields.get("spec")?.type as ValueType;
}

const text: Schema = { type: "string" };
const number: Schema = { type: "number" };
const flag: Schema = { type: "boolean" };
const struct = (properties: Record<string, Schema>, more: Schema = {}): Schema => ({ type: "object", properties, ...more });
const mapOf = (additionalProperties: Schema, more: Schema = {}): Schema => ({ type: "object", additionalProperties, ...more });
const listOf = (items: Schema, more: Schema = {}): Schema => ({ type: "array", items, ...more });
const setOf = (items: Schema): Schema => listOf(items, { "x-kubernetes-list-type": "set" });
const itemsOf = (keys: readonly string[], items: Schema): Schema =>
  listOf(items, { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });
const ATOMIC: Schema = { "x-kubernetes-map-type": "atomic" };

/** Whatever it is, it is owned as one. */
const whole: Schema = ATOMIC;

const thing = struct({ name: text, id: number, tags: mapOf(text), on: flag, size: number });
const link = struct({ key: text, value: text });

/** One member of each sort. */
const shelf = struct({
  label: text,
  whole,
  size: number,
  on: flag,
  set: setOf(text),
  flags: setOf(flag),
  numbers: setOf(number),
  struct: struct({ a: whole, b: text }),
  map: mapOf(whole),
  list: listOf(whole),
  tree: mapOf(mapOf(mapOf(mapOf(mapOf(mapOf(text)))))),
  colour: struct({ red: number, green: number }, ATOMIC),
  waves: mapOf(number, ATOMIC),
  args: listOf(link),
  texts: listOf(text),
  things: itemsOf(["name", "id"], thing),
  atoms: itemsOf(["key"], struct({ key: text, value: text }, ATOMIC)),
  boxes: itemsOf(["name"], struct({ name: text, set: setOf(text) })),
  trays: itemsOf(["name"], struct({ name: text, map: mapOf(text) })),
  sets: mapOf(setOf(text)),
  maps: mapOf(mapOf(text)),
  // takes any shape: maps by member, lists as sets
  any: { ...mapOf({}), type: undefined, "x-kubernetes-list-type": "set", items: text } as Schema,
});
export const shelfType = typeOf(shelf);

/** Nothing is declared. */
const undeclared: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
export const undeclaredType = typeOf(undeclared);

const granular = {
  struct: struct({ a: number, b: text }),
  set: setOf(text),
  things: itemsOf(["name", "id"], thing),
  map: mapOf(text),
  same: struct({ a: number }),
};

/** Owned part by part, and the same data owned as wholes. */
export const partsType = typeOf(struct(granular));
export const wholesType = typeOf(
  struct({
    struct: { ...granular.struct, ...ATOMIC },
    set: listOf(text),
    things: listOf(thing),
    map: { ...granular.map, ...ATOMIC },
    same: granular.same,
  }),
);

const holding = (set: Schema): ValueType => typeOf(struct({ kept: struct({ set }, { "x-kubernetes-preserve-unknown-fields": true }) }));
/** Some of it is declared, the rest kept. */
export const keptPartsType = holding(granular.set);
export const keptWholesType = holding(listOf(text));
export const keptType = typeOf(struct({ kept: undeclared }));

/** Maps in maps in lists in maps, and so on without end. */
const endless: { properties: Record<string, Schema>; additionalProperties: Schema } & Schema = {
  properties: {},
  additionalProperties: {},
  type: "object",
};
Object.assign(endless.properties, {
  name: text,
  id: number,
  value: number,
  a: endless,
  named: endless,
  things: itemsOf(["name", "id"], endless),
});
Object.assign(endless, { additionalProperties: endless });
export const endlessType = typeOf(endless);

const valued = struct({ name: text, id: number, value: number });
/** Items with a key, and with one more. */
export const oneKeyType = typeOf(struct({ things: itemsOf(["name"], valued) }));
export const twoKeysType = typeOf(struct({ things: itemsOf(["name", "id"], valued) }));
