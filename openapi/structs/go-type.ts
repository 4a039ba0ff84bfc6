import { quote } from "../../apimachinery/go-text.ts";
import { isWhole, type JsonReader, pathOf } from "../../apimachinery/json/reader.ts";

/** What a Go type is underneath its name. */
export type GoKind = "string" | "bool" | "int32" | "int64" | "float64" | "slice" | "map" | "struct" | "interface";

/** How values of one Go type are read from JSON. */
export interface GoType {
  /** As error texts name it: `string`, `map[string]string`, `v1.ObjectMeta`. */
  readonly name: string;
  readonly kind: GoKind;
  /**
   * Reads the next value. `previous` is what an earlier member of the same name left behind: structs, maps and lists of structs are merged
   * into it, as Go decodes into what is there. Undefined stands for Go's nil, or for a scalar that stays what it was.
   */
  read(input: Input, previous: unknown): unknown;
  /** A value that omitempty leaves out. */
  isEmpty(value: unknown): boolean;
  /** What Go has where nothing was given: for the null items of lists and maps. */
  zero(): unknown;
}

/** Go keeps so many problems of strict decoding, and each text once (sigs.k8s.io/json). */
export const MAX_PROBLEMS = 100;

/**
 * Two parts of Kubernetes fill structs, each with its own words for a value that does not fit: the JSON decoder, and the converter from
 * untyped objects (apimachinery, pkg/runtime/converter.go), which the results of strategic merges go through.
 */
export type Words = "decoder" | "converter";

/** What errors say of a type. */
type Named = Pick<GoType, "name" | "kind">;

/** A document being read, and where in it we are. */
export class Input {
  readonly reader: JsonReader;
  /** The struct whose field is read, and the names of the fields on the way to it: what errors of types name. */
  struct = "";
  readonly fields: string[] = [];
  /** The way by names, keys and indices: what unknown and doubled fields are reported by. */
  readonly steps: (string | number)[] = [];
  /** Undefined where nobody wants to know. */
  problems: Set<string> | undefined;

  /** Whose words errors are in. */
  readonly words: Words;
  readonly #quoting: boolean;

  /** `quoting`: problems quote paths as Go does; else they stand between quotation marks as they are. */
  constructor(reader: JsonReader, { strict, words, quoting }: { strict: boolean; words: Words; quoting: boolean }) {
    this.reader = reader;
    this.problems = strict ? new Set() : undefined;
    this.words = words;
    this.#quoting = quoting;
  }

  /** Notes that the next value is of another type, and passes over it. */
  mismatch(type: Named): undefined {
    const { reader } = this;
    const found = reader.kind();
    if (found === "number" && this.words === "converter") reader.fail(convertText(type, numberKind(reader.readNumber())));
    else {
      reader.fail(this.words === "converter" ? convertText(type, GO_KINDS[found] ?? found) : this.unmarshalText(type.name, found));
      reader.skipValue();
    }
    return undefined;
  }

  /** Notes that a number that has been read is beyond the type. */
  misfit(type: Named, literal: string): undefined {
    this.reader.fail(
      this.words === "converter" ? convertText(type, numberKind(literal)) : this.unmarshalText(type.name, `number ${literal}`),
    );
    return undefined;
  }

  /** An error of a value that the converter, too, leaves to the decoder. */
  decoderText(error: string): string {
    return this.words === "converter" ? `error decoding from json: ${error}` : error;
  }

  /** `found` is JSON's word for what was there instead of a value of the type. */
  unmarshalText(type: string, found: string): string {
    const bare = this.struct === "" || this.words === "converter";
    const where = bare ? "Go value" : `Go struct field ${this.struct}.${this.fields.join(".")}`;
    return `json: cannot unmarshal ${found} into ${where} of type ${type}`;
  }

  problem(what: "unknown" | "duplicate", field: string): void {
    if (this.problems === undefined || this.problems.size >= MAX_PROBLEMS) return;
    this.steps.push(field);
    const path = pathOf(this.steps);
    this.problems.add(`${what} field ${this.#quoting ? quote(path) : `"${path}"`}`);
    this.steps.pop();
  }

  /** Reads what decodes itself in Go, where nobody hears of unknown and doubled fields. */
  quietly<T>(read: () => T): T {
    const { problems } = this;
    this.problems = undefined;
    try {
      return read();
    } finally {
      this.problems = problems;
    }
  }

  /** Passes over a null: true if there was one. */
  skipNull(): boolean {
    if (this.reader.kind() !== "null") return false;
    this.reader.readWord();
    return true;
  }
}

/**
 * An error of a type that decodes itself (times, quantities). Go stops decoding there and forgets the mismatches it has noted; only broken
 * syntax, which it has looked for before, still comes first.
 */
export class FatalError extends Error {}

/** What JSON's kinds are as untyped Go values. */
const GO_KINDS: Record<string, string | undefined> = { object: "map", array: "slice" };

const numberKind = (literal: string) => (isWhole(literal) ? "int64" : "float64");

/** The converter's word for it. Go can convert an integer into a string (of that character), which it then refuses to do. */
function convertText({ name, kind }: Named, found: string): string {
  if (kind === "map" || kind === "slice") return `cannot restore ${kind} from ${found}`;
  if (kind === "struct") return `cannot restore struct from: ${found}`;
  const convertible = found === "int64" ? kind !== "bool" : found === "float64" && kind !== "bool" && kind !== "string";
  return convertible ? `cannot convert ${found} to ${name}` : `unrecognized type: ${kind}`;
}
