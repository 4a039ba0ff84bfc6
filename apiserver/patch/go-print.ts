import { formatFloat } from "../../apimachinery/go-text.ts";
import { Float, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";

/** Go's name for the type that a JSON value has in an `interface{}`. */
export type GoType = "<nil>" | "bool" | "int64" | "float64" | "string" | "[]interface {}" | "map[string]interface {}";

export function goType(value: JsonValue): GoType {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return "[]interface {}";
  if (value instanceof Float) return "float64";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "number":
      return Number.isInteger(value) ? "int64" : "float64";
    case "bigint":
      return "int64";
    default:
      return "map[string]interface {}";
  }
}

/**
 * A value as Go's `%v` prints it: `map[a:1 b:[x y]]`, members sorted, nothing quoted. Strategic merge shows patches and lists so, in
 * `list element types are not identical: …` as well as in `Invalid value: "map[data:map[a:1]]"`.
 */
export function goPrint(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goPrint).join(" ")}]`;
  if (value instanceof Float) return formatFloat(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatFloat(value);
  if (typeof value !== "object") return String(value);
  return `map[${Object.keys(value)
    .sort()
    .map((name) => `${name}:${goPrint((value as JsonObject)[name] as JsonValue)}`)
    .join(" ")}]`;
}

/** The same for `%s`, which complains about what is no text: `%!s(int64=5)`. */
export function goPrintString(value: JsonValue): string {
  if (value === null) return "%!s(<nil>)";
  return typeof value === "string" || typeof value === "object" ? goPrint(value) : `%!s(${goType(value)}=${goPrint(value)})`;
}
