import { Float, type JsonValue } from "../../apimachinery/json/value.ts";

/**
 * How many bytes a value takes as JSON. Stops counting beyond `limit` (the answer is then merely greater than it), and takes what nests
 * deeper than `depth` for greater as well.
 */
export function encodedSize(value: JsonValue, limit: number, depth: number): number {
  if (depth < 0) return limit + 1;
  if (typeof value === "string") return stringSize(value);
  if (typeof value !== "object" || value === null) return String(value).length;
  if (value instanceof Float) return String(value.value).length;
  let size = 2;
  if (Array.isArray(value)) {
    for (const item of value) {
      size += 1 + encodedSize(item, limit - size, depth - 1);
      if (size > limit) return size;
    }
    return value.length > 0 ? size - 1 : size;
  }
  const names = Object.keys(value);
  for (const name of names) {
    size += 2 + stringSize(name) + encodedSize(value[name] as JsonValue, limit - size, depth - 1);
    if (size > limit) return size;
  }
  return names.length > 0 ? size - 1 : size;
}

const stringSize = (text: string): number => Buffer.byteLength(JSON.stringify(text));
