import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { jsonType } from "../../../apimachinery/json/json-type.ts";
import { parseJson } from "../../../apimachinery/json/parse.ts";

/** What Go says when it decodes a document into a `map[string]interface{}`: undefined for an object (or null), else what is wrong. */
export function jsonObjectProblem(document: Uint8Array): string | undefined {
  try {
    const word = jsonType(parseJson(document));
    return word === "object" || word === "null"
      ? undefined
      : `json: cannot unmarshal ${word} into Go value of type map[string]interface {}`;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    throw error;
  }
}
