import type { JsonValue } from "../../apimachinery/json/value.ts";
import { Quantity } from "../../apimachinery/quantity/quantity.ts";
import type { Schema } from "../../apis/schema.ts";
import { type Field, ListType, MapType, RawType, StructType } from "./containers.ts";
import type { GoType } from "./go-type.ts";
import { jsonSchemaProps } from "./json-schema-props.ts";
import { BoolType, BytesType, FloatType, IntOrStringType, IntType, StringType, TextType, TimeType } from "./scalars.ts";

const compiled = new WeakMap<Schema, GoType>();

/**
 * The Go type that a schema of a built-in kind stands for (`type`, `format`, `properties` and the hints under `go`). Made once per schema.
 *
 * | schema                                   | Go                       |
 * | ---------------------------------------- | ------------------------ |
 * | object with properties                   | struct                   |
 * | object with additionalProperties         | map[string]T             |
 * | object with neither, or of no type       | raw JSON                 |
 * | string of format date-time               | v1.Time, or `go.type`    |
 * | string of format byte                    | []byte                   |
 * | `go.type` resource.Quantity              | resource.Quantity        |
 * | `x-kubernetes-int-or-string`             | intstr.IntOrString       |
 */
export function goTypeOf(schema: Schema): GoType {
  let type = compiled.get(schema);
  if (type === undefined) {
    type = compile(schema);
    compiled.set(schema, type);
  }
  return type;
}

function compile(schema: Schema): GoType {
  const { type, format, items, properties, additionalProperties, go } = schema;
  if (go?.type === jsonSchemaProps.name) return jsonSchemaProps;
  if (go?.type === statusSubresource.name) return statusSubresource;
  if (go?.type === QUANTITY) return new TextType(QUANTITY, (text) => Quantity.parse(text).toString(), "0");
  if (schema["x-kubernetes-int-or-string"]) return new IntOrStringType();
  switch (type) {
    case "string":
      if (format === "date-time") return new TimeType(go?.type ?? "v1.Time");
      return format === "byte" ? new BytesType(go?.type) : new StringType(go?.type);
    case "boolean":
      return new BoolType(go?.type);
    case "integer":
      return new IntType(format === "int32" ? 32 : 64, go?.type);
    case "number":
      return new FloatType(go?.type);
    case "array":
      return items === undefined ? new RawType(go?.type ?? "[]interface {}") : new ListType(goTypeOf(items), go?.type);
    default:
      if (properties !== undefined) return structOf(schema, properties);
      if (typeof additionalProperties === "object") return new MapType(goTypeOf(additionalProperties), go?.type);
      return new RawType(go?.type ?? "interface {}");
  }
}

const QUANTITY = "resource.Quantity";

/** A struct without fields, which documents show as any object. */
const statusSubresource = new StructType("v1.CustomResourceSubresourceStatus", "CustomResourceSubresourceStatus", () => []);

function structOf(schema: Schema, properties: NonNullable<Schema["properties"]>): StructType {
  const struct = schema.go?.struct ?? "";
  return new StructType(schema.go?.type ?? `v1.${struct}`, struct, () =>
    Object.entries(properties).map(([name, property]) => fieldOf(name, property)),
  );
}

function fieldOf(name: string, schema: Schema): Field {
  const { pointer = false, keepsEmpty = false, zero } = schema.go ?? {};
  return { name, type: goTypeOf(schema), pointer, keepsEmpty, zero: zero as JsonValue | undefined };
}
