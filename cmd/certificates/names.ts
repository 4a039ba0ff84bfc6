import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

const DNS_NAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What a serving certificate can be for: an IP address, or a DNS name whose first label may be `*`. */
export const isServerName = (name: string): boolean => isIP(name) !== 0 || (name.length <= 253 && DNS_NAME.test(name));

/** The names a server that listens on `bindAddress` answers to, each once, in the form that certificates are compared in. */
export function serverNames(bindAddress: string, hostname: string, more: readonly string[]): string[] {
  const names = ["localhost", "127.0.0.1", "::1"];
  const host = hostname.toLowerCase();
  if (isServerName(host)) names.push(host);
  if (!isUnspecified(bindAddress)) names.push(bindAddress);
  return [...new Set([...names, ...more].map(canonical))];
}

/** The names in a certificate, in the same form. */
export function namesIn(certificate: X509Certificate): string[] {
  // `DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`
  const names = certificate.subjectAltName?.split(", ") ?? [];
  return names.map((name) => canonical(name.replace(/^(DNS|IP Address):/, "")));
}

/** `0.0.0.0` and `::`: every address of the machine. */
export const isUnspecified = (address: string): boolean => canonical(address) === "0.0.0.0" || canonical(address) === "::";

/** Lower case; IPv6 addresses in their shortest spelling. */
function canonical(name: string): string {
  return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name.toLowerCase();
}
