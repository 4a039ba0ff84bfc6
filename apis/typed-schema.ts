/**
 * Builders of structural schemas that TypeScript can read: `Static<typeof schema>` is the type of the values that the schema admits.
 *
 *     const spec = object("What is wanted.", {
 *       mode: oneOf("How addresses are chosen.", ["Auto", "Policy"]),
 *       mtu: optional(int32("Largest packet, in bytes.", { default: 1460 })),
 *     });
 *     type Spec = Static<typeof spec>;   // { mode: "Auto" | "Policy"; mtu?: number }
 *     // the value: {"type":"object","description":…,"required":["mode"],"properties":{"mode":{"type":"string","enum":[…]},"mtu":{…}}}
 *
 * The types are TypeBox's; its builders are not used, for they write what is not structural (`anyOf` of literals, `patternProperties`) and
 * cost 200 ms to load unbundled (docs/decisions/0007-kinds-as-data.md). Values are plain {@link Schema} data, shared freely: never change one.
 */
import type { Static, TArray, TBoolean, TInteger, TNumber, TObject, TOptional, TSchema, TString, TUnsafe } from "typebox";
import type { GoHints, Schema } from "./schema.ts";

export type { Static };

/** What may be said of a schema beside its structure; the members are those of {@link Schema}. */
export type Options = Partial<
  Omit<Schema, "type" | "description" | "properties" | "required" | "items" | "additionalProperties" | "enum"> & { format: string }
>;

type Properties = Record<string, TSchema>;

/**
 * The description is the text that `kubectl explain` shows: every member of an object has one, items and values of plain types need none.
 */
type Text = string | undefined;

const described = (description: Text) => (description === undefined ? {} : { description });

/** Gives a schema its TypeBox type. Nothing happens at run time. */
const typed = <T extends TSchema>(schema: Schema): T => schema as unknown as T;

/** The schema behind a typed one, as everything but TypeScript sees it. */
export const schemaOf = (schema: TSchema): Schema => schema as Schema;

/**
 * Marks a member of an object as one that may be absent. A typed schema is a value that may stand in several objects, so the mark is kept
 * beside it: in a wrapper that {@link object} takes off again.
 */
export function optional<T extends TSchema>(schema: T): TOptional<T> {
  return new OptionalMember(schema) as unknown as TOptional<T>;
}

class OptionalMember {
  readonly schema: TSchema;
  constructor(schema: TSchema) {
    this.schema = schema;
  }
}

/** An object with these members; `required` is worked out from {@link optional}, in alphabetical order as controller-gen writes it. */
export function object<P extends Properties>(description: Text, properties: P, options: Options = {}): TObject<P> {
  const members: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [name, member] of Object.entries(properties)) {
    if (member instanceof OptionalMember) members[name] = schemaOf(member.schema);
    else {
      members[name] = schemaOf(member);
      required.push(name);
    }
  }
  return typed({
    type: "object",
    ...described(description),
    ...options,
    ...(required.length > 0 ? { required: required.sort() } : {}),
    ...(Object.keys(members).length > 0 ? { properties: members } : {}),
  });
}

export function list<T extends TSchema>(description: Text, items: T, options: Options = {}): TArray<T> {
  return typed({ type: "array", ...described(description), ...options, items: schemaOf(items) });
}

/** A list whose items server-side apply tells apart by these members. */
export function keyedList<T extends TSchema>(description: Text, keys: readonly string[], items: T, options: Options = {}): TArray<T> {
  return list(description, items, { ...options, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys });
}

/** Any names, values of one schema. */
export function map<T extends TSchema>(description: Text, values: T, options: Options = {}): TUnsafe<Record<string, Static<T>>> {
  return typed({ type: "object", ...described(description), ...options, additionalProperties: schemaOf(values) });
}

export const string = (description?: Text, options: Options = {}): TString =>
  typed({ type: "string", ...described(description), ...options });
export const boolean = (description?: Text, options: Options = {}): TBoolean =>
  typed({ type: "boolean", ...described(description), ...options });
export const number = (description?: Text, options: Options = {}): TNumber =>
  typed({ type: "number", ...described(description), ...options });
export const integer = (description?: Text, options: Options = {}): TInteger =>
  typed({ type: "integer", ...described(description), ...options });
export const int32 = (description?: Text, options: Options = {}) => integer(description, { format: "int32", ...options });
export const int64 = (description?: Text, options: Options = {}) => integer(description, { format: "int64", ...options });

/** RFC 3339, e.g. `2026-03-04T05:06:07Z`. */
export const dateTime = (description?: Text, options: Options = {}) => string(description, { format: "date-time", ...options });

/** Base64 text. */
export const bytes = (description?: Text, options: Options = {}) => string(description, { format: "byte", ...options });

/** One of these texts. */
export function oneOf<const V extends readonly string[]>(description: Text, values: V, options: Options = {}): TUnsafe<V[number]> {
  return typed({ type: "string", ...described(description), ...options, enum: values });
}

/** A number or a text, e.g. a port by number or by name. */
export function intOrString(description?: Text, options: Options = {}): TUnsafe<number | string> {
  return typed({
    ...described(description),
    ...options,
    anyOf: [{ type: "integer" }, { type: "string" }],
    "x-kubernetes-int-or-string": true,
  });
}

/** The pattern that controller-gen gives every `resource.Quantity`. */
const QUANTITY = "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

/** An amount with an SI or binary suffix: `2`, `500m`, `10Gi`. */
export const quantity = (description?: Text, options: Options = {}) => intOrString(description, { pattern: QUANTITY, ...options });

/** Any object, its members unknown and kept. */
export function anyObject(description: Text, options: Options = {}): TUnsafe<Record<string, unknown>> {
  return typed({ type: "object", ...described(description), ...options, "x-kubernetes-preserve-unknown-fields": true });
}

/** Any object, its members unknown to the schema (a built-in kind's Go type keeps them). */
export function freeObject(description: Text, options: Options = {}): TUnsafe<Record<string, unknown>> {
  return typed({ type: "object", ...described(description), ...options });
}

/** `{ go: hints }`, merged with other options: how the Go type of a built-in kind behaves. */
export const go = (hints: GoHints, options: Options = {}): Options => ({ ...options, go: hints });
