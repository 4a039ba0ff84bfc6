import { goPrint } from "../../apimachinery/go-print.ts";
import { marshal, quote } from "../../apimachinery/go-text.ts";
import { Float, isJsonObject, type JsonValue } from "../../apimachinery/json/value.ts";

/** A value as Go's `%#v` prints it, which names types: `map[string]interface {}{"a":1, "b":interface {}(nil)}`. */
export function goSyntax(value: JsonValue): string {
  if (value === null) return "interface {}(nil)";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .map((name) => `${quote(name)}:${goSyntax(value[name] as JsonValue)}`);
    return `map[string]interface {}{${members.join(", ")}}`;
  }
  return value instanceof Float ? goPrint(value) : marshal(value);
}
