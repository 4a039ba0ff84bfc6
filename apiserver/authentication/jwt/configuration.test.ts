import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ConfigurationError } from "../../../apimachinery/configuration/parse.ts";
import { parseAuthenticationConfiguration } from "./configuration.ts";

const OWN = ["https://kubernetes.default.svc"];
const KIND = { apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthenticationConfiguration" };
const ISSUER = { url: "https://example.com", audiences: ["a"] };
const MAPPINGS = { username: { claim: "sub", prefix: "" } };
const ENTRY = { issuer: ISSUER, claimMappings: MAPPINGS };

function parse(document: object | string): unknown {
  try {
    return parseAuthenticationConfiguration(typeof document === "string" ? document : stringify({ ...KIND, ...document }), OWN);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}

const withIssuer = (issuer: object) => parse({ jwt: [{ ...ENTRY, issuer: { ...ISSUER, ...issuer } }] });
const withMappings = (claimMappings: object) => parse({ jwt: [{ ...ENTRY, claimMappings: { ...MAPPINGS, ...claimMappings } }] });
const withRules = (...claimValidationRules: object[]) => parse({ jwt: [{ ...ENTRY, claimValidationRules }] });
const URL = 'jwt[0].issuer.url: Invalid value: "';
const NOT_YET = "Forbidden: CEL expressions cannot be evaluated by this server yet";

describe("an AuthenticationConfiguration", () => {
  it("names issuers, and where anonymous requests are taken", () => {
    const anonymous = { enabled: true, conditions: [{ path: "/livez" }] };
    expect(parse({ jwt: [ENTRY], anonymous })).toEqual({ jwt: [ENTRY], anonymous });
    expect(parse({})).toEqual({ jwt: [] });
    for (const version of ["v1beta1", "v1alpha1"]) {
      expect(parse({ apiVersion: `apiserver.config.k8s.io/${version}`, jwt: [ENTRY] })).toEqual({ jwt: [ENTRY] });
    }
  });

  it("has a form", () => {
    expect(parse("")).toBe("empty config data");
    expect(parse({ kind: "EncryptionConfiguration" })).toBe("kind: must be AuthenticationConfiguration");
    expect(parse({ apiVersion: "v1" })).toMatch(/^apiVersion: must be apiserver.config.k8s.io\/v1 or /);
    expect(parse({ jwts: [] })).toBe('unknown field "jwts"');
    expect(parse({ jwt: [{ ...ENTRY, issuers: 1 }] })).toBe('jwt[0]: unknown field "issuers"');
    expect(parse({ jwt: [{ ...ENTRY, issuer: { url: 7 } }] })).toBe("jwt[0].issuer.url: must be string");
    expect(parse("kind: a\nkind: b")).toMatch(/kind/);
  });

  it("has at most 64 issuers, each once", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ ...ENTRY, issuer: { ...ISSUER, url: `https://${at}.io` } }));
    expect(parse({ jwt: many(64) })).toMatchObject({ jwt: { length: 64 } });
    expect(parse({ jwt: many(65) })).toBe("jwt: Too many: 65: must have at most 64 items");
    expect(parse({ jwt: [ENTRY, ENTRY] })).toBe('jwt[1].issuer.url: Duplicate value: "https://example.com"');
    const at = (url: string) => ({ ...ENTRY, issuer: { ...ISSUER, url, discoveryURL: "https://d.io" } });
    expect(parse({ jwt: [at("https://a.io"), at("https://b.io")] })).toBe('jwt[1].issuer.discoveryURL: Duplicate value: "https://d.io"');
  });

  it.each<[object, string]>([
    [{ url: "" }, "jwt[0].issuer.url: Required value"],
    [{ url: "http://a.io" }, `${URL}http://a.io": URL scheme must be https`],
    [{ url: "accounts.google.com" }, `${URL}accounts.google.com": URL scheme must be https`],
    [{ url: "https://me@a.io" }, `${URL}https://me@a.io": URL must not contain a username or password`],
    [{ url: "https://a.io?b=c" }, `${URL}https://a.io?b=c": URL must not contain a query`],
    [{ url: "https://a.io#b" }, `${URL}https://a.io#b": URL must not contain a fragment`],
    [{ url: "https://a b" }, `${URL}https://a b": parse "https://a b": invalid URL`],
    [{ url: OWN[0] }, `${URL}${OWN[0]}": URL must not overlap with disallowed issuers: [${OWN[0]}]`],
    [
      { discoveryURL: "https://example.com/" },
      'jwt[0].issuer.discoveryURL: Invalid value: "https://example.com/": discoveryURL must be different from URL',
    ],
    [{ discoveryURL: "http://a.io" }, 'jwt[0].issuer.discoveryURL: Invalid value: "http://a.io": URL scheme must be https'],
    [{ audiences: [] }, "jwt[0].issuer.audiences: Required value: at least one jwt[0].issuer.audiences is required"],
    [
      { audiences: ["a", "", "a"], audienceMatchPolicy: "MatchAny" },
      'jwt[0].issuer.audiences[1]: Required value; jwt[0].issuer.audiences[2]: Duplicate value: "a"',
    ],
    [
      { audiences: ["a", "b"] },
      'jwt[0].issuer.audienceMatchPolicy: Invalid value: "": audienceMatchPolicy must be MatchAny for multiple audiences',
    ],
    [
      { audienceMatchPolicy: "MatchAll" },
      'jwt[0].issuer.audienceMatchPolicy: Invalid value: "MatchAll": audienceMatchPolicy must be empty or MatchAny for single audience',
    ],
    [
      { certificateAuthority: "x" },
      'jwt[0].issuer.certificateAuthority: Invalid value: "<omitted>": data does not contain any valid RSA or ECDSA certificates',
    ],
    [{ egressSelectorType: "cluster" }, "jwt[0].issuer.egressSelectorType: Forbidden: there are no egress selectors here"],
  ])("says what is wrong with an issuer: %j", (issuer, message) => {
    expect(withIssuer(issuer)).toBe(message);
  });

  it.each<[object, string]>([
    [{ username: {} }, "jwt[0].claimMappings.username: Required value: claim or expression is required"],
    [
      { username: { claim: "a" } },
      "jwt[0].claimMappings.username.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing",
    ],
    [
      { groups: { claim: "a" } },
      "jwt[0].claimMappings.groups.prefix: Required value: prefix is required when claim is set. It can be set to an empty string to disable prefixing",
    ],
    [{ username: { expression: "claims.sub" } }, `jwt[0].claimMappings.username.expression: ${NOT_YET}`],
    [{ groups: { expression: "claims.a" } }, `jwt[0].claimMappings.groups.expression: ${NOT_YET}`],
    [{ uid: { expression: "claims.a" } }, `jwt[0].claimMappings.uid.expression: ${NOT_YET}`],
    [{ extra: [{ key: "a.io/b", valueExpression: "claims.a" }] }, `jwt[0].claimMappings.extra[0].valueExpression: ${NOT_YET}`],
    [
      { uid: { claim: "a", expression: "b" } },
      `jwt[0].claimMappings.uid: Invalid value: "": claim and expression can't both be set; jwt[0].claimMappings.uid.expression: ${NOT_YET}`,
    ],
    [
      { extra: [{ key: "b" }] },
      'jwt[0].claimMappings.extra[0].key: Invalid value: "b": must be a domain-prefixed path (such as "acme.io/foo"); jwt[0].claimMappings.extra[0].valueExpression: Required value',
    ],
    [
      { extra: [{ key: "x.k8s.io/b" }] },
      'jwt[0].claimMappings.extra[0].key: Invalid value: "x.k8s.io/b": k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use; jwt[0].claimMappings.extra[0].valueExpression: Required value',
    ],
    [{ extra: [{}] }, "jwt[0].claimMappings.extra[0].key: Required value; jwt[0].claimMappings.extra[0].valueExpression: Required value"],
  ])("says what is wrong with a mapping: %j", (mappings, message) => {
    expect(withMappings(mappings)).toBe(message);
  });

  it("says what is wrong with a rule", () => {
    const rule = "jwt[0].claimValidationRules";
    expect(withRules({ claim: "a", requiredValue: "b" }, { claim: "c" })).toMatchObject({ jwt: { length: 1 } });
    expect(withRules({})).toBe(`${rule}[0]: Required value: claim or expression is required`);
    expect(withRules({ claim: "a", message: "m" }, { claim: "a" })).toBe(
      `${rule}[0].message: Invalid value: "m": may not be specified when claim is set; ${rule}[1].claim: Duplicate value: "a"`,
    );
    expect(withRules({ expression: "e", requiredValue: "r" })).toBe(
      `${rule}[0].requiredValue: Invalid value: "r": may not be specified when expression is set; ${rule}[0].expression: ${NOT_YET}`,
    );
    expect(withRules({ claim: "a", expression: "e" })).toContain(`${rule}[0]: Invalid value: "a": claim and expression can't both be set`);
    expect(parse({ jwt: [{ ...ENTRY, userValidationRules: [{ expression: "user.a" }, {}] }] })).toBe(
      `jwt[0].userValidationRules[1].expression: Required value; jwt[0].userValidationRules[0].expression: ${NOT_YET}`,
    );
  });

  it("has no paths for anonymous requests where none are taken", () => {
    expect(parse({ anonymous: { enabled: false, conditions: [{ path: "/a" }] } })).toBe(
      'anonymous.conditions: Invalid value: [{"Path":"/a"}]: enabled should be set to true when conditions are defined',
    );
    expect(parse({ anonymous: { enabled: false } })).toEqual({ jwt: [], anonymous: { enabled: false } });
  });
});
