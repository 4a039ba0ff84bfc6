import { typeMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { valuesOf } from "../structural/node.ts";
import { namedTypes } from "./meta-definitions.ts";
import { OBJECT_META } from "./names.ts";

/** A part of a document: plain data, written as JSON. */
export type Part = { [name: string]: unknown };

/** The two forms of schemas: OpenAPI v2 knows no combinators, no null and no siblings that count beside a reference. */
export type Dialect = "v2" | "v3";

export interface References {
  /** A reference to a definition; `schema` is what it says, for those that are found inside others. */
  to(definition: string, schema?: Schema): Part;
}

/** What both dialects take as it stands. */
const COMMON = [
  "title",
  "description",
  "type",
  "format",
  "enum",
  "required",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "pattern",
  "minItems",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "x-kubernetes-int-or-string",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-validations",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-patch-merge-key",
] as const satisfies readonly (keyof Schema)[];

/** What documents say of the member `metadata`, beside the description of its type. */
export const METADATA = { description: "Name, labels and what else every object has." };

const INTEGER_OR_STRING: readonly Schema[] = [{ type: "integer" }, { type: "string" }];

/**
 * Writes a schema as the documents have it. Types with a name of their own become references; the rest is written out.
 *
 * In v3 everything is kept, and an int-or-string is spelled out as `anyOf`. In v2 what kubectl's older parser cannot read goes:
 * combinators, defaults, the type of what may be null, the structure of what keeps unknown fields (kube-api-behaviour 2.15;
 * apiextensions-apiserver, pkg/controller/openapi/v2/conversion.go).
 */
export class SchemaWriter {
  readonly #dialect: Dialect;
  readonly #references: References;

  constructor(dialect: Dialect, references: References) {
    this.#dialect = dialect;
    this.#references = references;
  }

  /** A schema where it is used: a reference, if its type has a name. */
  use(schema: Schema): Part {
    const definition = schema.go?.definition ?? namedTypes.get(schema.go?.type ?? "");
    if (definition === undefined) return this.body(schema);
    return this.#references.to(definition, schema.go?.definition === undefined ? undefined : schema);
  }

  /**
   * The same for a member of an object, which has a description and a default beside its type. What describes the member does not
   * describe the type once more: kubectl shows both.
   */
  member(schema: Schema): Part {
    const { description, ...bare } = schema;
    const part = this.use(schema.go?.definition === undefined ? schema : bare);
    if (part.$ref === undefined) return part;
    const zero = schema.go?.zero;
    const withDefault = this.#dialect === "v3" && zero !== undefined && zero !== null;
    return this.described(part, { ...(description === undefined ? {} : { description }), ...(withDefault ? { default: zero } : {}) });
  }

  /** Puts something beside a reference: v3 allows that only around it. */
  described(reference: Part, beside: Part): Part {
    if (Object.keys(beside).length === 0) return reference;
    return this.#dialect === "v2" ? { ...reference, ...beside } : { ...beside, allOf: [reference] };
  }

  /** A schema written out, whatever it is called. */
  body(schema: Schema): Part {
    const part: Part = {};
    for (const keyword of COMMON) if (schema[keyword] !== undefined) part[keyword] = schema[keyword];
    if (schema.properties !== undefined) part.properties = this.#members(schema.properties);
    if (schema.items !== undefined) part.items = this.use(schema.items);
    if (schema.additionalProperties !== undefined) {
      const values = valuesOf(schema);
      part.additionalProperties = values === undefined ? schema.additionalProperties : this.use(values);
    }
    if (schema["x-kubernetes-embedded-resource"]) this.#embed(schema, part);
    if (this.#dialect === "v2") simplify(schema, part);
    else this.#complete(schema, part);
    return part;
  }

  #members(properties: { readonly [name: string]: Schema }): Part {
    return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, this.member(schema)]));
  }

  /** What a resource inside another has; left out where v2 keeps unknown fields, as its structure is too. */
  #embed(schema: Schema, part: Part): void {
    const metadata = this.described(this.#references.to(OBJECT_META), METADATA);
    part.properties = { ...(part.properties as Part | undefined), ...this.#members(typeMeta), metadata };
    part.required = [...new Set([...(schema.required ?? []), "kind", "apiVersion"])];
  }

  /** What only v3 has. */
  #complete(schema: Schema, part: Part): void {
    if (schema.default !== undefined) part.default = schema.default;
    if (schema.nullable) part.nullable = true;
    if (schema.not !== undefined) part.not = this.use(schema.not);
    for (const keyword of ["allOf", "anyOf", "oneOf"] as const) {
      const branches = schema[keyword];
      if (branches !== undefined) part[keyword] = branches.map((branch) => this.use(branch));
    }
    if (schema["x-kubernetes-int-or-string"]) spellOut(schema, part);
  }
}

function simplify(schema: Schema, part: Part): void {
  const loose = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema.nullable || loose) {
    delete part.items;
    delete part.properties;
  }
  if (
    schema.nullable ||
    schema["x-kubernetes-int-or-string"] ||
    (schema.type === "array" && part.items === undefined) ||
    (schema.type === "object" && loose)
  ) {
    delete part.type;
  }
  const required = (part.required as string[] | undefined)?.filter((name) => schema.properties?.[name]?.nullable !== true);
  if (required === undefined || required.length === 0 || valuesOf(schema)?.nullable) delete part.required;
  else part.required = required;
}

/** An int-or-string says so in `anyOf`, or, where that is taken, in `allOf` (apiextensions-apiserver, pkg/apiserver/schema/unfold.go). */
function spellOut(schema: Schema, part: Part): void {
  if (isIntegerOrString(schema.anyOf) || isIntegerOrString(schema.allOf?.[0]?.anyOf)) return;
  if (schema.anyOf === undefined) part.anyOf = INTEGER_OR_STRING;
  else {
    part.allOf = [{ anyOf: INTEGER_OR_STRING }, { anyOf: part.anyOf }, ...((part.allOf as Part[] | undefined) ?? [])];
    delete part.anyOf;
  }
}

const isIntegerOrString = (branches: readonly Schema[] | undefined): boolean =>
  branches?.length === 2 && branches[0]?.type === "integer" && branches[1]?.type === "string";
