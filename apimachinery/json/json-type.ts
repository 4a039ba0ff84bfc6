import { Float, type JsonValue } from "./value.ts";

/** What Go's JSON decoder calls a value it did not expect: `cannot unmarshal {array} into Go value of type …`. */
export function jsonType(value: JsonValue): "null" | "bool" | "number" | "string" | "array" | "object" {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (value instanceof Float) return "number";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "object":
      return "object";
    default:
      return "number";
  }
}
