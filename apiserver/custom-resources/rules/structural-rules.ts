import { RE2JS } from "re2js";
import { errorText, type FieldError, forbidden, invalid, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";
import { entriesOf, type JsonSchema, listOf } from "./json-schema.ts";

type Level = "root" | "items" | "field";

/**
 * What keeps a schema from being structural, in the order of the texts: a type everywhere, what only validates kept apart, and the metadata left
 * alone (apiextensions-apiserver, pkg/apiserver/schema/validation.go).
 */
export function structuralErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const judge = new Judge();
  judge.structure(schema, "root", path);
  const texts = new Map(judge.errors.map((error) => [error, errorText(error)]));
  return judge.errors.sort((a, b) => ((texts.get(a) as string) < (texts.get(b) as string) ? -1 : 1));
}

/** Why a schema cannot be looked at as a structural one at all; undefined if it can. Other errors say the same. */
export function unstructural(schema: JsonSchema): string | undefined {
  for (const member of ["id", "schema", "$ref", "patternProperties", "dependencies", "additionalItems", "definitions"]) {
    if (schema[member] !== undefined) return `OpenAPIV3Schema '${member}' is not supported`;
  }
  if (Array.isArray(schema.items)) return "OpenAPIV3Schema 'items' must be a schema, but is an array";
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined";
  }
  for (const below of [...childrenOf(schema)]) {
    const why = unstructural(below);
    if (why !== undefined) return why;
  }
  return undefined;
}

function* childrenOf(schema: JsonSchema): Generator<JsonSchema> {
  for (const member of ["items", "additionalProperties", "not"]) {
    const below = schema[member];
    if (below !== undefined && isJsonObject(below)) yield below;
  }
  for (const member of ["allOf", "anyOf", "oneOf"]) yield* listOf<JsonObject>(schema[member]);
  for (const [, below] of entriesOf<JsonObject>(schema.properties)) yield below;
}

class Judge {
  readonly errors: FieldError[] = [];

  structure(schema: JsonValue | undefined, level: Level, path: FieldPath): void {
    if (schema === undefined || !isJsonObject(schema)) return;
    const { type, properties, additionalProperties } = schema;
    const embedded = schema["x-kubernetes-embedded-resource"] === true;
    const intOrString = schema["x-kubernetes-int-or-string"] === true;
    const preserving = schema["x-kubernetes-preserve-unknown-fields"] === true;
    if (type === "array" && schema.items === undefined) this.#add(required(path.child("items"), "must be specified"));
    this.structure(schema.items, "items", path.child("items"));
    for (const [name, property] of entriesOf(properties)) this.structure(property, "field", path.child("properties").key(name));
    if (additionalProperties !== undefined) {
      if (level === "root") this.#add(forbidden(path.child("additionalProperties"), "must not be used at the root"));
      this.structure(additionalProperties, "field", path.child("additionalProperties"));
    }
    if (intOrString && preserving) {
      this.#add(invalid(path.child("x-kubernetes-preserve-unknown-fields"), true, "must be false if x-kubernetes-int-or-string is true"));
    }
    if (intOrString && embedded) {
      this.#add(invalid(path.child("x-kubernetes-embedded-resource"), true, "must be false if x-kubernetes-int-or-string is true"));
    }
    this.#values(schema, isIntOrString(schema.anyOf), isIntOrString(listOf<JsonObject>(schema.allOf)[0]?.anyOf), path);

    const where = path.child("type");
    if (embedded && type !== "object") {
      const why = "must be object if x-kubernetes-embedded-resource is true";
      this.#add(type === undefined ? required(where, why) : invalid(where, type, why));
    } else if (type === undefined && !intOrString && !preserving) this.#add(required(where, EMPTY_TYPE[level]));
    if (embedded && additionalProperties !== undefined) {
      this.#add(forbidden(path.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set"));
    }
    if (level === "root" && type !== undefined && type !== "object") this.#add(invalid(where, type, "must be object at the root"));
    this.#resource((properties ?? {}) as JsonObject, level, embedded, path);
    if (embedded && !preserving && entriesOf(properties).length === 0) {
      const why = "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
      this.#add(required(path.child("properties"), why));
    }
  }

