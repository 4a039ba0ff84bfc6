import { yamlToJson } from "../../apimachinery/yaml/to-json.ts";
import type { MediaType } from "../negotiation/negotiate.ts";

/** A body of JSON or YAML, as JSON. */
export interface JsonDocument {
  readonly json: string | Uint8Array;
  /** Keys that a YAML document has twice: `line 7: key "a" already set in map`. Those of JSON are found when it is decoded. */
  readonly doubledKeys: readonly string[];
}

/**
 * Kubernetes decodes YAML by way of JSON, and so do we.
 * @throws DecodeError for what is no YAML; JSON is not looked at here
 */
export function toJsonDocument(body: Uint8Array, mediaType: MediaType): JsonDocument {
  if (mediaType !== "application/yaml") return { json: body, doubledKeys: [] };
  const { json, doubledKeys } = yamlToJson(body);
  return { json, doubledKeys };
}
