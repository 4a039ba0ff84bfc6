import { X509Certificate } from "node:crypto";
import { duplicate, type FieldError, forbidden, invalid, required, tooMany } from "../../../apimachinery/field/error.ts";
import { quote } from "../../../apimachinery/go-text.ts";
import { validateDomainPrefixedPath } from "../../../apimachinery/validation/domain-prefixed-path.ts";
import type { AuthenticationConfiguration, ClaimMappings, ClaimValidationRule, IssuerAddress, PrefixedMapping } from "./configuration.ts";
import { expressionErrors } from "./expressions.ts";

const MOST_ISSUERS = 64;

/**
 * What is wrong with a configuration, in kube-apiserver's words (k8s.io/apiserver, pkg/apis/apiserver/validation/validation.go).
 * @param ownIssuers of the tokens of service accounts
 */
export function configurationErrors(
  { jwt, anonymous }: AuthenticationConfiguration,
  ownIssuers: readonly string[] = [],
): readonly FieldError[] {
  if (jwt.length > MOST_ISSUERS) return [tooMany("jwt", jwt.length, MOST_ISSUERS)];
  const errors: FieldError[] = [];
  const urls = new Set<string>();
  const discoveryUrls = new Set<string>();
  for (const [index, entry] of jwt.entries()) {
    const place = `jwt[${index}]`;
    const { url = "", discoveryURL = "" } = entry.issuer;
    errors.push(
      ...issuerErrors(entry.issuer, `${place}.issuer`, ownIssuers),
      ...claimRuleErrors(entry.claimValidationRules ?? [], `${place}.claimValidationRules`),
      ...mappingErrors(entry.claimMappings, `${place}.claimMappings`),
      ...userRuleErrors(entry.userValidationRules ?? [], `${place}.userValidationRules`),
      ...expressionErrors(entry, place),
    );
    if (urls.has(url)) errors.push(duplicate(`${place}.issuer.url`, url));
    urls.add(url);
    if (discoveryURL === "") continue;
    if (discoveryUrls.has(discoveryURL)) errors.push(duplicate(`${place}.issuer.discoveryURL`, discoveryURL));
    discoveryUrls.add(discoveryURL);
  }
  if (anonymous !== undefined && !anonymous.enabled && (anonymous.conditions ?? []).length > 0) {
    const shown = (anonymous.conditions ?? []).map(({ path }) => ({ Path: path }));
    errors.push(invalid("anonymous.conditions", shown, "enabled should be set to true when conditions are defined"));
  }
  return errors;
}

function issuerErrors(issuer: IssuerAddress, place: string, ownIssuers: readonly string[]): FieldError[] {
  const { url = "", discoveryURL = "", certificateAuthority = "", egressSelectorType = "" } = issuer;
  const errors = url === "" ? [required(`${place}.url`)] : urlErrors(url, `${place}.url`, ownIssuers);
  if (discoveryURL !== "") {
    const bare = (text: string) => text.replace(/\/+$/, "");
    if (url !== "" && bare(url) === bare(discoveryURL)) {
      errors.push(invalid(`${place}.discoveryURL`, discoveryURL, "discoveryURL must be different from URL"));
    }
    errors.push(...urlErrors(discoveryURL, `${place}.discoveryURL`, []));
  }
  errors.push(...audienceErrors(issuer, place));
  if (certificateAuthority !== "" && !holdsCertificates(certificateAuthority)) {
    const why = "data does not contain any valid RSA or ECDSA certificates";
    errors.push(invalid(`${place}.certificateAuthority`, "<omitted>", why));
  }
  if (egressSelectorType !== "") errors.push(forbidden(`${place}.egressSelectorType`, "there are no egress selectors here"));
  return errors;
}

/** The parts of an address, as they are written (RFC 3986, appendix B): of everything but the path it is told that it may not be there. */
const ADDRESS = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/s;

function urlErrors(url: string, place: string, ownIssuers: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const wrong = (why: string) => void errors.push(invalid(place, url, why));
  if (ownIssuers.includes(url)) wrong(`URL must not overlap with disallowed issuers: [${[...ownIssuers].sort().join(" ")}]`);
  const [, scheme = "", authority = "", query = "", fragment = ""] = ADDRESS.exec(url) as RegExpExecArray;
  if (scheme.toLowerCase() === "https" && !URL.canParse(url)) {
    wrong(`parse ${quote(url)}: invalid URL`);
    return errors;
  }
  if (scheme.toLowerCase() !== "https") wrong("URL scheme must be https");
  if (authority.includes("@")) wrong("URL must not contain a username or password");
  if (query !== "") wrong("URL must not contain a query");
  if (fragment !== "") wrong("URL must not contain a fragment");
  return errors;
}

