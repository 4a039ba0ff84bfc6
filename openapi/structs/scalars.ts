import { type JsonKind, numberOf } from "../../apimachinery/json/reader.ts";
import { normalizeMicroTime, normalizeTime } from "../../apimachinery/time/timestamp.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import { canonicalBase64 } from "./base64.ts";
import { FatalError, type GoKind, type GoType, type Input } from "./go-type.ts";

/** A type whose values stand for themselves. A null leaves a scalar as it is. */
abstract class Scalar implements GoType {
  readonly name: string;
  readonly kind: GoKind;
  readonly #json: JsonKind;
  readonly #zero: unknown;

  constructor(name: string, kind: GoKind, json: JsonKind, zero: unknown) {
    this.name = name;
    this.kind = kind;
    this.#json = json;
    this.#zero = zero;
  }

  read(input: Input, previous: unknown): unknown {
    if (input.skipNull()) return previous;
    return input.reader.kind() === this.#json ? this.take(input) : input.mismatch(this);
  }

  /** The next value is of the right kind. */
  abstract take(input: Input): unknown;

  isEmpty(value: unknown): boolean {
    return value === this.#zero;
  }

  zero(): unknown {
    return this.#zero;
  }
}

export class StringType extends Scalar {
  constructor(name = "string") {
    super(name, "string", "string", "");
  }

  take(input: Input): string {
    return input.reader.readString();
  }
}

export class BoolType extends Scalar {
  constructor(name = "bool") {
    super(name, "bool", "bool", false);
  }

  take(input: Input): unknown {
    return input.reader.readWord();
  }
}

/** Integers take no fraction and no exponent, whatever they come to, and nothing beyond their size. */
export class IntType extends Scalar {
  readonly #limit: bigint;

  constructor(bits: 32 | 64, name: string = `int${bits}`) {
    super(name, `int${bits}`, "number", 0);
    this.#limit = 2n ** BigInt(bits - 1);
  }

  take(input: Input): unknown {
    const literal = input.reader.readNumber();
    const value = numberOf(literal);
    if (typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))) {
      if (value >= -this.#limit && value < this.#limit) return value;
    }
    return input.misfit(this, literal);
  }
}

export class FloatType extends Scalar {
  constructor(name = "float64") {
    super(name, "float64", "number", 0);
  }

  take(input: Input): unknown {
    const literal = input.reader.readNumber();
    return numberOf(literal) ?? input.misfit(this, literal);
  }
}

/** `[]byte`: base64 in JSON. What is kept is the canonical spelling of the same bytes. */
export class BytesType extends Scalar {
  constructor(name = "[]uint8") {
    super(name, "slice", "string", "");
  }

  /** Go takes a list of numbers as well. */
  override read(input: Input, previous: unknown): unknown {
    const { reader } = input;
    if (input.words === "converter" || reader.kind() !== "array") return super.read(input, previous);
    const bytes: number[] = [];
    for (let more = reader.openArray(); more; more = reader.nextElement()) bytes.push(readByte(input));
    return Buffer.from(bytes).toString("base64");
  }

  take(input: Input): unknown {
    const bytes = canonicalBase64(input.reader.readString());
    if (typeof bytes === "string") return bytes;
    input.reader.fail(input.decoderText(`illegal base64 data at input byte ${bytes}`));
    return undefined;
  }
}

const UINT8 = { name: "uint8", kind: "int64" } as const;

function readByte(input: Input): number {
  const { reader } = input;
  if (input.skipNull()) return 0;
  if (reader.kind() !== "number") {
    input.mismatch(UINT8);
    return 0;
  }
  const literal = reader.readNumber();
  if (/^[0-9]{1,3}$/.test(literal) && Number(literal) <= 255) return Number(literal);
  input.misfit(UINT8, literal);
  return 0;
}

/** `metav1.Time` (whole seconds) or `metav1.MicroTime`, in UTC. */
export class TimeType implements GoType {
  readonly name: string;
  readonly kind = "struct";
  readonly #normalize: (text: string) => string;

  constructor(name: string) {
    this.name = name;
    this.#normalize = name.endsWith("MicroTime") ? normalizeMicroTime : normalizeTime;
  }

  read(input: Input): unknown {
    if (input.skipNull()) return undefined;
    const kind = input.reader.kind();
    if (kind !== "string") throw new FatalError(input.unmarshalText("string", kind));
    return parsed(this.#normalize, input.reader.readString());
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return null;
  }
}

/** A type that is written as one text and reads numbers too: `resource.Quantity`. */
export class TextType implements GoType {
  readonly name: string;
  readonly kind = "struct";
  readonly #normalize: (text: string) => string;
  readonly #zero: string;

  constructor(name: string, normalize: (text: string) => string, zero: string) {
    this.name = name;
    this.#normalize = normalize;
    this.#zero = zero;
  }

  read(input: Input): unknown {
    if (input.skipNull()) return undefined;
    const kind = input.reader.kind();
    if (kind === "string") return parsed(this.#normalize, input.reader.readString().trim());
    if (kind === "number") return parsed(this.#normalize, input.reader.readNumber());
    return parsed(this.#normalize, kind);
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return this.#zero;
  }
}

/** `intstr.IntOrString`. */
export class IntOrStringType implements GoType {
  readonly name = "intstr.IntOrString";
  readonly kind = "struct";
  readonly #int = new IntType(32);

  read(input: Input): unknown {
    const kind = input.reader.kind();
    if (kind === "string") return input.reader.readString();
    if (kind === "null") return input.skipNull() ? 0 : undefined;
    if (kind !== "number") throw new FatalError(input.unmarshalText(this.#int.name, kind));
    return this.#int.take(input);
  }

  isEmpty(): boolean {
    return false;
  }

  zero(): unknown {
    return 0;
  }
}

function parsed(normalize: (text: string) => string, text: string): string {
  try {
    return normalize(text);
  } catch (error) {
    throw error instanceof ParseError ? new FatalError(error.message) : error;
  }
}
