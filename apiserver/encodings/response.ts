import { stringify } from "../../apimachinery/json/stringify.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { Status } from "../../apimachinery/status/status.ts";
import { notAcceptable } from "../../apimachinery/status/status.ts";
import { emitYaml } from "../../apimachinery/yaml/emit.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { MediaType } from "../negotiation/negotiate.ts";
import { encodeCbor, encodeCborEvent } from "./cbor/encode.ts";
import { hasProtobuf } from "./protobuf/decode.ts";
import { encodeDiscovery } from "./protobuf/discovery.ts";
import { encodeMessage, encodeMetadataMessage, encodeProtobufStatus, encodeProtobufWatchFrame, sealMessage } from "./protobuf/encode.ts";

/**
 * An answer as bytes: JSON in one line with its end, or indented by two blanks and without; YAML as sigs.k8s.io/yaml writes it.
 * `pretty` means something to JSON only. (kube-api-behaviour 2.5, 2.7)
 *
 * In protobuf `value` has to be a Status, metadata alone, or of the kind that is given, or a document of discovery.
 * @throws StatusError NotAcceptable for another value in protobuf
 */
export function encodeResponse(value: object, mediaType: MediaType, pretty: boolean, kind?: KindDefinition): Buffer {
  switch (mediaType) {
    case "application/json":
      return Buffer.from(pretty ? stringify(value, 2) : `${stringify(value)}\n`);
    case "application/yaml":
      return Buffer.from(emitYaml(value));
    case "application/vnd.kubernetes.protobuf":
      return protobuf(value as ProtobufValue, kind);
    case "application/cbor":
      return encodeCbor(value, kind);
  }
}

interface ProtobufValue {
  /** Some documents of discovery say none. */
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: KubeObject["metadata"];
}

/** A Status, metadata alone, or an object of the kind; without a kind a document of discovery. */
function protobuf(value: ProtobufValue, kind: KindDefinition | undefined): Buffer {
  if (value.kind === "Status" && value.apiVersion === "v1") return encodeProtobufStatus(value as unknown as Status);
  const type = { apiVersion: value.apiVersion ?? "", kind: value.kind };
  const document = kind === undefined ? encodeDiscovery(value) : undefined;
  return sealMessage(type, document ?? messageWriter(value.kind, kind)(value as KubeObject));
}

/**
 * Writes the bare protobuf messages of objects that are shown as `shown`: metadata alone, or the kind.
 *
 * @throws StatusError NotAcceptable where there is no protobuf of that
 */
export function messageWriter(shown: string, kind: KindDefinition | undefined): (object: KubeObject) => Buffer {
  if (shown.startsWith("PartialObjectMetadata")) return ({ metadata }) => encodeMetadataMessage(metadata);
  if (kind !== undefined && hasProtobuf(kind)) return (object) => encodeMessage(kind, object);
  throw notAcceptable("only the following media types are accepted: application/json, application/yaml");
}

/** One event of a watch, as a frame of the stream. */
export function encodeWatchEvent(type: string, object: object, mediaType: MediaType, kind: KindDefinition): Buffer {
  if (mediaType === "application/cbor") return encodeCborEvent(type, object, kind);
  if (mediaType !== "application/vnd.kubernetes.protobuf") return encodeResponse({ type, object }, mediaType, false);
  return encodeProtobufWatchFrame(type, encodeResponse(object, mediaType, false, kind));
}

/**
 * Whether JSON is indented: as the parameter `pretty` says in Go's words for a boolean, anything else being no; where it says nothing, for
 * clients that people read the answers of (k8s.io/apiserver, pkg/endpoints/handlers/negotiation).
 */
export function isPretty(parameter: string | undefined, userAgent: string | undefined): boolean {
  if (parameter) return TRUE.has(parameter);
  return userAgent !== undefined && /^(curl|Wget|Mozilla\/5\.0)/.test(userAgent);
}

const TRUE = new Set(["1", "t", "T", "true", "True", "TRUE"]);
