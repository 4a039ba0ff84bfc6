import { JsonTypeError } from "../../apimachinery/json/decode-error.ts";
import { JsonReader } from "../../apimachinery/json/reader.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { goTypeOf } from "./compile.ts";
import { FatalError, Input, type Words } from "./go-type.ts";

export interface DecodedStruct {
  /** Members in the schema's order, normalised: empty ones left out, times in UTC, unknown ones dropped. */
  readonly value: JsonObject;
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`, in the order of the document; each once, a hundred at most. */
  readonly problems: readonly string[];
}

export interface DecodeOptions {
  /** False saves the search for problems. */
  readonly strict?: boolean;
  /** Where the document stands in a larger one, for the paths of problems. */
  readonly at?: string;
  /** Default: the JSON decoder's. */
  readonly words?: Words;
}

/**
 * Decodes a JSON document the way Go's decoder fills a struct (sigs.k8s.io/json: names are case-sensitive, 64-bit integers are kept).
 *
 * The schema says what the Go type is ({@link goTypeOf}). A null document is an empty struct.
 *
 * Throws a JsonSyntaxError for what is no JSON, else a JsonTypeError for the first value that does not fit, both with Go's texts
 * (`json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string`).
 */
export function decodeStruct(
  schema: Schema,
  document: string | Uint8Array,
  { strict = true, at, words = "decoder" }: DecodeOptions = {},
): DecodedStruct {
  const reader = new JsonReader(document);
  // only the JSON decoder quotes paths; the converter does not, nor whoever takes their paths out of problems to put others before them
  const input = new Input(reader, { strict, words, quoting: words === "decoder" && at === undefined });
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
