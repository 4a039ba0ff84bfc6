import { formatFloat, marshal, quote } from "../go-text.ts";
import { Float } from "../json/value.ts";
import type { FieldPath } from "./path.ts";

/** What is wrong with one field. `type` is what a Status cause carries as its reason. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** The text without the field's name, e.g. `Invalid value: "x": must be y`. */
  readonly body: string;
}

/** Cause types (k8s.io/apimachinery, pkg/util/validation/field/errors.go). */
export const FIELD_ERROR_TYPES = [
  "FieldValueNotFound",
  "FieldValueRequired",
  "FieldValueDuplicate",
  "FieldValueInvalid",
  "FieldValueTypeInvalid",
  "FieldValueNotSupported",
  "FieldValueForbidden",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTooFew",
  "FieldValueTooShort",
  "InternalError",
] as const;
export type FieldErrorType = (typeof FIELD_ERROR_TYPES)[number];

type Where = FieldPath | string;

const make = (type: FieldErrorType, field: Where, body: string): FieldError => ({ type, field: String(field), body });
const withDetail = (head: string, detail: string | undefined) => (detail === undefined || detail === "" ? head : `${head}: ${detail}`);

/** A value inside an error text: strings quoted, numbers and booleans as `%v` prints them, the rest as JSON. */
function shown(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (value instanceof Float) return formatFloat(value.value);
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : formatFloat(value);
  return marshal(value);
}

export const required = (field: Where, detail?: string) => make("FieldValueRequired", field, withDetail("Required value", detail));
export const invalid = (field: Where, value: unknown, detail: string) =>
  make("FieldValueInvalid", field, withDetail(`Invalid value: ${shown(value)}`, detail));
/** A rule that failed on an object or list: the value is left out. */
export const invalidWithoutValue = (field: Where, detail: string) => make("FieldValueInvalid", field, `Invalid value: ${detail}`);
export const typeInvalid = (field: Where, found: string, detail: string) =>
  make("FieldValueTypeInvalid", field, withDetail(`Invalid value: ${shown(found)}`, detail));
/** `supported` is printed in the order given, each quoted. */
export const notSupported = (field: Where, value: unknown, supported: readonly string[]) =>
  make(
    "FieldValueNotSupported",
    field,
    withDetail(
      `Unsupported value: ${shown(value)}`,
      supported.length > 0 ? `supported values: ${supported.map(quote).join(", ")}` : undefined,
    ),
  );
export const notFound = (field: Where, value: unknown) => make("FieldValueNotFound", field, `Not found: ${shown(value)}`);
export const duplicate = (field: Where, value: unknown) => make("FieldValueDuplicate", field, `Duplicate value: ${shown(value)}`);
export const forbidden = (field: Where, detail: string) => make("FieldValueForbidden", field, withDetail("Forbidden", detail));
export const tooLong = (field: Where, max: number) =>
  make("FieldValueTooLong", field, `Too long: may not be more than ${max} ${max === 1 ? "byte" : "bytes"}`);
export const tooMany = (field: Where, actual: number, max: number) =>
  make("FieldValueTooMany", field, `Too many: ${actual}: must have at most ${max} ${max === 1 ? "item" : "items"}`);
export const internal = (field: Where, detail: string) => make("InternalError", field, `Internal error: ${detail}`);

/**
 * Stands in a list for an error that counts but is told to nobody, nor is any that follows it. A list may hold hundreds of thousands, all the
 * same one.
 */
export const UNTOLD: FieldError = Object.freeze(make("FieldValueInvalid", "", ""));

/** `field: body` */
export const errorText = (error: FieldError): string => `${error.field}: ${error.body}`;

/** One error's text, or `[a, b]` with repeated texts left out (ErrorList.ToAggregate). */
export function aggregateText(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map(errorText))];
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
}
