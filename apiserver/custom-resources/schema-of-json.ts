import { Float, isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";

/**
 * A schema as a CustomResourceDefinition says it, read into the form that everything works with. Values (defaults, enumerations) stay as
 * JSON keeps them, so that no digit is lost; limits become plain numbers. What has no meaning to the server is left out.
 *
 * @param json has been validated
 */
export function schemaOfJson(json: JsonObject): Schema {
  const schema: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const read = MEMBERS[name];
    // Kubernetes cannot tell null from what is not there
    if (read !== undefined && value !== null) schema[name] = read(value);
  }
  return schema as Schema;
}

type Read = (value: JsonValue) => unknown;

const asIs: Read = (value) => value;
const number: Read = (value) => (value instanceof Float ? value.value : Number(value));
const one: Read = (value) => schemaOfJson(value as JsonObject);
const several: Read = (value) => (value as JsonObject[]).map(schemaOfJson);
const named: Read = (value) => Object.fromEntries(Object.entries(value as JsonObject).map(([name, schema]) => [name, one(schema)]));

const MEMBERS: Readonly<Record<string, Read>> = {
  __proto__: null as never,
  type: asIs,
  format: asIs,
  title: asIs,
  description: asIs,
  default: asIs,
  nullable: asIs,
  enum: asIs,
  properties: named,
  required: asIs,
  additionalProperties: (value) => (isJsonObject(value) ? schemaOfJson(value) : value),
  items: one,
  minimum: number,
  maximum: number,
  exclusiveMinimum: asIs,
  exclusiveMaximum: asIs,
  multipleOf: number,
  minLength: number,
  maxLength: number,
  pattern: asIs,
  minItems: number,
  maxItems: number,
  uniqueItems: asIs,
  minProperties: number,
  maxProperties: number,
  allOf: several,
  anyOf: several,
  oneOf: several,
  not: one,
  "x-kubernetes-int-or-string": asIs,
  "x-kubernetes-preserve-unknown-fields": asIs,
  "x-kubernetes-embedded-resource": asIs,
  "x-kubernetes-list-type": asIs,
  "x-kubernetes-list-map-keys": asIs,
  "x-kubernetes-map-type": asIs,
  "x-kubernetes-validations": asIs,
};
