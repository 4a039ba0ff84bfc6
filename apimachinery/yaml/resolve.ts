import { formatFloat } from "../go-text.ts";
import { isWhole } from "../json/reader.ts";

/** What a plain scalar stands for; merge is the key `<<`. */
export type Resolved =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "null"; readonly value: null }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "int"; readonly value: number | bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "merge"; readonly value: string };

/** Words with a meaning of their own, by YAML 1.1: `yes` and `off` are booleans, and `y` too. */
const WORDS = new Map<string, Resolved>();

function words(texts: string, resolved: Resolved): void {
  for (const text of texts.split(" ")) WORDS.set(text, resolved);
}
words("y Y yes Yes YES true True TRUE on On ON", { type: "bool", value: true });
words("n N no No NO false False FALSE off Off OFF", { type: "bool", value: false });
words(" ~ null Null NULL", { type: "null", value: null });
words(".nan .NaN .NAN", { type: "float", value: Number.NaN });
words(".inf .Inf .INF +.inf +.Inf +.INF", { type: "float", value: Number.POSITIVE_INFINITY });
words("-.inf -.Inf -.INF", { type: "float", value: Number.NEGATIVE_INFINITY });
words("<<", { type: "merge", value: "<<" });

const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const INTEGER = /^[-+]?(0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;

/**
 * The meaning of a plain scalar as go-yaml v2 sees it: octal with `0` or `0o`, `0x`, `0b` and underscores are integers up to 64 bits, dates are
 * texts, `1:30` is one too.
 */
export function resolve(text: string): Resolved {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const first = text.charCodeAt(0);
  const isDigit = first >= 0x30 && first <= 0x39;
  if (!isDigit && first !== 0x2b && first !== 0x2d && first !== 0x2e) return { type: "string", value: text };
  const plain = first === 0x2e ? text : text.replaceAll("_", "");
  if (INTEGER.test(plain)) {
    const value = integer(plain);
    if (value !== undefined && value >= MIN_INT64 && value <= MAX_UINT64) return { type: "int", value: narrow(value) };
  }
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { type: "float", value };
  }
  return { type: "string", value: text };
}

/** The longest that 64 bits are written, in bits; to make a bigint of millions of digits takes a second. */
const MAX_DIGITS = 64;

/** Undefined for more than 64 bits, as far as the length tells. */
function integer(text: string): bigint | undefined {
  const negative = text[0] === "-";
  const digits = negative || text[0] === "+" ? text.slice(1) : text;
  if (digits.length > MAX_DIGITS && digits.replace(/^0[bBoOxX]?0*/, "").length > MAX_DIGITS) return undefined;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return negative ? -value : value;
}

const narrow = (value: bigint) => (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value);

/** A number of a JSON document as the YAML writer spells it: Go's `%g`, but integers up to 64 bits as they are. */
export function spellNumber(literal: string): string {
  if (literal.length <= MAX_DIGITS && isWhole(literal)) {
    const value = BigInt(literal);
    if (value >= MIN_INT64 && value <= MAX_UINT64) return literal === "-0" ? "0" : literal;
  }
  return spellFloat(Number(literal));
}

/** strconv.FormatFloat(value, 'g', -1, 64): `0.1`, `1e-07`, `1.2345678912345679e+08`. */
export function spellFloat(value: number): string {
  return Object.is(value, -0) ? "-0" : formatFloat(value);
}
