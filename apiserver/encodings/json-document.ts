import { stringify } from "../../apimachinery/json/stringify.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { yamlToJson } from "../../apimachinery/yaml/to-json.ts";
import type { MediaType } from "../negotiation/negotiate.ts";
import { cborToJson } from "./cbor/decode.ts";

/** A body as JSON. */
export interface JsonDocument {
  readonly json: string | Uint8Array;
  /** Keys that a YAML document has twice: `line 7: key "a" already set in map`. Those of JSON are found when it is decoded. */
  readonly doubledKeys: readonly string[];
}

/**
 * Kubernetes decodes YAML by way of JSON, and so do we; CBOR and protobuf take the same way, the latter read by `fromProtobuf`.
 * @throws DecodeError for what is no YAML or CBOR; JSON is not looked at here
 */
export function toJsonDocument(body: Uint8Array, mediaType: MediaType, fromProtobuf: () => JsonObject): JsonDocument {
  switch (mediaType) {
    case "application/json":
      return { json: body, doubledKeys: [] };
    case "application/yaml":
      return yamlToJson(body);
    case "application/vnd.kubernetes.protobuf":
      return { json: stringify(fromProtobuf()), doubledKeys: [] };
    case "application/cbor":
      return { json: cborToJson(body), doubledKeys: [] };
  }
}
