import { formatFloat } from "../../apimachinery/go-text.ts";
import { Float, type JsonNumber } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { type Facts, factsOf } from "./facts.ts";

/** An int64 in memory; everything else is a float64. */
export const isInt64 = (value: JsonNumber): value is number | bigint =>
  typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));

export const asFloat = (value: JsonNumber): number => (value instanceof Float ? value.value : Number(value));

/** Where {@link checkNumber} reports: a failure of the field, or a sentence that belongs to no field. */
export interface NumberReport {
  field(text: string, value: number | bigint): void;
  loose(text: string): void;
}

/**
 * The limits of a number: its format, `multipleOf`, `minimum` and `maximum`, in this order (kube-openapi, numberValidator).
 *
 * An int64 is compared with limits cut to integers, so that a `maximum` of 1.5 reads as 1 to it; a float64 with the limits as they stand.
 * Limits that the type cannot hold are reported too, as Kubernetes does.
 */
export function checkNumber(schema: Schema, value: JsonNumber, path: string, report: NumberReport): void {
  const facts = factsOf(schema);
  checkRange(facts, value, "Checked", path, report);
  if (schema.multipleOf !== undefined) {
    const native = checkRange(facts, schema.multipleOf, "MultipleOf", path, report) && isInt64(value);
    const factor = native ? cut(schema.multipleOf) : schema.multipleOf;
    if (factor <= 0) {
      report.field(`factor MultipleOf declared for ${path} must be positive: ${goNumber(factor)}`, factor);
    } else if (!(native ? isMultiple(value, factor as bigint) : isNearMultiple(asFloat(value), factor as number))) {
      report.field(`${path} in body should be a multiple of ${goNumber(factor)}`, native ? value : asFloat(value));
    }
  }
  if (schema.minimum !== undefined) {
    const native = checkRange(facts, schema.minimum, "Minimum boundary", path, report) && isInt64(value);
    const limit = native ? cut(schema.minimum) : schema.minimum;
    const strict = schema.exclusiveMinimum === true;
    const number = native ? value : asFloat(value);
    if (strict ? number <= limit : number < limit) {
      report.field(`${path} in body should be greater than ${strict ? "" : "or equal to "}${goNumber(limit)}`, number);
    }
  }
  if (schema.maximum !== undefined) {
    const native = checkRange(facts, schema.maximum, "Maximum boundary", path, report) && isInt64(value);
    const limit = native ? cut(schema.maximum) : schema.maximum;
    const strict = schema.exclusiveMaximum === true;
    const number = native ? value : asFloat(value);
    if (strict ? number >= limit : number > limit) {
      report.field(`${path} in body should be less than ${strict ? "" : "or equal to "}${goNumber(limit)}`, number);
    }
  }
}

/** Whether the type and format of the schema can hold the number; a limit that does not fit is the schema's fault, and told all the same. */
function checkRange(facts: Facts, value: JsonNumber, what: string, path: string, report: NumberReport): boolean {
  const { numberType: type, numberFormat: format } = facts;
  if (type === "integer" ? fitsInteger(value, format) : format !== "float" || Number.isFinite(Math.fround(asFloat(value)))) return true;
  report.loose(`${what} value must be of type ${type} ${format === "" ? "(default format)" : `with format ${format}`} in ${path}`);
  return false;
}

function fitsInteger(value: JsonNumber, format: string): boolean {
  const number = value instanceof Float ? value.value : value;
  if (typeof number === "number" && !Number.isInteger(number)) return false;
  return format === "int32" ? number >= -2147483648 && number <= 2147483647 : number >= -(2 ** 63) && number < 2 ** 63;
}

const cut = (limit: number): bigint => BigInt(Math.trunc(limit));
const isMultiple = (value: number | bigint, factor: bigint): boolean => BigInt(value) % factor === 0n;
const isNearMultiple = (value: number, factor: number): boolean => isNearInteger(factor < 1 ? (1 / factor) * value : value / factor);

const SAFE = Number.MAX_SAFE_INTEGER;

/** A float64 that counts as an integer: whole, or, above zero, off by less than a part in 10^9. */
export function isNearInteger(value: number): boolean {
  if (!(value >= -SAFE && value <= SAFE)) return false;
  if (Number.isInteger(value)) return true;
  if (value < 1) return false;
  const whole = Math.trunc(value);
  return (value - whole) / (value + whole) < 1e-9;
}

/** A limit: cut to an int64 for one, a float64 otherwise. */
const goNumber = (limit: number | bigint): string => (typeof limit === "bigint" ? String(limit) : formatFloat(limit));
