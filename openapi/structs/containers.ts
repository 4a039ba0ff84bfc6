import { copyJson } from "../../apimachinery/json/copy.ts";
import { sortMembers } from "../../apimachinery/json/reader.ts";
import { type JsonObject, type JsonValue, setMember } from "../../apimachinery/json/value.ts";
import type { GoType, Input } from "./go-type.ts";

/** `[]T`. Null is a list that is not there. */
export class ListType implements GoType {
  readonly name: string;
  readonly kind = "slice";
  readonly #items: GoType;

  constructor(items: GoType, name = `[]${items.name}`) {
    this.name = name;
    this.#items = items;
  }

  read(input: Input, previous: unknown): unknown {
    const { reader, steps } = input;
    if (input.skipNull()) return undefined;
    if (reader.kind() !== "array") return input.mismatch(this);
    const before = Array.isArray(previous) ? previous : [];
    const list: unknown[] = [];
    const depth = steps.length;
    for (let more = reader.openArray(); more; more = reader.nextElement()) {
      steps[depth] = list.length;
      list.push(this.#items.read(input, before[list.length]) ?? this.#items.zero());
    }
    steps.length = depth;
    return list;
  }

  isEmpty(value: unknown): boolean {
    return (value as unknown[]).length === 0;
  }

  zero(): unknown {
    return null;
  }
}

/** Maps that were read without members: to ask a map of a hundred thousand whether it has any takes as long as to read a part of it. */
const emptyMaps = new WeakSet<object>();

/** `map[string]T`, in the order of the keys, as Go writes maps. */
export class MapType implements GoType {
  readonly name: string;
  readonly kind = "map";
  readonly #values: GoType;

  constructor(values: GoType, name = `map[string]${values.name}`) {
    this.name = name;
    this.#values = values;
  }

  read(input: Input, previous: unknown): unknown {
    const { reader, steps } = input;
    if (input.skipNull()) return undefined;
    if (reader.kind() !== "object") return input.mismatch(this);
    const map = (previous ?? {}) as Record<string, unknown>;
    /** Keys of this object, where the map has others from before. */
    const seen = previous === undefined ? undefined : new Set<string>();
    const depth = steps.length;
    let inOrder = previous === undefined;
    let last = "";
    let any = false;
    for (let more = reader.openObject(); more; more = reader.nextMember()) {
      const { key } = reader;
      any = true;
      if (seen === undefined ? Object.hasOwn(map, key) : seen.has(key)) input.problem("duplicate", key);
      seen?.add(key);
      if (key < last) inOrder = false;
      last = key;
      steps[depth] = key;
      setMember(map, key, this.#values.read(input, undefined) ?? this.#values.zero());
      steps.length = depth;
    }
    if (any) emptyMaps.delete(map);
    else if (previous === undefined) emptyMaps.add(map);
    return inOrder ? map : sortMembers(map);
  }

  isEmpty(value: unknown): boolean {
    return emptyMaps.has(value as object);
  }

  zero(): unknown {
    return null;
  }
}

/** JSON that the Go type keeps as it stands: `FieldsV1`, `RawExtension`. What is inside is nobody's business here. */
export class RawType implements GoType {
  readonly name: string;
  readonly kind = "interface";

  constructor(name: string) {
    this.name = name;
  }

  read(input: Input): unknown {
    return input.skipNull() ? undefined : input.reader.readValue({ sorted: true });
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return null;
  }
}

export interface Field {
  readonly name: string;
  readonly type: GoType;
  /** Kept even when empty (a Go pointer). */
  readonly pointer: boolean;
  /** An empty list stays one, as in kinds that Kubernetes stores in JSON: protobuf cannot tell it from none. */
  readonly keepsEmpty?: boolean;
  /** What is written where the field is empty; undefined to leave it out. */
  readonly zero: JsonValue | undefined;
}

/** A struct: members in the order of its fields, empty ones left out as omitempty says, unknown ones reported and dropped. */
export class StructType implements GoType {
  readonly name: string;
  readonly kind = "struct";
  /** The bare name, which errors of its fields begin with. */
  readonly #struct: string;
  readonly #makeFields: () => readonly Field[];
  #fields: readonly Field[] | undefined;
  #places = new Map<string, number>();

  /** `fields` is called when first needed: structs may contain themselves. */
  constructor(name: string, struct: string, fields: () => readonly Field[]) {
    this.name = name;
    this.#struct = struct;
    this.#makeFields = fields;
  }

  read(input: Input, previous: unknown): unknown {
    const { reader, fields: names, steps, struct } = input;
    if (input.skipNull()) return previous;
    if (reader.kind() !== "object") return input.mismatch(this);
    const fields = this.#resolve();
    const values: unknown[] = new Array(fields.length).fill(undefined);
    if (previous !== undefined) {
      for (let place = 0; place < fields.length; place++) values[place] = (previous as JsonObject)[(fields[place] as Field).name];
    }
    const seen: boolean[] = [];
    const depth = steps.length;
    const fieldDepth = names.length;
    for (let more = reader.openObject(); more; more = reader.nextMember()) {
      const { key } = reader;
      const place = this.#places.get(key);
      if (place === undefined) {
        input.problem("unknown", key);
        reader.skipValue();
        continue;
      }
      if (seen[place] === true) input.problem("duplicate", key);
      seen[place] = true;
      steps[depth] = key;
      names[fieldDepth] = key;
      input.struct = this.#struct;
      const { type, pointer } = fields[place] as Field;
      values[place] = pointer && input.skipNull() ? undefined : type.read(input, values[place]);
      steps.length = depth;
      names.length = fieldDepth;
    }
    input.struct = struct;
    return assemble(fields, values);
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return assemble(this.#resolve(), []);
  }

  #resolve(): readonly Field[] {
    if (this.#fields === undefined) {
      this.#fields = this.#makeFields();
      this.#places = new Map(this.#fields.map(({ name }, place) => [name, place]));
    }
    return this.#fields;
  }
}

function assemble(fields: readonly Field[], values: readonly unknown[]): JsonObject {
  const object: JsonObject = {};
  for (let place = 0; place < fields.length; place++) {
    const { name, type, pointer, keepsEmpty, zero } = fields[place] as Field;
    const value = values[place];
    if (value !== undefined && (pointer || keepsEmpty || !type.isEmpty(value))) object[name] = value as JsonValue;
    else if (zero !== undefined) object[name] = copyJson(zero);
  }
  return object;
}
