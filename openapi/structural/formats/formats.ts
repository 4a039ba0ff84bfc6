import { validateDnsLabel, validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import { isCidr, isIpv4, isIpv6, isMac } from "./address.ts";
import { isEmail, isHostname, isUri } from "./internet.ts";
import { isDate, isDateTime, isDuration } from "./time.ts";

export type FormatCheck = (text: string) => boolean;

/** Hyphens in the name of a format mean nothing: `date-time` and `datetime` are one. */
const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ["bsonobjectid", (text) => /^[0-9a-fA-F]{24}$/.test(text)],
  ["uri", isUri],
  ["email", isEmail],
  ["hostname", isHostname],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["cidr", isCidr],
  ["mac", isMac],
  ["uuid", uuid("[0-9a-f]{4}-?[0-9a-f]{4}")],
  ["uuid3", uuid("3[0-9a-f]{3}-?[0-9a-f]{4}")],
  ["uuid4", uuid("4[0-9a-f]{3}-?[89ab][0-9a-f]{3}")],
  ["uuid5", uuid("5[0-9a-f]{3}-?[89ab][0-9a-f]{3}")],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", (text) => /^\d{3}[- ]\d{2}[- ]\d{4}$/.test(text)],
  ["hexcolor", (text) => /^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/.test(text)],
  ["rgbcolor", isRgbColor],
  ["byte", (text) => text !== "" && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)],
  ["password", () => true],
  ["date", isDate],
  ["duration", isDuration],
  ["datetime", isDateTime],
  ["k8sshortname", (text) => validateDnsLabel(text).length === 0],
  ["k8slongname", (text) => validateDnsSubdomain(text).length === 0],
]);

/** The check of a format of strings, by any of its spellings; undefined for one that this server does not know. */
export const stringFormat = (name: string): FormatCheck | undefined => FORMATS.get(name.replaceAll("-", ""));

function uuid(middle: string): FormatCheck {
  const pattern = new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${middle}-?[0-9a-f]{12}$`, "i");
  return (text) => pattern.test(text);
}

const digitAt = (text: string, index: number): number => text.charCodeAt(index) - 48;
const withoutSeparators = (text: string): string => text.replace(/[\t\n\f\r -]+/g, "");

function isIsbn10(text: string): boolean {
  const digits = withoutSeparators(text);
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  let sum = 10 * (digits[9] === "X" ? 10 : digitAt(digits, 9));
  for (let index = 0; index < 9; index++) sum += (index + 1) * digitAt(digits, index);
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = withoutSeparators(text);
  if (!/^[0-9]{13}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 12; index++) sum += (index % 2 === 0 ? 1 : 3) * digitAt(digits, index);
  return digitAt(digits, 12) === (10 - (sum % 10)) % 10;
}

const CARD =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35\d{3})\d{11})$/;

/** Digits of a known issuer, whatever stands between them, whose Luhn checksum holds. */
function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, "");
  if (!CARD.test(digits)) return false;
  let sum = 0;
  for (let index = digits.length - 1, double = false; index >= 0; index--, double = !double) {
    const digit = digitAt(digits, index) * (double ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/** `rgb(0, 10, 255)` */
function isRgbColor(text: string): boolean {
  const match = /^rgb\(([^)]*)\)$/.exec(text);
  const parts = match === null ? [] : (match[1] as string).split(",");
  return parts.length === 3 && parts.every((part) => /^[\t\n\f\r ]*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])[\t\n\f\r ]*$/.test(part));
}
