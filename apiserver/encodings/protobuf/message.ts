/**
 * Kubernetes' protobuf messages as data. A field says its number, its name in JSON, what it holds and how it is there:
 *
 * | presence   | in Go          | on the wire                         | in JSON                         |
 * | ---------- | -------------- | ----------------------------------- | ------------------------------- |
 * | `value`    | `T`            | always written, even when zero      | left out when zero              |
 * | `pointer`  | `*T`           | written when there                  | there when it was written       |
 * | `repeated` | `[]T`          | once per item                       | a list, left out when empty     |
 * | `map`      | `map[string]T` | once per entry, in order of the key | an object, left out when empty  |
 */
export interface Message {
  /** The Go type, for error texts. */
  readonly name: string;
  /** By ascending number. */
  readonly fields: readonly Field[];
  /** The same, at the index of their number. */
  readonly byNumber: readonly (Field | undefined)[];
}

export interface Field {
  readonly number: number;
  /** The member of the JSON object. */
  readonly name: string;
  readonly type: FieldType;
  readonly presence: Presence;
}

export type Presence = "value" | "pointer" | "repeated" | "map";

/**
 * `time` and `microTime` are messages of seconds and nanoseconds, texts in JSON; `json` is a message of bytes that are a JSON document
 * (FieldsV1); `bytes` are base64 in JSON; `strings` is a message of many strings, a list in JSON (ExtraValue); `quantity` is a message of a
 * text, which JSON has alone.
 */
export type FieldType = "string" | "bool" | "int32" | "int64" | "bytes" | "time" | "microTime" | "json" | "strings" | "quantity" | Message;

/** A row of a message's table: number, name, type, and the presence if it is not `value`. */
export type Row = readonly [number: number, name: string, type: FieldType, presence?: Presence];

export function message(name: string, ...rows: readonly Row[]): Message {
  const fields = rows.map(([number, member, type, presence = "value"]): Field => ({ number, name: member, type, presence }));
  fields.sort((a, b) => a.number - b.number);
  const byNumber: (Field | undefined)[] = new Array((fields.at(-1)?.number ?? 0) + 1).fill(undefined);
  for (const field of fields) byNumber[field.number] = field;
  return { name, fields, byNumber };
}
