export { JsonSyntaxError, JsonTypeError } from "./decode-error.ts";

import { MAX_STORED_DEPTH } from "./depth.ts";
import { JsonReader, type ReadOptions } from "./reader.ts";
import type { JsonValue } from "./value.ts";

/**
 * Reads a whole JSON document without losing anything (docs/decisions/0005-object-codec.md): 64-bit integers, doubled members, any names.
 *
 * Takes text or bytes (those that are no UTF-8 become U+FFFD, as in Go). Throws a JsonSyntaxError for what is no JSON, a JsonTypeError for a
 * number beyond float64; both with the text of Go's encoding/json.
 */
export function parseJson(document: string | Uint8Array, options?: ReadOptions): JsonValue {
  return readWhole(new JsonReader(document), options);
}

function readWhole(reader: JsonReader, options?: ReadOptions): JsonValue {
  const value = reader.readValue(options);
  reader.end();
  if (reader.typeError !== undefined) throw reader.typeError;
  return value;
}

/**
 * An integer that a double may not hold, or a float64 that JavaScript would take for an integer, behind what precedes a value in a compact
 * document. The same within a string matches too.
 */
const NEEDS_CARE = /[:,[]-?[0-9](?:[0-9]{15}|[0-9.]*e\+)/;

/**
 * Reads JSON that `stringify` has written: an object or list of ours, without doubled members. A look for long numbers tells whether the native
 * parser is safe; it nearly always is. What was let in can be read, long numbers or not, however deep it nests.
 */
export function parseCanonical(document: string | Uint8Array): JsonValue {
  const text =
    typeof document === "string" ? document : Buffer.from(document.buffer, document.byteOffset, document.byteLength).toString("utf8");
  return NEEDS_CARE.test(text) ? readWhole(new JsonReader(text, MAX_STORED_DEPTH)) : (JSON.parse(text) as JsonValue);
}
