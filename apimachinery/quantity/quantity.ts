import { ParseError } from "../validation/parse-error.ts";

/**
 * Amounts as Kubernetes writes them (k8s.io/apimachinery, pkg/api/resource): an exact decimal with a suffix. Three families of suffixes
 * exist, and an amount is written in the one it came in, with the largest suffix that leaves a whole number:
 *
 *     1500m, 0.5 -> 500m, 1000 -> 1k        decimal: n u m (none) k M G T P E
 *     1024Mi -> 1Gi, 1.5Gi -> 1536Mi         binary: Ki Mi Gi Ti Pi Ei
 *     1e3, 12e6                              exponent
 *
 * A text that looks canonical at a glance is kept as it stands, and the glance misses leading zeros: `010` stays `010`.
 * Finer parts than a nano are rounded away from zero.
 */
type Family = "decimal" | "binary" | "exponent";

/** Sign, whole part, fraction and whatever follows: matches any text, and so never has to try again. */
const PARTS = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([\s\S]*)$/;
const SUFFIX = /^[eEinumkKMGTP]*[-+]?[0-9]*$/;
const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const SUFFIX_WRONG = "unable to parse quantity's suffix";
const NUMBER_WRONG = "unable to parse numeric part of quantity";

const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map(
  ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].map((s, i) => [s, i * 3 - 9]),
);
const BINARY_SUFFIXES: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const NANO = -9;
const MAX_INT64 = 2n ** 63n - 1n;

/** Beyond these a text is refused, so that no amount takes long to compare: far more than any amount needs. */
const MAX_EXPONENT = 1000;
const MAX_DIGITS = 1000;

/** An amount. Immutable. */
export class Quantity {
  static readonly zero = new Quantity(0n, 0, "decimal", "0");

  /** The amount is `#mantissa` times ten to the power of `#exponent`. */
  readonly #mantissa: bigint;
  readonly #exponent: number;
  readonly #family: Family;
  #text: string | undefined;

  private constructor(mantissa: bigint, exponent: number, family: Family, text?: string) {
    this.#mantissa = mantissa;
    this.#exponent = exponent;
    this.#family = family;
    this.#text = text;
  }

  /** @throws ParseError with Kubernetes' text */
  static parse(text: string): Quantity {
    const [, sign, zerosAndWhole = "", fraction = "", suffix = ""] = PARTS.exec(text) as RegExpExecArray;
    if (text === "" || !SUFFIX.test(suffix)) throw new ParseError(FORMAT_WRONG);
    const whole = zerosAndWhole.replace(/^0+/, "");
    const { family, power } = interpret(suffix);
    const digits = (whole || "0") + fraction;
    if (digits.length > MAX_DIGITS) throw new ParseError(NUMBER_WRONG);
    let mantissa = BigInt(digits);
    if (family === "binary") mantissa *= 2n ** BigInt(power);
    const exponent = (family === "binary" ? 0 : power) - fraction.length;
    const keep = looksCanonical(family, digits, fraction, power, exponent);
    return Quantity.#make(sign === "-" ? -mantissa : mantissa, exponent, family, keep ? text : undefined);
  }

