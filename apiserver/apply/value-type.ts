/**
 * What a kind's schema says of the ownership of its fields (k8s.io/kube-openapi, pkg/schemaconv; reference, section 5.3).
 *
 * | in the schema                                     | owned                                                     |
 * | ------------------------------------------------- | --------------------------------------------------------- |
 * | string, number, boolean                           | as one; an amount (`resource.Quantity`) may be a number   |
 * | object with properties, or additionalProperties   | member by member, unless its map type is atomic           |
 * | array                                             | as one, unless its list type is set or map                |
 * | object without either; unknown fields preserved   | as the value goes: members each, lists as one             |
 * | no type                                           | the same                                                  |
 *
 * A type so has up to three shapes, of which the value takes one. Types are made once per schema, and may refer to themselves.
 */
import type { JsonValue } from "../../apimachinery/json/value.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { objectMeta, typeMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { wholeSchema } from "../../apis/whole-schema.ts";
import { fieldElement, keyPart } from "./path-element.ts";

export interface ValueType {
  readonly scalar?: ScalarType;
  readonly list?: ListType;
  readonly map?: MapType;
}

export type ScalarType = "string" | "numeric" | "boolean" | "untyped";

export interface ListType {
  /** Owned as one; else its items are told apart by their keys, or where there are none by their values. */
  readonly atomic: boolean;
  /** Sorted by name. */
  readonly keys: readonly ListKey[];
  /** The names in the schema's order, for error texts. */
  readonly keyNames: readonly string[];
  readonly items: ValueType;
}

export interface ListKey {
  readonly name: string;
  /** What an item that does not say counts as: `"protocol":"TCP"`. */
  readonly defaultPart: string | undefined;
}

export interface MapType {
  readonly atomic: boolean;
  /** The declared members, with the step that leads to each. */
  readonly fields: ReadonlyMap<string, Field>;
  /** The type of members that are not declared; undefined where there must be none. */
  readonly values: ValueType | undefined;
}

export interface Field {
  readonly element: string;
  readonly type: ValueType;
}

type Draft = { -readonly [shape in keyof ValueType]: ValueType[shape] };

const NO_FIELDS: ReadonlyMap<string, Field> = new Map();

/** Owned as one, whatever it is. */
const ATOMIC: Draft = { scalar: "untyped" };
const atomicList: ListType = { atomic: true, keys: [], keyNames: [], items: ATOMIC };
ATOMIC.list = atomicList;
ATOMIC.map = { atomic: true, fields: NO_FIELDS, values: ATOMIC };

/** What nobody has declared: lists as one, objects member by member. */
const DEDUCED: Draft = { scalar: "untyped", list: atomicList };
DEDUCED.map = { atomic: false, fields: NO_FIELDS, values: DEDUCED };

/** Whether a map's schema says nothing at all of its members. */
export const isDeduced = ({ fields, values }: MapType): boolean => fields.size === 0 && values === DEDUCED;

/** The type of a kind's whole objects. */
export const typeOfKind = (kind: KindDefinition): ValueType => typeOf(wholeSchema(kind), false);

const [known, knownPreserving] = [new WeakMap<Schema, ValueType>(), new WeakMap<Schema, ValueType>()];

/** `preserving` says that a schema around this one preserves unknown fields, which holds for all below it but metadata. */
function typeOf(schema: Schema, preserving: boolean): ValueType {
  const preserves = schema !== objectMeta && (preserving || schema["x-kubernetes-preserve-unknown-fields"] === true);
  const cache = preserves ? knownPreserving : known;
  let type = cache.get(schema);
  if (type === undefined) {
    const draft: Draft = {};
    cache.set(schema, draft);
    Object.assign(draft, shapesOf(schema, preserves));
    type = draft;
  }
  return type;
}

function shapesOf(schema: Schema, preserves: boolean): ValueType {
  switch (schema.type) {
    case undefined:
      return { scalar: "untyped", list: listOf(schema, preserves), map: mapOf(schema, preserves) };
    case "object":
      return { map: mapOf(schema, preserves) };
    case "array":
      return { list: listOf(schema, preserves) };
    case "boolean":
      return { scalar: "boolean" };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "string":
      if (schema.go?.type === "resource.Quantity") return { scalar: "untyped" };
      return { scalar: schema.format === undefined || schema.format === "" || schema.format === "byte" ? "string" : "untyped" };
  }
}

function mapOf(schema: Schema, preserves: boolean): MapType {
  const fields = new Map<string, Field>();
  for (const [name, member] of Object.entries(membersOf(schema)))
    fields.set(name, { element: fieldElement(name), type: typeOf(member, preserves) });
  return { atomic: schema["x-kubernetes-map-type"] === "atomic", fields, values: valuesOf(schema, fields.size, preserves) };
}

/** An embedded resource has what every resource has. */
function membersOf({ properties = {}, ...schema }: Schema): { readonly [name: string]: Schema } {
  return schema["x-kubernetes-embedded-resource"] ? { ...properties, ...typeMeta, metadata: objectMeta } : properties;
}

function valuesOf({ additionalProperties: values }: Schema, declared: number, preserves: boolean): ValueType | undefined {
  if (values === undefined) return preserves || declared === 0 ? DEDUCED : undefined;
  if (typeof values === "boolean") return values ? DEDUCED : undefined;
  return typeOf(values, preserves);
}

function listOf(schema: Schema, preserves: boolean): ListType {
  const keyNames = schema["x-kubernetes-list-map-keys"] ?? [];
  const atomic = !["set", "map"].includes(schema["x-kubernetes-list-type"] ?? "atomic");
  const keys = [...keyNames].sort().map((name) => {
    const member = schema.items?.properties?.[name];
    // a member that a Go type always writes has its zero value for a default in the documents of built-in kinds
    const value = member?.default ?? member?.go?.zero;
    return { name, defaultPart: value === undefined ? undefined : keyPart(name, value as JsonValue) };
  });
  return { atomic, keys, keyNames, items: schema.items === undefined ? ATOMIC : typeOf(schema.items, preserves) };
}
