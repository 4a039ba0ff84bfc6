import type { JsonReader } from "../../apimachinery/json/reader.ts";
import { pathOf } from "../../apimachinery/json/reader.ts";

/** How values of one Go type are read from JSON. */
export interface GoType {
  /** As error texts name it: `string`, `map[string]string`, `v1.ObjectMeta`. */
  readonly name: string;
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
const MAX_PROBLEMS = 100;

/** A document being read, and where in it we are. */
export class Input {
  readonly reader: JsonReader;
  /** The struct whose field is read, and the names of the fields on the way to it: what errors of types name. */
  struct = "";
  readonly fields: string[] = [];
  /** The way by names, keys and indices: what unknown and doubled fields are reported by. */
  readonly steps: (string | number)[] = [];
  /** Undefined where nobody wants to know. */
  readonly problems: Set<string> | undefined;

  constructor(reader: JsonReader, strict: boolean) {
    this.reader = reader;
    this.problems = strict ? new Set() : undefined;
  }

  /** Notes that the next value is of another type, and passes over it. */
  mismatch(type: GoType, found: string = this.reader.kind()): undefined {
    this.reader.fail(this.mismatchText(type.name, found));
    this.reader.skipValue();
    return undefined;
  }

  mismatchText(type: string, found: string): string {
    const where = this.struct === "" ? "Go value" : `Go struct field ${this.struct}.${this.fields.join(".")}`;
    return `json: cannot unmarshal ${found} into ${where} of type ${type}`;
  }

  problem(what: "unknown" | "duplicate", field: string): void {
    if (this.problems === undefined || this.problems.size >= MAX_PROBLEMS) return;
    this.steps.push(field);
    this.problems.add(`${what} field "${pathOf(this.steps)}"`);
    this.steps.pop();
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
