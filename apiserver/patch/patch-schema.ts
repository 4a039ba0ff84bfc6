import { quote } from "../../apimachinery/go-text.ts";
import { unknownError } from "../../apimachinery/status/status.ts";
import type { Schema } from "../../apis/schema.ts";

/** How strategic merge treats one field. */
export interface PatchField {
  /** Of the field's value, or of the items of a list. */
  readonly schema: Schema;
  /** `merge`, `replace` or empty; `retainKeys` stands beside these and decides nothing on the server. */
  readonly strategy: string;
  /** The member that tells the items of a merged list of objects apart; empty for scalars. */
  readonly mergeKey: string;
}

/** Looks up a field that holds an object. Throws as {@link lookUp} does. */
export function objectField(parent: Schema, name: string): PatchField {
  const schema = lookUp(parent, name);
  return { schema, ...tagsOf(schema) };
}

/** Looks up a field that holds a list. Throws as {@link lookUp} does, and where the field holds something else. */
export function listField(parent: Schema, name: string): PatchField {
  const schema = lookUp(parent, name);
  if (schema.type !== "array") throw unknownError(`expected slice or array type, but got: ${goKind(parent)}`);
  return { schema: schema.items ?? {}, ...tagsOf(schema) };
}

/** Go's reflect.Kind of the type behind a schema. */
export function goKind(schema: Schema): string {
  switch (schema.type) {
    case "object":
      return schema.additionalProperties ? "map" : "struct";
    case "array":
      return "slice";
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "integer":
      return schema.format === "int32" ? "int32" : "int64";
    case "number":
      return "float64";
    default:
      return "struct";
  }
}

/** Throws the 500 without a reason of a field that the type does not have: only a directive or a nested map can ask for one. */
function lookUp(parent: Schema, name: string): Schema {
  const kind = goKind(parent);
  if (kind !== "struct") throw unknownError(`merging an object in json but data type is not struct, instead is: ${kind}`);
  const schema = parent.properties !== undefined && Object.hasOwn(parent.properties, name) ? parent.properties[name] : undefined;
  if (schema === undefined)
    throw unknownError(`unable to find api field in struct ${parent.go?.struct ?? ""} for the json field ${quote(name)}`);
  return schema;
}

function tagsOf(schema: Schema): Pick<PatchField, "strategy" | "mergeKey"> {
  const strategies = (schema["x-kubernetes-patch-strategy"] ?? "").split(",");
  return {
    strategy: strategies.find((strategy) => strategy !== "retainKeys") ?? "",
    mergeKey: schema["x-kubernetes-patch-merge-key"] ?? "",
  };
}