  #add(error: FieldError): void {
    this.errors.push(error);
  }

  /** What every resource has, and nobody may make into something else. */
  #resource(properties: JsonObject, level: Level, embedded: boolean, path: FieldPath): void {
    const checked = level === "root" || embedded;
    for (const name of ["kind", "apiVersion"]) {
      const property = ownMember(properties, name);
      if (property !== undefined && checked && property.type !== "string") {
        this.#add(invalid(path.child("properties").key(name).child("type"), property.type ?? "", "must be string"));
      }
    }
    const metadata = ownMember(properties, "metadata");
    if (metadata === undefined) return;
    const where = path.child("properties").key("metadata");
    if (checked && metadata.type !== "object") this.#add(invalid(where.child("type"), metadata.type ?? "", "must be object"));
    if (level === "root" && !restrictsNamesOnly(metadata)) {
      this.#add(forbidden(where, "must not specify anything other than name and generateName, but metadata is implicitly specified"));
    }
  }

  /** The part of a schema that only validates. */
  #values(schema: JsonSchema, skipAnyOf: boolean, skipFirstAnyOf: boolean, path: FieldPath): void {
    if (!skipAnyOf) for (const [index, item] of listOf(schema.anyOf).entries()) this.#nested(item, false, path.child("anyOf").index(index));
    for (const [index, item] of listOf(schema.allOf).entries())
      this.#nested(item, skipFirstAnyOf && index === 0, path.child("allOf").index(index));
    for (const [index, item] of listOf(schema.oneOf).entries()) this.#nested(item, false, path.child("oneOf").index(index));
    this.#nested(schema.not, false, path.child("not"));
    const problem = patternProblem(schema.pattern);
    if (problem !== undefined) {
      this.#add(invalid(path.child("pattern"), schema.pattern, `must be a valid regular expression, but isn't: ${problem}`));
    }
  }

  /** A schema under `allOf` and its siblings, which may not say what only the structure says. */
  #nested(schema: JsonValue | undefined, skipAnyOf: boolean, path: FieldPath): void {
    if (schema === undefined || !isJsonObject(schema)) return;
    this.#values(schema, skipAnyOf, false, path);
    this.#nested(schema.items, false, path.child("items"));
    for (const [name, property] of entriesOf(schema.properties)) this.#nested(property, false, path.child("properties").key(name));
    for (const [member, what] of NOT_NESTED) {
      const value = schema[member];
      const said =
        what === "false"
          ? value === true
          : member === "additionalProperties"
            ? value !== undefined && value !== false
            : value !== undefined;
      if (said) this.#add(forbidden(path.child(member), `must be ${what} to be structural`));
    }
    if (ownMember((schema.properties ?? {}) as JsonObject, "metadata") !== undefined) {
      this.#add(forbidden(path.child("properties").key("metadata"), "must not be specified in a nested context"));
    }
  }
}

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  items: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

const NOT_NESTED: readonly (readonly [member: string, what: string])[] = [
  ["type", "empty"],
  ["additionalProperties", "undefined"],
  ["default", "undefined"],
  ["title", "empty"],
  ["description", "empty"],
  ["nullable", "false"],
  ["x-kubernetes-preserve-unknown-fields", "false"],
  ["x-kubernetes-embedded-resource", "false"],
  ["x-kubernetes-int-or-string", "false"],
  ["x-kubernetes-list-map-keys", "empty"],
  ["x-kubernetes-list-type", "undefined"],
  ["x-kubernetes-map-type", "undefined"],
  ["x-kubernetes-validations", "empty"],
];

const INT_OR_STRING: JsonValue = [{ type: "integer" }, { type: "string" }];
const isIntOrString = (value: JsonValue | undefined): boolean => value !== undefined && equalJson(value, INT_OR_STRING);

/** The metadata at the root may be told what names look like, and nothing else. */
function restrictsNamesOnly({ type: _, default: __, properties, ...rest }: JsonObject): boolean {
  const names = entriesOf(properties).map(([name]) => name);
  return Object.keys(rest).length === 0 && names.every((name) => name === "name" || name === "generateName");
}

function patternProblem(pattern: JsonValue | undefined): string | undefined {
  if (typeof pattern !== "string" || pattern === "") return undefined;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const ownMember = (object: JsonObject, name: string): JsonObject | undefined =>
  Object.hasOwn(object, name) ? (object[name] as JsonObject) : undefined;
