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

/**
 * A test whether something holds for a schema or anything below it (not what only validates: `allOf` and its siblings). Walked once per
 * schema, so that a walk over an object can leave out the parts where there is nothing to do.
 */
export function anywhere(holds: (schema: Schema) => boolean): (schema: Schema) => boolean {
  const known = new WeakMap<Schema, boolean>();
  return function found(schema: Schema): boolean {
    let answer = known.get(schema);
    if (answer === undefined) {
      answer = holds(schema) || childrenOf(schema).some(found);
      known.set(schema, answer);
    }
    return answer;
  };
}

/** Whether a schema has CEL rules. */
export const hasRules = anywhere((schema) => (schema["x-kubernetes-validations"]?.length ?? 0) > 0);

/** Whether a schema has a resource inside. */
export const hasEmbedded = anywhere((schema) => schema["x-kubernetes-embedded-resource"] === true);

function childrenOf(schema: Schema): Schema[] {
  const children = schema.properties === undefined ? [] : Object.values(schema.properties);
  const values = valuesOf(schema);
  if (values !== undefined) children.push(values);
  if (schema.items !== undefined) children.push(schema.items);
  return children;
}
