import { type FieldError, forbidden, invalid, invalidWithoutValue, notSupported, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { marshal } from "../../../apimachinery/go-text.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";
import { isMetaField } from "../../../openapi/structural/node.ts";
import { InvalidPath, schemaAt } from "./field-path.ts";
import { entriesOf, type JsonSchema, listOf, TYPES } from "./json-schema.ts";

const REASONS = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/** What was wrong with a definition before may stay so. */
export interface SchemaOptions {
  readonly validTypes: boolean;
  readonly atomicSets: boolean;
  readonly mapKeys: boolean;
}

/** Where in the schema a node stands. */
interface Place {
  readonly root: boolean;
  /** Inside the type or the metadata of a resource, the whole or one inside. */
  readonly meta: boolean;
  /** Why there must be no defaults here; undefined where there may be. */
  readonly noDefaults: string | undefined;
}

/**
 * What of OpenAPI a schema may not use, and what its extensions must go with (apiextensions-apiserver,
 * pkg/apis/apiextensions/validation, ValidateCustomResourceDefinitionOpenAPISchema). Rules in CEL are not compiled here.
 */
export function schemaErrors(schema: JsonSchema, path: FieldPath, options: SchemaOptions): FieldError[] {
  const judge = new Judge(options);
  judge.node(schema, path, { root: true, meta: false, noDefaults: undefined });
  return judge.errors;
}

class Judge {
  readonly errors: FieldError[] = [];
  readonly #options: SchemaOptions;

  constructor(options: SchemaOptions) {
    this.#options = options;
  }

  node(schema: JsonValue | undefined, path: FieldPath, place: Place): void {
    if (schema === undefined || !isJsonObject(schema)) return;
    this.#keywords(schema, path, place);
    const below = { ...place, root: false };
    this.#members(schema, path, place);
    this.node(schema.not, path.child("not"), below);
    for (const member of ["allOf", "oneOf", "anyOf"]) {
      for (const [index, item] of listOf(schema[member]).entries()) this.node(item, path.child(member).index(index), below);
    }
    for (const [name, item] of entriesOf(schema.definitions)) this.node(item, path.child("definitions").key(name), below);
    if (Array.isArray(schema.items)) {
      for (const [index, item] of schema.items.entries()) this.node(item, path.child("items").index(index), below);
    } else this.node(schema.items, path.child("items"), below);
    for (const [name, item] of entriesOf(schema.dependencies)) this.node(item, path.child("dependencies").key(name), below);
    this.#extensions(schema, path);
    this.#rules(schema, path);
  }

  #add(...errors: readonly FieldError[]): void {
    this.errors.push(...errors);
  }

  #keywords(schema: JsonSchema, path: FieldPath, { meta, noDefaults }: Place): void {
    const { type } = schema;
    if (this.#options.validTypes && type !== undefined && !TYPES.includes(type as string)) {
      this.#add(notSupported(path.child("type"), type, TYPES));
    }
    if (schema.default !== undefined && noDefaults !== undefined)
      this.#add(forbidden(path.child("default"), `must not be set ${noDefaults}`));
    for (const member of ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]) {
      if (schema[member] !== undefined) this.#add(forbidden(path.child(member), `${member} is not supported`));
    }
    if (type === "null") this.#add(forbidden(path.child("type"), "type cannot be set to null, use nullable as an alternative"));
    if (Array.isArray(schema.items)) this.#add(forbidden(path.child("items"), "items must be a schema object and not an array"));
    if (meta && schema["x-kubernetes-embedded-resource"] === true) {
      this.#add(forbidden(path.child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta"));
    }
    if (schema.uniqueItems === true) {
      this.#add(forbidden(path.child("uniqueItems"), "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"));
    }
  }

  #members(schema: JsonSchema, path: FieldPath, place: Place): void {
    const { additionalProperties, properties } = schema;
    const below = { ...place, root: false };
    if (additionalProperties !== undefined) {
      if (entriesOf(properties).length > 0 && additionalProperties !== true) {
        this.#add(forbidden(path.child("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
      }
      const noDefaults = place.meta ? "inside additionalProperties applying to object metadata" : place.noDefaults;
      this.node(additionalProperties, path.child("additionalProperties"), { ...below, noDefaults });
    }
    for (const [name, item] of entriesOf(properties)) {
      const meta = (place.root || schema["x-kubernetes-embedded-resource"] === true) && isMetaField(name);
      const noDefaults = meta && place.root ? `in top-level ${name}` : place.noDefaults;
      this.node(item, path.child("properties").key(name), { root: false, meta: place.meta || meta, noDefaults });
    }
  }

  #extensions(schema: JsonSchema, path: FieldPath): void {
    const { type, items } = schema;
    const preserve = schema["x-kubernetes-preserve-unknown-fields"];
    if (preserve === false) this.#add(invalid(path.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
    const needsType = (wanted: string, extension: string) => {
      const why = `must be ${wanted} if ${extension} is specified`;
      if (type !== wanted) this.#add(type === undefined ? required(path.child("type"), why) : invalid(path.child("type"), type, why));
      return type === wanted;
    };
    const mapType = schema["x-kubernetes-map-type"];
    if (mapType !== undefined) {
      needsType("object", "x-kubernetes-map-type");
      const known = ["atomic", "granular"];
      if (!known.includes(mapType as string)) this.#add(notSupported(path.child("x-kubernetes-map-type"), mapType, known));
    }
    const listType = schema["x-kubernetes-list-type"];
    if (listType !== undefined) {
      if (needsType("array", "x-kubernetes-list-type") && this.#options.atomicSets && listType === "set") this.#atomicItems(items, path);
      const known = ["atomic", "set", "map"];
      if (!known.includes(listType as string)) this.#add(notSupported(path.child("x-kubernetes-list-type"), listType, known));
    }
    const keys = listOf<string>(schema["x-kubernetes-list-map-keys"]);
    if (keys.length > 0 && listType !== "map") {
      const why = "must be map if x-kubernetes-list-map-keys is non-empty";
      const where = path.child("x-kubernetes-list-type");
      this.#add(listType === undefined ? required(where, why) : invalid(where, listType, why));
    }
    if (listType === "map") this.#keyedList(items, keys, path);
    if (this.#options.mapKeys) this.#add(...keyErrors(schema, path));
  }

  #atomicItems(items: JsonValue | undefined, path: FieldPath): void {
    if (items !== undefined && isJsonObject(items) && hasNonAtomicItems(items)) {
      const member = items.type === "array" ? "x-kubernetes-list-type" : "x-kubernetes-map-type";
      // for objects, too, Kubernetes shows the type of a list
      const shown = items["x-kubernetes-list-type"] ?? null;
      this.#add(invalid(path.child("items").child(member), shown, "must be atomic as item of a list with x-kubernetes-list-type=set"));
    }
  }

  #keyedList(items: JsonValue | undefined, keys: readonly string[], path: FieldPath): void {
    const where = path.child("x-kubernetes-list-map-keys");
    if (keys.length === 0) this.#add(required(where, "must not be empty if x-kubernetes-list-type is map"));
    if (items === undefined) this.#add(required(path.child("items"), "must have a schema if x-kubernetes-list-type is map"));
    else if (!isJsonObject(items)) {
      this.#add(invalid(path.child("items"), items, "must only have a single schema if x-kubernetes-list-type is map"));
    } else if (items.type !== "object") {
      const why = "must be object if parent array's x-kubernetes-list-type is map";
      this.#add(invalid(path.child("items").child("type"), items.type ?? "", why));
    } else {
      const properties = (items.properties ?? {}) as JsonObject;
      const seen = new Set<string>();
      // every key may be wrong: they are shown once
      const shown = marshal(keys);
      const wrong = (detail: string) => this.#add(invalidWithoutValue(where, `${shown}: ${detail}`));
      for (const key of keys) {
        const property = Object.hasOwn(properties, key) ? (properties[key] as JsonObject) : undefined;
        if (property === undefined) wrong("entries must all be names of item properties");
        else if (property.type === "array" || property.type === "object") {
          const type = path.child("items").child("properties").key(key).child("type");
          // Kubernetes shows the type of the items here
          this.#add(invalid(type, items.type, "must be a scalar type if parent array's x-kubernetes-list-type is map"));
        }
        if (seen.has(key)) wrong("must not contain duplicate entries");
        seen.add(key);
      }
    }
  }

  #rules(schema: JsonSchema, path: FieldPath): void {
    for (const [index, item] of listOf(schema["x-kubernetes-validations"]).entries()) {
      const where = path.child("x-kubernetes-validations").index(index);
      const { rule = "", message = "", messageExpression = "", reason, fieldPath = "" } = item as Record<string, string>;
      const trimmed = { rule: rule.trim(), message: message.trim() };
      if (trimmed.rule === "") this.#add(required(where.child("rule"), "rule is not specified"));
      else if (message !== "" && trimmed.message === "") {
        this.#add(invalid(where.child("message"), message, "must be non-empty if specified"));
      } else if (hasBreaks(trimmed.message)) this.#add(invalid(where.child("message"), message, "must not contain line breaks"));
      else if (hasBreaks(trimmed.rule) && trimmed.message === "") {
        this.#add(required(where.child("message"), "message must be specified if rule contains line breaks"));
      }
      if (messageExpression !== "" && messageExpression.trim() === "") {
        this.#add(required(where.child("messageExpression"), "messageExpression must be non-empty if specified"));
      }
      if (reason !== undefined && !REASONS.includes(reason)) this.#add(notSupported(where.child("reason"), reason, REASONS));
      if (fieldPath === "") continue;
      const wrong = (detail: string) => this.#add(invalid(where.child("fieldPath"), fieldPath, detail));
      if (fieldPath.trim() === "") wrong("must be non-empty if specified");
      if (hasBreaks(fieldPath)) wrong("must not contain line breaks");
      if (!leadsSomewhere(fieldPath, schema)) wrong("must be a valid path");
    }
  }
}

