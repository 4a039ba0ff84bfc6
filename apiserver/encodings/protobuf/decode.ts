import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { apiVersionOf } from "../../../apimachinery/object.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import { refuseBody } from "../refusal.ts";
import { PREFIX } from "./envelope.ts";
import { deleteOptions, messageOf, typeMeta } from "./messages.ts";
import { readMessage } from "./read-message.ts";
import { DELIMITED, WireReader } from "./wire-reader.ts";

/**
 * Decodes the protobuf body of a POST or PUT to `kind`: the prefix `k8s\0`, an envelope that names the type, in it the object
 * (kube-api-behaviour 11.1; recordings encodings/protobuf-bodies).
 *
 * The result is the JSON of the object as a client might have sent it: zero values are left out, times are texts, bytes are base64. It says
 * `apiVersion` and `kind` where the envelope does. An object of another kind than `kind` comes as that one, for the caller to refuse as it
 * refuses one in JSON; of a type that has no message it is `apiVersion` and `kind` alone.
 *
 * @throws StatusError BadRequest for what cannot be read
 */
export function decodeProtobuf(kind: KindDefinition, body: Uint8Array): JsonObject {
  const refuse = refuseBody(kind, body);
  let type: { kind: string; version: string } | undefined;
  try {
    const { apiVersion, kind: name, raw } = openEnvelope(body);
    const wanted = apiVersion || apiVersionOf(kind);
    type = { kind: name || kind.kind, version: wanted.slice(wanted.indexOf("/") + 1) };
    const object = typed(apiVersion, name);
    const message = messageOf(wanted, type.kind);
    return message === undefined ? object : readMessage(new WireReader(raw), message, object);
  } catch (error) {
    throw error instanceof DecodeError ? refuse(error.message, type) : error;
  }
}

/** Whether objects of a kind can be sent and asked for in protobuf. */
export const hasProtobuf = (kind: KindDefinition): boolean => messageOf(apiVersionOf(kind), kind.kind) !== undefined;

/**
 * The same for the body of a DELETE: DeleteOptions of any group and version. Another kind comes as `apiVersion` and `kind` alone.
 *
 * Throws a DecodeError for what cannot be read.
 */
export function decodeProtobufDeleteOptions(body: Uint8Array): JsonObject {
  const { apiVersion, kind, raw } = openEnvelope(body);
  const object = typed(apiVersion, kind);
  return kind === "" || kind === "DeleteOptions" ? readMessage(new WireReader(raw), deleteOptions, object) : object;
}

const typed = (apiVersion: string, kind: string): JsonObject => ({
  ...(apiVersion === "" ? {} : { apiVersion }),
  ...(kind === "" ? {} : { kind }),
});

interface Envelope {
  /** Empty where there is none, or one that is none. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Uint8Array;
}

const NOTHING = new Uint8Array();
const TYPE_META = (1 << 3) | DELIMITED;
const RAW = (2 << 3) | DELIMITED;

/** `runtime.Unknown`; it may also name an encoding and a media type of what is in it, which nobody looks at. */
function openEnvelope(body: Uint8Array): Envelope {
  if (body.length === 0) throw new DecodeError("empty data");
  if (PREFIX.some((byte, index) => body[index] !== byte)) {
    throw new DecodeError(`provided data does not appear to be a protobuf message, expected prefix [${PREFIX.join(" ")}]`);
  }
  if (body.length === PREFIX.length) throw new DecodeError("empty body");
  const reader = new WireReader(body.subarray(PREFIX.length));
  const type: { apiVersion?: string; kind?: string } & JsonObject = {};
  let raw: Uint8Array = NOTHING;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === TYPE_META) {
      const outer = reader.enter();
      readMessage(reader, typeMeta, type);
      reader.leave(outer);
    } else if (tag === RAW) raw = reader.bytes();
    else if (tag >>> 3 === 0) throw new DecodeError(`proto: Unknown: illegal tag 0 (wire type ${tag >>> 0})`);
    else reader.skip(tag & 7);
  }
  const { apiVersion = "", kind = "" } = type;
  return { apiVersion: apiVersion.split("/").length > 2 ? "" : apiVersion, kind, raw };
}
