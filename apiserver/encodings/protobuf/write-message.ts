import { stringify } from "../../../apimachinery/json/stringify.ts";
import { Float, type JsonObject, type JsonValue } from "../../../apimachinery/json/value.ts";
import { parseMicroTime, parseTime } from "../../../apimachinery/time/timestamp.ts";
import type { Field, FieldType, Message } from "./message.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * Writes a normalised object as a message, byte for byte as Go's generated code does: fields by number, maps by key, and what is no pointer
 * even when it is zero. Members that the message does not have are left out.
 */
export function writeMessage(writer: WireWriter, message: Message, object: JsonObject): void {
  for (let index = message.fields.length - 1; index >= 0; index--) {
    const field = message.fields[index] as Field;
    writeField(writer, field, Object.hasOwn(object, field.name) ? (object[field.name] ?? null) : null);
  }
}

function writeField(writer: WireWriter, { number, type, presence }: Field, value: JsonValue): void {
  switch (presence) {
    case "value":
      writeValue(writer, number, type, value);
      break;
    case "pointer":
      if (value !== null) writeValue(writer, number, type, value);
      break;
    case "repeated":
      if (Array.isArray(value)) for (const item of value.toReversed()) writeValue(writer, number, type, item);
      break;
    case "map":
      if (value !== null) writeMap(writer, number, type, value as JsonObject);
  }
}

function writeMap(writer: WireWriter, number: number, type: FieldType, map: JsonObject): void {
  for (const key of sortedKeys(map).reverse()) {
    const mark = writer.mark;
    writeValue(writer, 2, type, map[key] ?? null);
    writer.string(1, key);
    writer.delimited(number, mark);
  }
}

/** By bytes, as Go sorts; only beyond the basic plane that is another order than JavaScript's. */
function sortedKeys(map: JsonObject): string[] {
  const keys = Object.keys(map);
  return keys.some((key) => /[\ud800-\udfff]/.test(key))
    ? keys.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    : keys.sort();
}

/** Null is the zero value. */
function writeValue(writer: WireWriter, number: number, type: FieldType, value: JsonValue): void {
  switch (type) {
    case "string":
      writer.string(number, (value ?? "") as string);
      break;
    case "bytes":
      writer.base64(number, (value ?? "") as string);
      break;
    case "bool":
      writer.integer(number, value === true ? 1 : 0);
      break;
    case "int32":
    case "int64":
      writer.integer(number, value instanceof Float ? value.value : ((value ?? 0) as number | bigint));
      break;
    default: {
      const mark = writer.mark;
      if (typeof type === "object") writeMessage(writer, type, (value ?? {}) as JsonObject);
      else if (type === "json") writer.bytes(1, Buffer.from(stringify(value)));
      else if (type === "strings") for (const item of ((value ?? []) as string[]).toReversed()) writer.string(1, item);
      else if (type === "quantity") writer.string(1, (value ?? "0") as string);
      else if (value !== null && value !== "") writeTime(writer, type, value as string);
      writer.delimited(number, mark);
    }
  }
}

function writeTime(writer: WireWriter, type: "time" | "microTime", text: string): void {
  const { seconds, nanoseconds } = type === "time" ? { seconds: parseTime(text) / 1000, nanoseconds: 0 } : parseMicroTime(text);
  writer.integer(2, nanoseconds);
  writer.integer(1, Math.floor(seconds));
}
