import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { JsonSyntaxError, JsonTypeError, parseJson } from "../../../apimachinery/json/parse.ts";
import { type JsonObject, type JsonValue, setMember } from "../../../apimachinery/json/value.ts";
import { formatMicroTime, formatTime } from "../../../apimachinery/time/timestamp.ts";
import type { Field, FieldType, Message } from "./message.ts";
import { DELIMITED, GROUP_END, VARINT, type WireReader } from "./wire-reader.ts";

/**
 * Reads a message up to the end of `reader` into `object`, as the JSON of the same Go value: zero values left out, numbers of unknown
 * fields passed over, the last of several scalars kept, and several occurrences of one message merged.
 *
 * How deep it recurses is bounded by the table: no message contains itself. Throws a DecodeError with the text of Go's generated code.
 */
export function readMessage(reader: WireReader, message: Message, object: JsonObject): JsonObject {
  while (!reader.done) {
    const tag = reader.varint();
    const number = tag >>> 3;
    const wireType = tag & 7;
    if (wireType === GROUP_END) throw new DecodeError(`proto: ${message.name}: wiretype end group for non-group`);
    if (number === 0) throw new DecodeError(`proto: ${message.name}: illegal tag ${number} (wire type ${tag >>> 0})`);
    const field = message.byNumber[number];
    if (field === undefined) reader.skip(wireType);
    else readField(reader, field, wireType, object);
  }
  return object;
}

function readField(reader: WireReader, field: Field, wireType: number, object: JsonObject): void {
  const { name, type, presence } = field;
  const wanted = presence !== "map" && isVarint(type) ? VARINT : DELIMITED;
  if (wireType !== wanted) throw new DecodeError(`proto: wrong wireType = ${wireType} for field ${goName(name)}`);
  switch (presence) {
    case "map":
      object[name] ??= {};
      readEntry(reader, type, object[name] as JsonObject);
      break;
    case "repeated": {
      object[name] ??= [];
      (object[name] as JsonValue[]).push(readValue(reader, type, undefined) ?? {});
      break;
    }
    default: {
      const value = readValue(reader, type, object[name]);
      if (value === undefined || (presence === "value" && (value === "" || value === 0 || value === false))) delete object[name];
      else object[name] = value;
    }
  }
}

/** An entry of a map: a message of a key, number 1, and a value, number 2; either may be missing and is empty then. */
function readEntry(reader: WireReader, type: FieldType, map: JsonObject): void {
  const outer = reader.enter();
  let key = "";
  let value: JsonValue = type === "strings" ? [] : type === "quantity" ? "0" : "";
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === KEY) key = reader.string();
    else if (tag === VALUE) value = readValue(reader, type, undefined) ?? "";
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  setMember(map, key, value);
}

const KEY = (1 << 3) | DELIMITED;
const VALUE = (2 << 3) | DELIMITED;

const isVarint = (type: FieldType): boolean => type === "int32" || type === "int64" || type === "bool";

/** Undefined for a message that means nothing: no time, no JSON. `previous` is what a message is merged into. */
function readValue(reader: WireReader, type: FieldType, previous: JsonValue | undefined): JsonValue | undefined {
  switch (type) {
    case "string":
      return reader.string();
    case "bool":
      return reader.bool();
    case "int32":
      return reader.varint();
    case "int64":
      return reader.long();
    case "bytes":
      return reader.bytes().toString("base64");
    case "time":
    case "microTime":
      return readTime(reader, type);
    case "json":
      return readJson(reader);
    case "strings":
      return readStrings(reader);
    case "quantity":
      return readStrings(reader).at(-1) ?? "0";
    default: {
      const outer = reader.enter();
      const object = readMessage(reader, type, (previous ?? {}) as JsonObject);
      reader.leave(outer);
      return object;
    }
  }
}

/** Seconds, number 1, and nanoseconds, number 2. An empty message is Go's zero time, which JSON writes as null. */
function readTime(reader: WireReader, type: "time" | "microTime"): string | undefined {
  const outer = reader.enter();
  if (reader.done) {
    reader.leave(outer);
    return undefined;
  }
  let seconds = 0;
  let nanoseconds = 0;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === SECONDS) seconds = Number(reader.long());
    else if (tag === NANOSECONDS) nanoseconds = reader.varint();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  if (seconds === ZERO_SECOND && nanoseconds === 0) return undefined;
  if (seconds < FIRST_SECOND || seconds > LAST_SECOND) throw new DecodeError("year outside of range [0,9999]");
  if (type === "time") return formatTime(seconds * 1000);
  const microseconds = Math.trunc(nanoseconds / 1000);
  const carried = Math.floor(microseconds / 1e6);
  return formatMicroTime({ seconds: seconds + carried, nanoseconds: (microseconds - carried * 1e6) * 1000 });
}

const SECONDS = (1 << 3) | VARINT;
const NANOSECONDS = (2 << 3) | VARINT;

/** The years 0 to 9999, which RFC 3339 can write, and Go's zero time, which is no time. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;
const ZERO_SECOND = -62_135_596_800;

/** The strings of number 1. */
function readStrings(reader: WireReader): string[] {
  const outer = reader.enter();
  const strings: string[] = [];
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === KEY) strings.push(reader.string());
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return strings;
}

/** A document in the bytes of number 1. What is no JSON is left out: nothing that is written with it could be read again. */
function readJson(reader: WireReader): JsonValue | undefined {
  const outer = reader.enter();
  let document: Uint8Array | undefined;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === KEY) document = reader.bytes();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  if (document === undefined || document.length === 0) return undefined;
  try {
    return parseJson(document) ?? undefined;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof JsonTypeError) return undefined;
    throw error;
  }
}

/** The field of the Go struct: `Data`, `UID`, `APIVersion`. */
function goName(name: string): string {
  if (name === "uid") return "UID";
  return name === "apiVersion" ? "APIVersion" : name.charAt(0).toUpperCase() + name.slice(1);
}
