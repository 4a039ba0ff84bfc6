import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../../apimachinery/json/parse.ts";
import { Float, type JsonValue } from "../../../apimachinery/json/value.ts";

/** What Go says when it decodes a document into a `map[string]interface{}`: undefined for an object (or null), else what is wrong. */
export function jsonObjectProblem(document: Uint8Array): string | undefined {
  try {
    const word = goWord(parseJson(document));
    return word === "object" || word === "null"
      ? undefined
      : `json: cannot unmarshal ${word} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}

/** Go's word for the kind of a value. */
function goWord(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "bigint" || value instanceof Float) return "number";
  return typeof value === "boolean" ? "bool" : typeof value;
}
