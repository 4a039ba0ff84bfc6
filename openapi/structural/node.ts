import type { Schema } from "../../apis/schema.ts";

/** What every object at the root of a resource carries, whatever its schema says. */
export const isMetaField = (name: string): boolean => name === "metadata" || name === "apiVersion" || name === "kind";

/** The schema of a declared property. Own members only: `constructor` is no property of anything. */
export function propertyOf(schema: Schema, name: string): Schema | undefined {
  const properties = schema.properties;
  return properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

/** The schema of the values of a map, if it has one; `additionalProperties: true` has none. */
export function valuesOf(schema: Schema): Schema | undefined {
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}

/** The schema of a member, declared or of the map. */
export const memberOf = (schema: Schema, name: string): Schema | undefined => propertyOf(schema, name) ?? valuesOf(schema);

/** A default of null is none: Kubernetes cannot tell the two apart. */
export const hasDefault = (schema: Schema): boolean => schema.default !== undefined && schema.default !== null;

const rules = new WeakMap<Schema, boolean>();

/** Whether the schema holds CEL rules anywhere. Walked once per schema. */
export function hasRules(schema: Schema): boolean {
  const known = rules.get(schema);
  if (known !== undefined) return known;
  const found = (schema["x-kubernetes-validations"]?.length ?? 0) > 0 || childrenOf(schema).some(hasRules);
  rules.set(schema, found);
  return found;
}

/** Properties, map values and items; not what only validates (`allOf` and its siblings). */
export function childrenOf(schema: Schema): Schema[] {
  const children = schema.properties === undefined ? [] : Object.values(schema.properties);
  const values = valuesOf(schema);
  if (values !== undefined) children.push(values);
  if (schema.items !== undefined) children.push(schema.items);
  return children;
}
