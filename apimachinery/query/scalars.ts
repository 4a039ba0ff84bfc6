import { quote } from "../go-text.ts";
import { ParseError } from "../validation/parse-error.ts";

/**
 * Scalars of query parameters, as Kubernetes' parameter codec reads them (k8s.io/apimachinery, pkg/runtime/conversion.go) and with the
 * texts of Go's strconv. Whole numbers are a `number` where that is exact, else a `bigint`.
 */

/** @throws ParseError `strconv.ParseInt: parsing "x": invalid syntax` or `…: value out of range` */
export function parseInt64(text: string): number | bigint {
  return orThrow("ParseInt", text, readInt64(text));
}

/** @throws ParseError `strconv.ParseUint: parsing "x": invalid syntax` or `…: value out of range` */
export function parseUint64(text: string): number | bigint {
  return orThrow("ParseUint", text, read(text, /^[0-9]+$/, 0n, 2n ** 64n - 1n));
}

/** What is wrong with a number, in strconv's words. */
type Fault = "invalid syntax" | "value out of range";

/** {@link parseInt64} for those who expect texts that are no numbers: it does not throw. */
export function readInt64(text: string): number | bigint | Fault {
  return read(text, /^[+-]?[0-9]+$/, -(2n ** 63n), 2n ** 63n - 1n);
}

function read(text: string, syntax: RegExp, min: bigint, max: bigint): number | bigint | Fault {
  if (!syntax.test(text)) return "invalid syntax";
  const number = Number(text);
  if (Number.isSafeInteger(number)) return number + 0; // -0 becomes 0
  // Of a number with very many digits only the size matters; making a bigint of it first would cost quadratic time.
  const digits = text.replace(/^([+-]?)0+/, "$1").replace("+", "");
  if (digits.length > 21) return "value out of range";
  const value = BigInt(digits);
  return value < min || value > max ? "value out of range" : value;
}

function orThrow(call: string, text: string, value: number | bigint | Fault): number | bigint {
  if (typeof value === "string") throw new ParseError(`strconv.${call}: parsing ${quote(text)}: ${value}`);
  return value;
}
