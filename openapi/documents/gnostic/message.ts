import protobuf, { type Writer } from "protobufjs/minimal.js";
import { stringify } from "../../../apimachinery/json/stringify.ts";
import type { Part } from "../schemas.ts";

/**
 * Writes parts of a document as gnostic's messages, from tables of their fields (google/gnostic-models, openapiv2 and openapiv3).
 *
 * ```
 * type        {list: "string"}                          repeated strings
 * default     "any"                                     Any { yaml = 2 }: the value as text
 * properties  {named: SCHEMA, at: 1}                    a message whose field 1 repeats Named… { name = 1, value = 2 }
 * x-…         extensions: 31                            repeated NamedAny in field 31 of the message
 * schema      {choose: (value) => [1, SCHEMA]}          a message with one of several fields
 * ```
 */
export type Kind =
  | "string"
  | "bool"
  | "double"
  | "int64"
  | "any"
  | { readonly list: Kind }
  | { readonly named: Kind; readonly at: number }
  | { readonly choose: (value: unknown) => readonly [field: number, kind: Kind] | undefined }
  | Message;

export interface Message {
  readonly fields: { readonly [member: string]: readonly [number: number, kind: Kind] };
  /** The field of members that begin with `x-`. */
  readonly extensions?: number;
}

/**
 * Writes a value as a field. Empty scalars are left out, as proto3 does; `explicit` keeps them: in lists, and where one of several fields
 * tells by being there.
 */
function writeField(writer: Writer, number: number, kind: Kind, value: unknown, explicit = false): void {
  switch (kind) {
    case "string":
      if (explicit || value !== "") writer.uint32(tag(number, LENGTH)).string(String(value));
      return;
    case "bool":
      if (explicit || value === true) writer.uint32(tag(number, VARINT)).bool(value === true);
      return;
    case "double":
      if (explicit || Number(value) !== 0) writer.uint32(tag(number, FIXED64)).double(Number(value));
      return;
    case "int64":
      if (explicit || Number(value) !== 0) writer.uint32(tag(number, VARINT)).int64(Number(value));
      return;
  }
  if (typeof kind === "object" && "list" in kind) {
    if (Array.isArray(value)) for (const item of value) writeField(writer, number, kind.list, item, true);
    return;
  }
  writer.uint32(tag(number, LENGTH)).fork();
  writeContent(writer, kind, value);
  writer.ldelim();
}

function writeContent(writer: Writer, kind: Exclude<Kind, string> | "any", value: unknown): void {
  if (kind === "any") writer.uint32(tag(2, LENGTH)).string(`${stringify(value)}\n`);
  else if ("choose" in kind) {
    const chosen = kind.choose(value);
    if (chosen !== undefined) writeField(writer, chosen[0], chosen[1], value, true);
  } else if ("named" in kind) {
    for (const [name, member] of Object.entries(value as Part)) writeNamed(writer, kind.at, name, kind.named, member);
  } else if ("fields" in kind) writeMessage(writer, kind, value as Part);
}

function writeMessage(writer: Writer, { fields, extensions }: Message, value: Part): void {
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) writeField(writer, field[0], field[1], member);
    else if (extensions !== undefined && name.startsWith("x-")) writeNamed(writer, extensions, name, "any", member);
  }
}

/** Named… { name = 1, value = 2 } in a field. */
function writeNamed(writer: Writer, number: number, name: string, kind: Kind, value: unknown): void {
  writer.uint32(tag(number, LENGTH)).fork();
  writeField(writer, 1, "string", name);
  writeField(writer, 2, kind, value);
  writer.ldelim();
}

/** One Named… message as a field, by itself: documents are put together from these. */
export function encodeNamed(number: number, name: string, kind: Kind, value: unknown): Uint8Array {
  const writer = protobuf.Writer.create();
  writeNamed(writer, number, name, kind, value);
  return writer.finish();
}

/** The fields of a message that stand beside those put together. */
export function encodeMessage(message: Message, value: Part): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, message, value);
  return writer.finish();
}

/** What comes before `length` bytes of a field. */
export function fieldHead(number: number, length: number): Uint8Array {
  return protobuf.Writer.create().uint32(tag(number, LENGTH)).uint32(length).finish();
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const tag = (number: number, wire: number): number => ((number << 3) | wire) >>> 0;