const hasBreaks = (text: string): boolean => /[\n\r]/.test(text);

function leadsSomewhere(path: string, schema: JsonSchema): boolean {
  try {
    schemaAt(path, schema);
    return true;
  } catch (error) {
    if (error instanceof InvalidPath) return false;
    throw error;
  }
}

/** Items of a set that may be changed in part: a set could not tell which. */
function hasNonAtomicItems(items: JsonObject): boolean {
  if (items.type === "array") return (items["x-kubernetes-list-type"] ?? "atomic") !== "atomic";
  return items.type === "object" && items["x-kubernetes-map-type"] !== "atomic";
}

/** A list of type set whose items are not atomic. */
export function hasNonAtomicSet(schema: JsonSchema): boolean {
  const { items } = schema;
  return schema["x-kubernetes-list-type"] === "set" && items !== undefined && isJsonObject(items) && hasNonAtomicItems(items);
}

/** What would make items or their keys null or absent. */
export function keyErrors(schema: JsonSchema, path: FieldPath): FieldError[] {
  const { items } = schema;
  const listType = schema["x-kubernetes-list-type"];
  if (items === undefined || !isJsonObject(items) || (listType !== "set" && listType !== "map")) return [];
  const errors: FieldError[] = [];
  const where = path.child("items");
  if (items.nullable === true) {
    errors.push(forbidden(where.child("nullable"), `cannot be nullable when x-kubernetes-list-type is ${listType}`));
  }
  if (listType !== "map") return errors;
  const properties = (items.properties ?? {}) as JsonObject;
  for (const key of listOf<string>(schema["x-kubernetes-list-map-keys"])) {
    if (!Object.hasOwn(properties, key)) continue;
    const property = properties[key] as JsonObject;
    const there = "this property is in x-kubernetes-list-map-keys, so it";
    if (!listOf(items.required).includes(key) && property.default === undefined) {
      errors.push(required(where.child("properties").key(key).child("default"), `${there} must have a default or be a required property`));
    }
    if (property.nullable === true) {
      errors.push(forbidden(where.child("properties").key(key).child("nullable"), `${there} cannot be nullable`));
    }
  }
  return errors;
}
