/** What Terraform's provider `kubernetes` wants of `/openapi/v2`, whose parser gives the whole document up at the first member of another type. */

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const isObject = (value: Json | undefined): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

const REFERENCE = "#/definitions/";

/** Kinds may not contain themselves, but for this one. */
const RECURSIVE = /\.apiextensions\.v1(beta1)?\.JSONSchemaProps$/;

const MOST_LEVELS = 50;

const MEMBERS: Readonly<Record<string, (value: Json) => boolean>> = {
  type: (value) => typeof value === "string",
  format: (value) => typeof value === "string",
  description: (value) => typeof value === "string",
  title: (value) => typeof value === "string",
  pattern: (value) => typeof value === "string",
  enum: Array.isArray,
  required: Array.isArray,
  exclusiveMinimum: (value) => typeof value === "boolean",
  exclusiveMaximum: (value) => typeof value === "boolean",
  uniqueItems: (value) => typeof value === "boolean",
  ...Object.fromEntries(
    ["minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map((name) => [
      name,
      (value: Json) => typeof value === "number",
    ]),
  ),
  additionalProperties: (value) => typeof value === "boolean" || isObject(value),
  properties: isObject,
  items: isObject,
};

/** What the provider would stumble over, in sentences; with an empty list all kinds can be used. */
export function complaints(document: Json): string[] {
  const found: string[] = [];
  if (!isObject(document) || !isObject(document.definitions) || Object.keys(document.definitions).length === 0) {
    return ["the document has no definitions"];
  }
  const { definitions } = document;
  const objectMeta = definitions["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"];
  if (!isObject(objectMeta) || objectMeta.type !== "object" || !isObject(objectMeta.properties)) found.push("ObjectMeta is no object");

  const walk = (schema: Json, where: string, through: readonly string[]): void => {
    if (!isObject(schema)) {
      found.push(`${where} is no schema`);
      return;
    }
    if (through.length > MOST_LEVELS) {
      found.push(`${where} goes deeper than ${MOST_LEVELS} levels`);
      return;
    }
    const { $ref } = schema;
    if ($ref !== undefined) {
      const name = typeof $ref === "string" ? $ref.slice(REFERENCE.length) : "";
      const target = definitions[name];
      if (typeof $ref !== "string" || !$ref.startsWith(REFERENCE) || name.includes("/") || target === undefined) {
        found.push(`${where} refers to ${JSON.stringify($ref)}`);
      } else if (RECURSIVE.test(name)) return;
      else if (through.includes(name)) found.push(`${where} contains itself`);
      else walk(target, where, [...through, name]);
      return;
    }
    for (const [name, good] of Object.entries(MEMBERS)) {
      const value = schema[name];
      if (value !== undefined && !good(value)) found.push(`${where} has a ${name} of another type: ${JSON.stringify(value)}`);
    }
    const { type, properties, additionalProperties, items } = schema;
    if (type === "object" && isObject(properties) && isObject(additionalProperties)) found.push(`${where} is a struct and a map`);
    if (type === "array" && items === undefined) found.push(`${where} is an array without items`);
    if (isObject(properties)) for (const [name, property] of Object.entries(properties)) walk(property, `${where}.${name}`, through);
    if (isObject(additionalProperties)) walk(additionalProperties, `${where}.*`, through);
    if (items !== undefined) walk(items, `${where}[]`, through);
  };
  for (const [name, definition] of Object.entries(definitions)) {
    if (isObject(definition)) {
      const kinds = definition["x-kubernetes-group-version-kind"];
      if (kinds !== undefined && !Array.isArray(kinds)) found.push(`${name} names its kinds in something that is no list`);
    }
    walk(definition, name, [name]);
  }
  return found;
}

/** The kinds of a document, as `group/version/kind`. */
export function kindsIn(document: Json): string[] {
  const definitions = isObject(document) && isObject(document.definitions) ? Object.values(document.definitions) : [];
  return definitions.flatMap((definition) => {
    const kinds = isObject(definition) ? definition["x-kubernetes-group-version-kind"] : undefined;
    return Array.isArray(kinds) ? kinds.map((kind) => (isObject(kind) ? `${kind.group}/${kind.version}/${kind.kind}` : "")) : [];
  });
}
