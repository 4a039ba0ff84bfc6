import { type EncodeOptions, encode, Tagged, Token, Type } from "cborg";
import { Float, isJsonObject, setMember } from "../../../apimachinery/json/value.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import type { Schema } from "../../../apis/schema.ts";

/** "This is CBOR": stands before every document, and means nothing else. */
const SELF_DESCRIBED = 55_799;
/** The bytes that follow are base64 where they are text. */
const BASE64 = 22;

/**
 * Strings go out as byte strings, for nothing promises that they are UTF-8; floats in the shortest form that loses nothing; members in the order
 * that they have.
 * (k8s.io/apimachinery, pkg/runtime/serializer/cbor/internal/modes/encode.go)
 */
const OPTIONS = {
  mapSorter: undefined,
  ignoreUndefinedProperties: true,
  typeEncoders: {
    string: (text: string) => new Token(Type.bytes, Buffer.from(text)),
    Object: (value: object) => (value instanceof Float ? new Token(Type.float, value.value) : null),
  },
} as unknown as EncodeOptions;

/** A document as CBOR. With its kind, what is bytes in the kind's Go type is bytes here too. */
export const encodeCbor = (value: object, kind?: KindDefinition): Buffer => written(described(value, kind));

/** One event of a watch: documents follow one another in the stream as they are. */
export const encodeCborEvent = (type: string, object: object, kind: KindDefinition): Buffer =>
  written(new Tagged(SELF_DESCRIBED, { type, object: described(object, kind) }));

/**
 * A list as CBOR, in pieces: `empty`, whose last member is an empty list, with these in it. Their number stands before them.
 *
 * @param items each as {@link encodeCborItem} wrote it
 */
export function encodeCborList(empty: object, items: readonly Buffer[]): Buffer[] {
  const frame = encodeCbor(empty);
  // the head of a list is that of a number but for its first three bits
  const head = written(items.length);
  head[0] = (head[0] as number) | Type.array.majorEncoded;
  return [frame.subarray(0, -1), head, ...items];
}

/** One object of a list, of that kind if it has one. */
export const encodeCborItem = (value: object, kind: KindDefinition | undefined): Buffer =>
  written(kind?.flavor === "builtin" ? withBytes(kind.schema, value) : value);

const written = (value: unknown): Buffer => {
  const bytes = encode(value, OPTIONS);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
};

const described = (value: object, kind: KindDefinition | undefined): Tagged =>
  new Tagged(SELF_DESCRIBED, kind?.flavor === "builtin" && isOf(kind, value) ? withBytes(kind.schema, value) : value);

const isOf = (kind: KindDefinition, value: object): boolean => (value as { kind?: unknown }).kind === kind.kind;

const holders = new WeakMap<Schema, boolean>();

/** Whether there can be bytes in a value. */
function holdsBytes(schema: Schema): boolean {
  let found = holders.get(schema);
  if (found === undefined) {
    // a schema that holds itself asks only once
    holders.set(schema, false);
    found = schema.format === "byte" || inner(schema).some(holdsBytes);
    holders.set(schema, found);
  }
  return found;
}

function inner({ properties, items, additionalProperties }: Schema): Schema[] {
  return [
    ...Object.values(properties ?? {}),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
  ];
}

/** The value with bytes where its schema has them; parts without any are shared. */
function withBytes(schema: Schema, value: unknown): unknown {
  if (!holdsBytes(schema)) return value;
  if (typeof value === "string") return new Tagged(BASE64, new Uint8Array(Buffer.from(value, "base64")));
  if (Array.isArray(value)) return schema.items === undefined ? value : value.map((item) => withBytes(schema.items as Schema, item));
  if (!isJsonObject(value)) return value;
  const { properties = {}, additionalProperties } = schema;
  const object: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const of = Object.hasOwn(properties, name)
      ? properties[name]
      : typeof additionalProperties === "object"
        ? additionalProperties
        : undefined;
    setMember(object, name, of === undefined ? member : withBytes(of, member));
  }
  return object;
}
