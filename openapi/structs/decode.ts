import { JsonTypeError } from "../../apimachinery/json/decode-error.ts";
import { JsonReader } from "../../apimachinery/json/reader.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { goTypeOf } from "./compile.ts";
import { FatalError, Input } from "./go-type.ts";

export interface DecodedStruct {
  /** Members in the schema's order, normalised: empty ones left out, times in UTC, unknown ones dropped. */
  readonly value: JsonObject;
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`, in the order of the document; each once, a hundred at most. */
  readonly problems: readonly string[];
}

/**
 * Decodes a JSON document the way Go's decoder fills a struct (sigs.k8s.io/json: names are case-sensitive, 64-bit integers are kept).
 *
 * The schema says what the Go type is ({@link goTypeOf}). A null document is an empty struct. `strict: false` saves the search for problems;
 * `at` is where the document stands in a larger one, for their paths.
 *
 * Throws a JsonSyntaxError for what is no JSON, else a JsonTypeError for the first value that does not fit, both with Go's texts
 * (`json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string`).
 */
export function decodeStruct(
  schema: Schema,
  document: string | Uint8Array,
  { strict = true, at }: { strict?: boolean; at?: string } = {},
): DecodedStruct {
  const reader = new JsonReader(document);
  const input = new Input(reader, strict);
  if (at !== undefined) input.steps.push(at);
  const type = goTypeOf(schema);
  let value: unknown;
  try {
    value = type.read(input, undefined);
    reader.end();
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    checkSyntax(document);
    throw new JsonTypeError(error.message);
  }
  if (reader.typeError !== undefined) throw reader.typeError;
  return { value: (value ?? type.zero()) as JsonObject, problems: input.problems === undefined ? [] : [...input.problems] };
}

/** Throws a JsonSyntaxError unless the document is JSON. */
export function checkSyntax(document: string | Uint8Array): void {
  const reader = new JsonReader(document);
  reader.skipValue();
  reader.end();
}