  /** Rounds what is finer than a nano, and caps binary amounts as Kubernetes does. */
  static #make(mantissa: bigint, exponent: number, family: Family, text?: string): Quantity {
    if (exponent < NANO) return Quantity.#make(divideUp(mantissa, 10n ** BigInt(NANO - exponent)), NANO, family);
    if (family !== "binary" || mantissa === 0n) return new Quantity(mantissa, exponent, family, text);
    const unit = 10n ** BigInt(-exponent);
    const size = mantissa < 0n ? -mantissa : mantissa;
    if (size > MAX_INT64 * unit) return new Quantity(mantissa < 0n ? -MAX_INT64 : MAX_INT64, 0, family);
    return new Quantity(mantissa, exponent, size < unit ? "decimal" : family, text);
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.#mantissa === 0n ? 0 : this.#mantissa < 0n ? -1 : 1;
  }

  get isInteger(): boolean {
    return this.#exponent >= 0 || this.#mantissa % 10n ** BigInt(-this.#exponent) === 0n;
  }

  /** Less than 0, 0, or more, as this is smaller than, equal to or larger than `other`. */
  compare(other: Quantity): number {
    const exponent = Math.min(this.#exponent, other.#exponent);
    const a = this.#at(exponent);
    const b = other.#at(exponent);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** Keeps its own family, or takes that of `other` when it is zero. */
  plus(other: Quantity): Quantity {
    const exponent = Math.min(this.#exponent, other.#exponent);
    return new Quantity(this.#at(exponent) + other.#at(exponent), exponent, this.sign === 0 ? other.#family : this.#family);
  }

  minus(other: Quantity): Quantity {
    return this.plus(new Quantity(-other.#mantissa, other.#exponent, other.#family));
  }

  /** Rounded away from zero to thousandths, which is how amounts in resource lists are stored. */
  roundedToMilli(): Quantity {
    if (this.#exponent >= -3) return this;
    return new Quantity(divideUp(this.#mantissa, 10n ** BigInt(-3 - this.#exponent)), -3, this.#family);
  }

  /** The amount as a number, as near as a number can be. */
  toNumber(): number {
    return Number(`${this.#mantissa}e${this.#exponent}`);
  }

  toString(): string {
    this.#text ??= this.#canonical();
    return this.#text;
  }

  toJSON(): string {
    return this.toString();
  }

  #canonical(): string {
    if (this.#mantissa === 0n) return "0";
    if (this.#family === "binary" && this.isInteger) {
      let amount = this.#exponent < 0 ? this.#mantissa / 10n ** BigInt(-this.#exponent) : this.#mantissa * 10n ** BigInt(this.#exponent);
      if (amount <= -1024n || amount >= 1024n) {
        let power = 0;
        for (; amount % 1024n === 0n && power < BINARY_SUFFIXES.length - 1; power++) amount /= 1024n;
        return `${amount}${BINARY_SUFFIXES[power]}`;
      }
    }
    let amount = this.#mantissa;
    let exponent = this.#exponent;
    for (; amount % 10n === 0n; exponent++) amount /= 10n;
    for (; exponent % 3 !== 0; exponent--) amount *= 10n;
    return `${amount}${decimalSuffix(exponent, this.#family)}`;
  }

  /** The mantissa at an exponent that is no larger than its own. */
  #at(exponent: number): bigint {
    return this.#mantissa * 10n ** BigInt(this.#exponent - exponent);
  }
}

function interpret(suffix: string): { family: Family; power: number } {
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { family: "decimal", power: decimal };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { family: "binary", power: binary * 10 };
  const exponent = /^[eE]([+-]?[0-9]+)$/.exec(suffix);
  const power = Number(exponent?.[1]);
  if (!(Math.abs(power) <= MAX_EXPONENT)) throw new ParseError(SUFFIX_WRONG);
  return { family: "exponent", power };
}

/** Kubernetes' glance at whether a text needs no rewriting; only amounts that fit its fast integer form are looked at. */
function looksCanonical(family: Family, digits: string, fraction: string, power: number, exponent: number): boolean {
  if (family === "binary") return fraction === "" && digits.length + Math.trunc(power * 0.3) <= 14 && (BigInt(digits) & 7n) !== 0n;
  return digits.length <= 18 && exponent >= NANO && exponent % 3 === 0 && !digits.endsWith("000") && digits[0] !== "0";
}

function decimalSuffix(exponent: number, family: Family): string {
  if (family !== "exponent") {
    for (const [suffix, power] of DECIMAL_SUFFIXES) if (power === exponent) return suffix;
  }
  return exponent === 0 ? "" : `e${exponent}`;
}

function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}
