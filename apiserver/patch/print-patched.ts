import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";

/**
 * The result of a JSON or merge patch as `Invalid value: "…"` shows it where the kind cannot be decoded from it.
 *
 * Kubernetes opens only what a patch goes through, and writes what it opened with sorted members, the rest as it stands. What the result
 * shares with `original`, at the same place, has not been opened:
 *
 *   original  {"kind":"ConfigMap","data":{"b":"1"},"metadata":{"name":"x","labels":{}}}   patch  {"data":{"a":1}}
 *   printed   {"data":{"a":1,"b":"1"},"kind":"ConfigMap","metadata":{"name":"x","labels":{}}}
 *
 * (recordings patch/undecodable-results.)
 */
export function printPatched(original: JsonObject, result: JsonValue): string {
  return print(result, original).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function print(value: JsonValue, original: JsonValue | undefined): string {
  if (value === original) return stringify(value);
  if (Array.isArray(value)) {
    const items = Array.isArray(original) ? original : [];
    return `[${value.map((item, index) => print(item, items[index])).join(",")}]`;
  }
  if (!isJsonObject(value)) return stringify(value);
  const members = isJsonObject(original) ? original : {};
  const written: string[] = [];
  for (const name of Object.keys(value).sort()) {
    const member = value[name];
    if (member === undefined) continue;
    written.push(`${JSON.stringify(name)}:${print(member, Object.hasOwn(members, name) ? members[name] : undefined)}`);
  }
  return `{${written.join(",")}}`;
}
