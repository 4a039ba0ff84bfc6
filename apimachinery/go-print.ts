import { formatFloat } from "./go-text.ts";
import { Float, isJsonObject, type JsonObject, type JsonValue } from "./json/value.ts";

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
 * `list element types are not identical: …` as well as in `Invalid value: "map[data:map[a:1]]"`, and scale what is not where it should be.
 */
export const goPrint = (value: JsonValue): string => print(value, goScalar);

/** The same for `%s`, which complains about everything in it that is no text: `%!s(int64=5)`. */
export const goPrintString = (value: JsonValue): string =>
  value === null
    ? "%!s(<nil>)"
    : print(value, (scalar) => (typeof scalar === "string" ? scalar : `%!s(${goType(scalar)}=${goScalar(scalar)})`));

type Scalar = Exclude<JsonValue, null | JsonValue[] | JsonObject>;

function goScalar(value: Scalar): string {
  if (value instanceof Float) return formatFloat(value.value);
  return typeof value === "number" && !Number.isInteger(value) ? formatFloat(value) : String(value);
}

function print(value: JsonValue, scalar: (value: Scalar) => string): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map((item) => print(item, scalar)).join(" ")}]`;
  if (!isJsonObject(value)) return scalar(value);
  const members = Object.keys(value).sort();
  return `map[${members.map((name) => `${name}:${print(value[name] as JsonValue, scalar)}`).join(" ")}]`;
}
