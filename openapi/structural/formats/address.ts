import { isIPv6 as isPlainIpv6 } from "node:net";

/** Addresses as Kubernetes' parsers take them: leading zeros in the parts of an IPv4 address are let through. */

/** An IPv4 address, or an IPv6 one that ends in the form of one (`::ffff:1.2.3.4`). */
export const isIpv4 = (text: string): boolean => isDotted(text) || (text.includes(".") && isSloppyIpv6(text));

/** An IPv6 address without a zone. */
export const isIpv6 = (text: string): boolean => !text.includes("%") && isPlainIpv6(text);

/** An address and the length of a prefix; bits behind the prefix may be set. */
export function isCidr(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash < 0) return false;
  const address = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (!/^[0-9]{1,8}$/.test(length)) return false;
  const bits = isDotted(address) ? 32 : isSloppyIpv6(address) ? 128 : -1;
  return Number(length) <= bits;
}

function isDotted(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,8}$/.test(part) && Number(part) <= 255);
}

function isSloppyIpv6(text: string): boolean {
  return isIpv6(text.includes(".") ? text.replace(/(?<=^|[:.])[0-9]+(?=\.|$)/g, withoutZeros) : text);
}

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=[0-9])/, "");

/** 6, 8 or 20 bytes: `01:23:45:67:89:ab`, `01-23-…`, `0123.4567.89ab`. */
export function isMac(text: string): boolean {
  const colons = /^[0-9a-f]{2}(?:(?::[0-9a-f]{2})+|(?:-[0-9a-f]{2})+)$/i;
  const dots = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i;
  const bytes = colons.test(text) ? (text.length + 1) / 3 : dots.test(text) ? ((text.length + 1) / 5) * 2 : 0;
  return bytes === 6 || bytes === 8 || bytes === 20;
}
