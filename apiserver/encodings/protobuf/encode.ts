import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject, type ObjectMeta } from "../../../apimachinery/object.ts";
import type { Status } from "../../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import { PREFIX } from "./envelope.ts";
import type { Message } from "./message.ts";
import { messageOf, partialObjectMetadata, status as statusMessage, typeMeta } from "./messages.ts";
import { WireWriter } from "./wire-writer.ts";
import { writeMessage } from "./write-message.ts";

/**
 * Kubernetes' protobuf for answers, byte for byte as kube-apiserver writes it (kube-api-behaviour 11.1).
 *
 * What is worth keeping of an object is its bare message: it goes as it is into the envelope of a single object, into lists, and from there
 * into the frames of watches. Every function takes normalised objects and gives new bytes.
 */

/** An object's bare message. Throws an Error for a kind that has none: ask `hasProtobuf` first. */
export function encodeMessage(kind: KindDefinition, object: KubeObject): Buffer {
  const message = messageOf(apiVersionOf(kind), kind.kind);
  if (message === undefined) throw new Error(`kind ${kind.kind} of ${apiVersionOf(kind)} has no protobuf message`);
  return bare(message, object as unknown as JsonObject);
}

/** The bare message of an object's metadata, for PartialObjectMetadata; any kind has it. */
export function encodeMetadataMessage(metadata: ObjectMeta): Buffer {
  return bare(partialObjectMetadata, { metadata } as unknown as JsonObject);
}

/** A whole answer: a bare message in its envelope. `type` is what it is, such as `{ apiVersion: "v1", kind: "ConfigMap" }`. */
export function sealMessage(type: ObjectType, message: Uint8Array): Buffer {
  const { head, tail } = envelope(type, message.length);
  return Buffer.concat([head, message, tail]);
}

/** A Status in its envelope: failures, and what deletions answer. */
export function encodeProtobufStatus(status: Status): Buffer {
  return sealMessage({ apiVersion: "v1", kind: "Status" }, bare(statusMessage, status as unknown as JsonObject));
}

/** One frame of a watch: four bytes of length, then a WatchEvent around an object in its envelope. */
export function encodeProtobufWatchFrame(type: string, object: Uint8Array): Buffer {
  const writer = new WireWriter(object.length + 64);
  writer.bytes(1, object);
  writer.delimited(2, 0);
  writer.string(1, type);
  const event = writer.finish();
  const frame = Buffer.allocUnsafe(4 + event.length);
  frame.writeUInt32BE(event.length);
  frame.set(event, 4);
  return frame;
}

export interface ObjectType {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Go writes the empty encoding and media type of the content as well. */
const TAIL = [0x1a, 0x00, 0x22, 0x00];

function bare(message: Message, object: JsonObject): Buffer {
  const writer = new WireWriter();
  writeMessage(writer, message, object);
  return writer.finish();
}

/** What stands around a bare message of so many bytes. */
export function envelope({ apiVersion, kind }: ObjectType, length: number): { readonly head: Buffer; readonly tail: Buffer } {
  const head = new WireWriter(64);
  head.varint(length);
  head.varint(RAW);
  const mark = head.mark;
  writeMessage(head, typeMeta, { apiVersion, kind });
  head.delimited(1, mark);
  return { head: Buffer.concat([Buffer.from(PREFIX), head.finish()]), tail: Buffer.from(TAIL) };
}

/** Number 2 of the envelope, delimited. */
const RAW = 0x12;
