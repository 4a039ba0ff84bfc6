import { stringify } from "../../apimachinery/json/stringify.ts";
import type { Status } from "../../apimachinery/status/status.ts";
import { notAcceptable } from "../../apimachinery/status/status.ts";
import { emitYaml } from "../../apimachinery/yaml/emit.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { MediaType } from "../negotiation/negotiate.ts";

/**
 * An answer as bytes: JSON in one line with its end, or indented by two blanks and without; YAML as sigs.k8s.io/yaml writes it.
 * `pretty` means something to JSON only. (kube-api-behaviour 2.5, 2.7)
 */
export function encodeResponse(value: object, mediaType: MediaType, pretty: boolean, _kind?: KindDefinition): Buffer {
  switch (mediaType) {
    case "application/json":
      return Buffer.from(pretty ? stringify(value, 2) : `${stringify(value)}\n`);
    case "application/yaml":
      return Buffer.from(emitYaml(value));
    case "application/vnd.kubernetes.protobuf":
      throw notAcceptable("only the following media types are accepted: application/json, application/yaml");
  }
}

/** A Status as bytes. */
export function encodeStatus(status: Status, mediaType: MediaType): Buffer {
  return encodeResponse(status, mediaType, false);
}

/** One event of a watch, as a frame of the stream. */
export function encodeWatchEvent(type: string, object: object, mediaType: MediaType, kind: KindDefinition): Buffer {
  return encodeResponse({ type, object }, mediaType, false, kind);
}

/** Clients that people read the answers of get indented JSON without asking for it. */
export function prettyByDefault(userAgent: string | undefined): boolean {
  return userAgent !== undefined && /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}
