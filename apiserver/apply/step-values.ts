/**
 * How steps spell values: as json-iterator does, which Kubernetes writes them with. That is not quite encoding/json, in what hardly ever occurs:
 *
 *     0.0000001     1e-07                an exponent has two digits
 *     "\b" "\f"     "\u0008" "\u000c"    no short escapes
 *
 * and the name of a key keeps `<`, `>`, `&` and line separators, which are escaped everywhere else.
 */
import { marshal } from "../../apimachinery/go-text.ts";
import { isJsonObject, isNumber, type JsonValue } from "../../apimachinery/json/value.ts";
import { compareUtf8 } from "./compare-utf8.ts";

export function spell(value: JsonValue): string {
  if (typeof value === "string") return withLongEscapes(marshal(value));
  if (isNumber(value)) return marshal(value).replace(/e-(\d)$/, "e-0$1");
  if (Array.isArray(value)) return `[${value.map(spell).join(",")}]`;
  if (!isJsonObject(value)) return marshal(value);
  const members = Object.keys(value)
    .sort(compareUtf8)
    .map((name) => `${spell(name)}:${spell(value[name] as JsonValue)}`);
  return `{${members.join(",")}}`;
}

export const spellName = (name: string): string => withLongEscapes(JSON.stringify(name));

const withLongEscapes = (text: string): string =>
  text.includes("\\") ? text.replaceAll(/\\(.)/g, (short, of) => (of === "b" ? "\\u0008" : of === "f" ? "\\u000c" : short)) : text;
