/** What a CertificateSigningRequest may say (kubernetes, pkg/apis/certificates/validation). */
import { X509Certificate } from "node:crypto";
import { duplicate, type FieldError, forbidden, invalid, notSupported, required, tooLong } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { quote } from "../../../apimachinery/go-text.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validateDnsLabel, validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import { pemBlocks } from "../../core/v1/tls-pair.ts";
import type { CertificateSigningRequest, RequestCondition } from "./certificate-signing-request.ts";
import { parseRequest, RequestError } from "./certification-request.ts";

/** In the order in which an error lists them. */
const USAGES: readonly string[] = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];

const SPEC = FieldPath.of("spec");
const CONDITIONS = FieldPath.of("status", "conditions");
const CERTIFICATE = FieldPath.of("status", "certificate");

const SHORTEST_SECONDS = 600;

/** Of a new request, and of one that is to replace another. */
export function requestErrors(object: KubeObject): FieldError[] {
  const { spec, status = {} } = object as CertificateSigningRequest;
  const { request, usages = [], signerName, expirationSeconds } = spec;
  const errors: FieldError[] = [];
  const problem = requestProblem(request ?? "");
  if (problem !== undefined) errors.push(invalid(SPEC.child("request"), request, problem));
  errors.push(...usageErrors(usages, SPEC.child("usages")));
  errors.push(...signerErrors(signerName, SPEC.child("signerName")));
  if (expirationSeconds !== undefined && expirationSeconds < SHORTEST_SECONDS) {
    const rule = "may not specify a duration less than 600 seconds (10 minutes)";
    errors.push(invalid(SPEC.child("expirationSeconds"), expirationSeconds, rule));
  }
  const conditions = status.conditions ?? [];
  for (const [i, condition] of conditions.entries())
    errors.push(...conditionErrors(condition, conditions.slice(0, i), CONDITIONS.index(i)));
  const fault = certificateProblem(status.certificate ?? "");
  if (fault !== undefined) errors.push(invalid(CERTIFICATE, "<certificate data>", fault));
  return [...errors, ...contradiction(conditions)];
}

/** What a write may change besides metadata, by its address. */
export interface Scope {
  readonly approval: boolean;
  readonly certificate: boolean;
}

export function updateErrors(object: KubeObject, old: KubeObject, may: Scope): FieldError[] {
  const [after, before] = [object as CertificateSigningRequest, old as CertificateSigningRequest];
  const errors = requestErrors(object);
  const of = ({ status }: CertificateSigningRequest, type: string) => (status?.conditions ?? []).filter((one) => one.type === type);
  const refuse = (what: string, type: string) =>
    errors.push(forbidden(CONDITIONS, `updates may not ${what} a condition of type ${quote(type)}`));
  for (const type of ["Approved", "Denied", "Failed"]) if (of(after, type).length < of(before, type).length) refuse("remove", type);
  if (!may.approval) {
    for (const type of ["Approved", "Denied"]) {
      const [now, then] = [of(after, type), of(before, type)];
      if (now.length > then.length) refuse("add", type);
      else if (now.length === then.length && !equalJson(now as JsonValue, then as JsonValue)) refuse("modify", type);
    }
  }
  const had = before.status?.certificate ?? "";
  if ((after.status?.certificate ?? "") !== had) {
    if (!may.certificate) errors.push(forbidden(CERTIFICATE, "updates may not set certificate content"));
    else if (had !== "") errors.push(forbidden(CERTIFICATE, "updates may not modify existing certificate content"));
  }
  return errors;
}

function requestProblem(request: string): string | undefined {
  try {
    parseRequest(request);
    return undefined;
  } catch (error) {
    if (error instanceof RequestError) return error.message;
    throw error;
  }
}

function usageErrors(usages: readonly string[], path: FieldPath): FieldError[] {
  if (usages.length === 0) return [required(path)];
  return [
    ...usages.flatMap((usage, i) => (USAGES.includes(usage) ? [] : [notSupported(path.index(i), usage, USAGES)])),
    ...usages.flatMap((usage, i) => (usages.indexOf(usage) < i ? [duplicate(path.index(i), usage)] : [])),
  ];
}

const LEGACY_SIGNER = "kubernetes.io/legacy-unknown";
const LONGEST_DOMAIN = 253;
const LONGEST_SIGNER = 571;

function signerErrors(signer: string, path: FieldPath): FieldError[] {
  if (!signer) return [required(path)];
  if (signer === LEGACY_SIGNER) return [invalid(path, signer, "the legacy signerName is not allowed via this API version")];
  const [domain = "", name, ...more] = signer.split("/");
  if (name === undefined || more.length > 0) {
    return [invalid(path, signer, "must be a fully qualified domain and path of the form 'example.com/signer-name'")];
  }
  const errors: FieldError[] = [];
  const judge = (part: string, rule: (text: string) => string[]) => {
    // of several that are wrong the first is told
    const label = part.split(".").find((one) => rule(one).length > 0);
    if (label === undefined) return;
    for (const text of rule(label)) errors.push(invalid(path, part, `validating label ${quote(label)}: ${text}`));
  };
  if (Buffer.byteLength(domain) > LONGEST_DOMAIN) errors.push(tooLong(path, LONGEST_DOMAIN));
  judge(domain, validateDnsLabel);
  if (!domain.includes(".")) errors.push(invalid(path, domain, "should be a domain with at least two segments separated by dots"));
  judge(name, validateDnsSubdomain);
  if (Buffer.byteLength(signer) > LONGEST_SIGNER) errors.push(tooLong(path, LONGEST_SIGNER));
  return errors;
}

const DECISIONS: readonly string[] = ["Approved", "Denied", "Failed"];

function conditionErrors({ type, status }: RequestCondition, before: readonly RequestCondition[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const supported = DECISIONS.includes(type) ? ["True"] : ["False", "True", "Unknown"];
  if (!type) errors.push(required(path.child("type")));
  if (!status) errors.push(required(path.child("status")));
  else if (!supported.includes(status)) errors.push(notSupported(path.child("status"), status, supported));
  if (before.some((other) => other.type === type)) errors.push(duplicate(path.child("type"), type));
  return errors;
}

/** Kubernetes declares this rule, in words that name the members of a union. */
function contradiction(conditions: readonly RequestCondition[]): FieldError[] {
  const has = (type: string) => conditions.some((condition) => condition.type === type);
  if (!has("Approved") || !has("Denied")) return [];
  const [approved, denied] = ['conditions[{"type": "Approved"}]', 'conditions[{"type": "Denied"}]'];
  return [invalid(CONDITIONS, `{${approved}, ${denied}}`, `must specify at most one of: \`${approved}\`, \`${denied}\``)];
}

function certificateProblem(base64: string): string | undefined {
  if (base64 === "") return undefined;
  const blocks = pemBlocks(Buffer.from(base64, "base64"));
  if (blocks.length === 0) return "must contain at least one CERTIFICATE PEM block";
  for (const { type, text } of blocks) {
    if (type !== "CERTIFICATE") return `only CERTIFICATE PEM blocks are allowed, found ${quote(type)}`;
    if (/^[^\n]*:/m.test(text)) return "no PEM block headers are permitted";
    try {
      new X509Certificate(text);
    } catch {
      return "x509: malformed certificate";
    }
  }
  return undefined;
}
