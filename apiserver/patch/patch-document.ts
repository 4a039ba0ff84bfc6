import { quote } from "../../apimachinery/go-text.ts";
import { JsonTypeError, parseJson } from "../../apimachinery/json/parse.ts";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import { badRequest } from "../../apimachinery/status/status.ts";

/** The body of a PATCH in JSON, read once however often it is applied. */
export interface PatchDocument {
  readonly value: JsonValue;
  /** For fieldValidation Warn and Strict: `duplicate field "data.a"`, each once, a hundred at most. */
  readonly duplicates: readonly string[];
  /** The body, for what its spelling matters to. */
  readonly text: string;
}

/**
 * Reads the body of a JSON, merge or strategic merge patch. Throws 400 `invalid JSON patch` for what is no JSON: that comes before the
 * object is looked up, whereas a document of the wrong shape is refused when it is applied.
 */
export function readPatchDocument(body: Uint8Array): PatchDocument {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8");
  const duplicates = new Set<string>();
  try {
    const value = parseJson(text, { onDuplicate: (path) => note(duplicates, `duplicate field ${quote(path)}`) });
    return { value, duplicates: [...duplicates], text };
  } catch (error) {
    throw badRequest(error instanceof JsonTypeError ? `error decoding patch: ${error.message}` : "invalid JSON patch");
  }
}

/** As many strict errors as Kubernetes gathers (sigs.k8s.io/json). */
export const MAX_STRICT_ERRORS = 100;

function note(errors: Set<string>, error: string): void {
  if (errors.size < MAX_STRICT_ERRORS) errors.add(error);
}
