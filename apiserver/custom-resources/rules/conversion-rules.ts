import { X509Certificate } from "node:crypto";
import { type FieldError, forbidden, invalid, invalidWithoutValue, notSupported, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { quote } from "../../../apimachinery/go-text.ts";
import { validateDns1035Label, validateDnsSubdomain } from "../../../apimachinery/validation/names.ts";
import type { CustomResourceDefinition } from "../../../apis/apiextensions/v1/custom-resource-definition.ts";

type Conversion = NonNullable<CustomResourceDefinition["spec"]["conversion"]>;
type Service = NonNullable<NonNullable<NonNullable<Conversion["webhook"]>["clientConfig"]>["service"]>;

const REVIEW_VERSIONS = ["v1", "v1beta1"];

export interface ConversionOptions {
  /** One of the versions of the review has to be known. */
  readonly knownReview: boolean;
  /** A bundle of certificates has to be one. */
  readonly goodBundle: boolean;
}

/** (apiextensions-apiserver, pkg/apis/apiextensions/validation, validateCustomResourceConversion) */
export function conversionErrors(conversion: Conversion | undefined, path: FieldPath, options: ConversionOptions): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhook } = conversion;
  const errors: FieldError[] = [];
  if (!strategy) errors.push(required(path.child("strategy")));
  else if (strategy !== "None" && strategy !== "Webhook") errors.push(notSupported(path.child("strategy"), strategy, ["None", "Webhook"]));
  const client = webhook?.clientConfig;
  const versions = webhook?.conversionReviewVersions ?? [];
  if (strategy !== "Webhook") {
    const why = "should not be set when strategy is not set to Webhook";
    if (client !== undefined) errors.push(forbidden(path.child("webhookClientConfig"), why));
    if (versions.length > 0) errors.push(forbidden(path.child("conversionReviewVersions"), why));
    return errors;
  }
  const where = path.child("webhookClientConfig");
  if (client === undefined) errors.push(required(where, "required when strategy is set to Webhook"));
  else {
    if ((client.url === undefined) === (client.service === undefined)) {
      errors.push(required(where, "exactly one of url or service is required"));
    } else if (client.url !== undefined) errors.push(...urlErrors(client.url, where.child("url")));
    else if (client.service !== undefined) errors.push(...serviceErrors(client.service, where.child("service")));
    if (client.caBundle && options.goodBundle) errors.push(...bundleErrors(client.caBundle, where.child("caBundle")));
  }
  return [...errors, ...reviewErrors(versions, path.child("conversionReviewVersions"), options.knownReview)];
}

/** Whether one of the versions that a definition says for its reviews is known, or it says none. */
export function hasKnownReview(conversion: Conversion | undefined): boolean {
  const versions = conversion?.webhook?.conversionReviewVersions ?? [];
  return versions.length === 0 || versions.some((version) => REVIEW_VERSIONS.includes(version));
}

/** Whether the bundle of certificates of a definition cannot be read. */
export function hasBadBundle(conversion: Conversion | undefined): boolean {
  const bundle = conversion?.webhook?.clientConfig?.caBundle;
  return bundle !== undefined && bundle !== "" && !isBundle(bundle);
}

function reviewErrors(versions: readonly string[], path: FieldPath, knownReview: boolean): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) errors.push(invalid(path.index(index), version, "duplicate version"));
    else for (const text of validateDns1035Label(version)) errors.push(invalid(path.index(index), version, text));
    seen.add(version);
  }
  if (knownReview && !versions.some((version) => REVIEW_VERSIONS.includes(version))) {
    errors.push(invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
  }
  return errors;
}

const FORM = "; desired format: https://host[/path]";

/** (k8s.io/apiserver, pkg/util/webhook, ValidateWebhookURL) */
function urlErrors(text: string, path: FieldPath): FieldError[] {
  const parts = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  const [, scheme = "", authority = "", query = "", fragment = ""] = parts ?? [];
  const [user, host] = authority.includes("@") ? split(authority) : [undefined, authority];
  const bad = /[ "<>^`{|}\\]/.exec(host);
  if (bad !== null) {
    return [required(path, `url must be a valid URL: parse ${quote(text)}: invalid character ${quote(bad[0])} in host name${FORM}`)];
  }
  const errors: FieldError[] = [];
  if (scheme.toLowerCase() !== "https") errors.push(invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${FORM}`));
  if (host === "") errors.push(invalid(path, "", `host must be specified${FORM}`));
  if (user !== undefined) errors.push(invalid(path, user, "user information is not permitted in the URL"));
  if (fragment !== "") errors.push(invalid(path, fragment, "fragments are not permitted in the URL"));
  if (query !== "") errors.push(invalid(path, query, "query parameters are not permitted in the URL"));
  return errors;
}

function split(authority: string): [string, string] {
  const at = authority.lastIndexOf("@");
  return [authority.slice(0, at), authority.slice(at + 1)];
}

/** (k8s.io/apiserver, pkg/util/webhook, ValidateWebhookService) */
function serviceErrors({ name, namespace, path: sent, port = 443 }: Service, where: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(where.child("name")));
  if (!namespace) errors.push(required(where.child("namespace")));
  if (port < 1 || port > 65_535) {
    errors.push(invalid(where.child("port"), port, "port is not valid: must be between 1 and 65535, inclusive"));
  }
  if (sent === undefined || sent === "" || sent === "/") return errors;
  const path = where.child("path");
  if (sent === "//") return [...errors, invalid(path, sent, "segment[0] may not be empty")];
  // each of a million segments may be wrong, and the path is a text of megabytes then: it is quoted once
  const quoted = quote(sent);
  const wrong = (detail: string) => invalidWithoutValue(path, `${quoted}: ${detail}`);
  if (!sent.startsWith("/")) errors.push(wrong("must start with a '/'"));
  for (const [index, segment] of sent.slice(1).replace(/\/$/, "").split("/").entries()) {
    if (segment === "") errors.push(wrong(`segment[${index}] may not be empty`));
    else for (const text of validateDnsSubdomain(segment)) errors.push(wrong(`segment[${index}]: ${text}`));
  }
  return errors;
}

const bundleErrors = (bundle: string, path: FieldPath): FieldError[] =>
  isBundle(bundle) ? [] : [invalid(path, bundle, "unable to load root certificates: unable to parse bytes as PEM block")];

/** @param bundle in base64 */
function isBundle(bundle: string): boolean {
  const certificates = Buffer.from(bundle, "base64")
    .toString("latin1")
    .match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (certificates === null) return false;
  try {
    return certificates.every((certificate) => new X509Certificate(certificate) !== undefined);
  } catch {
    return false;
  }
}
