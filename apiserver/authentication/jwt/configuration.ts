import { ConfigurationError, parseConfiguration } from "../../../apimachinery/configuration/parse.ts";
import { errorText } from "../../../apimachinery/field/error.ts";
import { configurationErrors } from "./rules.ts";

/**
 * Whose JSON web tokens are taken, and who may ask without a credential (k8s.io/apiserver, pkg/apis/apiserver/v1/types.go). Its members are
 * those of the file.
 */
export interface AuthenticationConfiguration {
  readonly jwt: readonly JwtIssuer[];
  /** Undefined: as the flags say. */
  readonly anonymous?: { readonly enabled: boolean; readonly conditions?: readonly { readonly path: string }[] };
}

export interface JwtIssuer {
  readonly issuer: IssuerAddress;
  readonly claimMappings: ClaimMappings;
  readonly claimValidationRules?: readonly ClaimValidationRule[];
  readonly userValidationRules?: readonly { readonly expression?: string; readonly message?: string }[];
}

export interface IssuerAddress {
  readonly url?: string;
  /** Where the issuer's configuration is, if not below its address. */
  readonly discoveryURL?: string;
  /** In PEM; the system's authorities where there is none. */
  readonly certificateAuthority?: string;
  readonly audiences?: readonly string[];
  readonly audienceMatchPolicy?: string;
  readonly egressSelectorType?: string;
}

export interface ClaimMappings {
  readonly username?: PrefixedMapping;
  readonly groups?: PrefixedMapping;
  readonly uid?: Mapping;
  readonly extra?: readonly { readonly key?: string; readonly valueExpression?: string }[];
}

/** Where a part of the user comes from: a claim, or what an expression makes of all claims. */
export interface Mapping {
  readonly claim?: string;
  readonly expression?: string;
}

export interface PrefixedMapping extends Mapping {
  readonly prefix?: string;
}

export interface ClaimValidationRule extends Mapping {
  readonly requiredValue?: string;
  readonly message?: string;
}

/**
 * Reads the text of a file, YAML or JSON (`--authentication-config`).
 * @param ownIssuers of the tokens of service accounts, which are nobody else's
 * @throws ConfigurationError naming each mistake and its place
 */
export function parseAuthenticationConfiguration(text: string, ownIssuers: readonly string[]): AuthenticationConfiguration {
  if (text === "") throw new ConfigurationError(["empty config data"]);
  const { jwt, anonymous } = parseConfiguration<Partial<AuthenticationConfiguration>>(text, SCHEMA);
  const configuration = { jwt: jwt ?? [], ...(anonymous && { anonymous }) };
  checkConfiguration(configuration, ownIssuers);
  return configuration;
}

/** @throws ConfigurationError naming each mistake and its place */
export function checkConfiguration(configuration: AuthenticationConfiguration, ownIssuers: readonly string[]): void {
  const errors = configurationErrors(configuration, ownIssuers);
  if (errors.length > 0) throw new ConfigurationError(errors.map(errorText));
}

const TEXT = { type: "string" };
const object = (properties: object, ...required: string[]) => ({ type: "object", additionalProperties: false, properties, required });
const list = (items: object) => ({ type: "array", items });
const PREFIXED = object({ claim: TEXT, prefix: TEXT, expression: TEXT });

/** The form alone; what has to be there, and how, is said by the rules. */
const SCHEMA = object(
  {
    apiVersion: { enum: ["v1", "v1beta1", "v1alpha1"].map((version) => `apiserver.config.k8s.io/${version}`) },
    kind: { enum: ["AuthenticationConfiguration"] },
    jwt: list(
      object(
        {
          issuer: object({
            url: TEXT,
            discoveryURL: TEXT,
            certificateAuthority: TEXT,
            audiences: list(TEXT),
            audienceMatchPolicy: TEXT,
            egressSelectorType: TEXT,
          }),
          claimMappings: object({
            username: PREFIXED,
            groups: PREFIXED,
            uid: object({ claim: TEXT, expression: TEXT }),
            extra: list(object({ key: TEXT, valueExpression: TEXT })),
          }),
          claimValidationRules: list(object({ claim: TEXT, requiredValue: TEXT, expression: TEXT, message: TEXT })),
          userValidationRules: list(object({ expression: TEXT, message: TEXT })),
        },
        "issuer",
        "claimMappings",
      ),
    ),
    anonymous: object({ enabled: { type: "boolean" }, conditions: list(object({ path: TEXT }, "path")) }, "enabled"),
  },
  "apiVersion",
  "kind",
);