function audienceErrors({ audiences = [], audienceMatchPolicy: policy = "" }: IssuerAddress, place: string): FieldError[] {
  if (audiences.length === 0) return [required(`${place}.audiences`, `at least one ${place}.audiences is required`)];
  const errors: FieldError[] = [];
  for (const [index, audience] of audiences.entries()) {
    if (audience === "") errors.push(required(`${place}.audiences[${index}]`));
    if (audiences.indexOf(audience) < index) errors.push(duplicate(`${place}.audiences[${index}]`, audience));
  }
  const wrong = (why: string) => errors.push(invalid(`${place}.audienceMatchPolicy`, policy, why));
  if (audiences.length > 1 && policy !== "MatchAny") wrong("audienceMatchPolicy must be MatchAny for multiple audiences");
  if (audiences.length === 1 && policy !== "" && policy !== "MatchAny") {
    wrong("audienceMatchPolicy must be empty or MatchAny for single audience");
  }
  return errors;
}

function holdsCertificates(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block)).length > 0;
  } catch {
    return false;
  }
}

function claimRuleErrors(rules: readonly ClaimValidationRule[], place: string): FieldError[] {
  const errors: FieldError[] = [];
  const claims = new Set<string>();
  const expressions = new Set<string>();
  for (const [index, { claim = "", expression = "", message = "", requiredValue = "" }] of rules.entries()) {
    const at = `${place}[${index}]`;
    if (claim !== "" && expression !== "") errors.push(invalid(at, claim, "claim and expression can't both be set"));
    else if (claim === "" && expression === "") errors.push(required(at, "claim or expression is required"));
    else if (claim !== "") {
      if (message !== "") errors.push(invalid(`${at}.message`, message, "may not be specified when claim is set"));
      if (claims.has(claim)) errors.push(duplicate(`${at}.claim`, claim));
      claims.add(claim);
    } else {
      if (requiredValue !== "") errors.push(invalid(`${at}.requiredValue`, requiredValue, "may not be specified when expression is set"));
      if (expressions.has(expression)) errors.push(duplicate(`${at}.expression`, expression));
      expressions.add(expression);
    }
  }
  return errors;
}

function mappingErrors({ username = {}, groups = {}, uid = {}, extra = [] }: ClaimMappings, place: string): FieldError[] {
  const errors = [...prefixedErrors(username, `${place}.username`, true), ...prefixedErrors(groups, `${place}.groups`, false)];
  if (uid.claim && uid.expression) errors.push(invalid(`${place}.uid`, "", "claim and expression can't both be set"));
  const keys = new Set<string>();
  for (const [index, { key = "", valueExpression = "" }] of extra.entries()) {
    const at = `${place}.extra[${index}]`;
    errors.push(...keyErrors(key, `${at}.key`));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    else if (valueExpression === "") errors.push(required(`${at}.valueExpression`));
    keys.add(key);
  }
  return errors;
}

function prefixedErrors({ claim, expression, prefix }: PrefixedMapping, place: string, needed: boolean): FieldError[] {
  if (claim && expression) return [invalid(place, "", "claim and expression can't both be set")];
  if (expression) return prefix === undefined ? [] : [invalid(`${place}.prefix`, prefix, "may not be specified when expression is set")];
  if (!claim) return needed ? [required(place, "claim or expression is required")] : [];
  const why = "prefix is required when claim is set. It can be set to an empty string to disable prefixing";
  return prefix === undefined ? [required(`${place}.prefix`, why)] : [];
}

function keyErrors(key: string, place: string): FieldError[] {
  const errors = validateDomainPrefixedPath(key, place);
  if (key !== key.toLowerCase()) errors.push(invalid(place, key, "must be lowercase"));
  if (/^([^/]*\.)?(kubernetes|k8s)\.io\//.test(key)) {
    errors.push(invalid(place, key, "k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use"));
  }
  return errors;
}

function userRuleErrors(rules: readonly { readonly expression?: string }[], place: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { expression = "" }] of rules.entries()) {
    if (expression === "") errors.push(required(`${place}[${index}].expression`));
    else if (seen.has(expression)) errors.push(duplicate(`${place}[${index}].expression`, expression));
    seen.add(expression);
  }
  return errors;
}
