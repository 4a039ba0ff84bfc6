import { type Command, Option } from "commander";
import { parseDuration } from "../../apimachinery/time/duration.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import type { RequestHeaderOptions } from "../../apiserver/authentication/request-headers.ts";
import { DEFAULT_ISSUER } from "../../apiserver/authentication/settings.ts";
import { switchOption } from "../switch-option.ts";
import { type OidcFlags, type OidcValues, oidcFlags, oidcOptions } from "./oidc-flags.ts";

/** What the command line says of how people and programs prove who they are. Names are kube-apiserver's. */
export interface AuthenticationFlags {
  /** Undefined: not said; the configuration may say so. */
  readonly anonymousAuth: boolean | undefined;
  readonly tokenAuthFile: string | undefined;
  readonly serviceAccountIssuers: readonly string[];
  readonly serviceAccountKeyFiles: readonly string[];
  readonly serviceAccountSigningKeyFile: string | undefined;
  /** Seconds; undefined: as long as is asked for. */
  readonly serviceAccountMaxTokenExpiration: number | undefined;
  readonly serviceAccountJwksUri: string | undefined;
  readonly serviceAccountLookup: boolean;
  /** Empty: the issuers. */
  readonly apiAudiences: readonly string[];
  readonly bootstrapTokens: boolean;
  /** An AuthenticationConfiguration. */
  readonly configurationFile: string | undefined;
  /** Undefined: no issuer is named by flags. */
  readonly oidc: OidcFlags | undefined;
  /** Undefined: no program elsewhere is asked about tokens. */
  readonly tokenWebhook: TokenWebhookFlags | undefined;
  /** Undefined: no proxy says who sends requests. */
  readonly requestHeaders: (RequestHeaderOptions & { readonly clientCaFile: string }) | undefined;
}

export interface TokenWebhookFlags {
  readonly kubeconfigFile: string;
  readonly version: "v1" | "v1beta1";
  /** In ms. */
  readonly ttl: number;
}

/** What holds where the command line says nothing. */
export const DEFAULT_AUTHENTICATION: AuthenticationFlags = {
  anonymousAuth: undefined,
  tokenAuthFile: undefined,
  serviceAccountIssuers: [DEFAULT_ISSUER],
  serviceAccountKeyFiles: [],
  serviceAccountSigningKeyFile: undefined,
  serviceAccountMaxTokenExpiration: undefined,
  serviceAccountJwksUri: undefined,
  serviceAccountLookup: true,
  apiAudiences: [],
  bootstrapTokens: false,
  configurationFile: undefined,
  oidc: undefined,
  tokenWebhook: undefined,
  requestHeaders: undefined,
};

export interface AuthenticationValues extends OidcValues {
  authenticationConfig?: string;
  authenticationTokenWebhookConfigFile?: string;
  authenticationTokenWebhookVersion: string;
  authenticationTokenWebhookCacheTtl: string;
  anonymousAuth?: boolean;
  tokenAuthFile?: string;
  serviceAccountIssuer: string[];
  serviceAccountKeyFile: string[];
  serviceAccountSigningKeyFile?: string;
  serviceAccountMaxTokenExpiration?: string;
  serviceAccountExtendTokenExpiration: boolean;
  serviceAccountJwksUri?: string;
  serviceAccountLookup: boolean;
  apiAudiences: string[];
  enableBootstrapTokenAuth: boolean;
  requestheaderClientCaFile?: string;
  requestheaderAllowedNames: string[];
  requestheaderUsernameHeaders: string[];
  requestheaderUidHeaders: string[];
  requestheaderGroupHeaders: string[];
  requestheaderExtraHeadersPrefix: string[];
}

const collect = (value: string, before: string[]) => [...before, value];
const collectList = (value: string, before: string[]) => [...before, ...value.split(",")];

const listOption = (name: string, description: string, none = "none") =>
  new Option(`--${name} <names>`, description).default([], none).argParser(collectList);

export function authenticationOptions(command: Command): Command {
  return oidcOptions(command)
    .addOption(
      switchOption("anonymous-auth", "take requests without credentials as system:anonymous; true unless the configuration says otherwise"),
    )
    .option("--token-auth-file <file>", 'tokens, one a line: token,user,uid,"group1,group2"')
    .addOption(
      new Option(
        "--service-account-issuer <name>",
        "under which name tokens of service accounts are issued; others that follow are taken too",
      )
        .default([], DEFAULT_ISSUER)
        .argParser(collect),
    )
    .addOption(
      new Option(
        "--service-account-key-file <file>",
        "further keys (PEM) that tokens of service accounts may be signed with; may be repeated",
      )
        .default([], "none")
        .argParser(collect),
    )
    .option("--service-account-signing-key-file <file>", "the key (PEM) that they are signed with, instead of one made here")
    .option("--service-account-max-token-expiration <time>", "how long a token of a service account may last at most, for example 24h")
    .addOption(switchOption("service-account-extend-token-expiration", "for tokens of pods, of which there are none here", true))
    .option("--service-account-jwks-uri <url>", "where others find the keys, if not at this server")
    .addOption(switchOption("service-account-lookup", "a token in a Secret ends with the Secret and the account", true))
    .addOption(listOption("api-audiences", "whom tokens have to be for, separated by commas", "the issuers"))
    .addOption(switchOption("enable-bootstrap-token-auth", "take tokens to join with, from Secrets in kube-system", false))
    .option(
      "--authentication-config <file>",
      "an AuthenticationConfiguration: issuers of JSON web tokens, and where anonymous requests are taken",
    )
    .option("--authentication-token-webhook-config-file <file>", "a kubeconfig: a program elsewhere that is asked whose a token is")
    .addOption(
      new Option("--authentication-token-webhook-version <version>", "the version in which it is asked, v1 or v1beta1").default(
        "v1beta1",
        "v1beta1",
      ),
    )
    .addOption(
      new Option("--authentication-token-webhook-cache-ttl <time>", "how long its answers count; 0 for one question").default("2m", "2m"),
    )
    .option("--requestheader-client-ca-file <file>", "authorities (PEM) of proxies that say who sends requests")
    .addOption(listOption("requestheader-allowed-names", "common names that a proxy's certificate may have, separated by commas", "any"))
    .addOption(listOption("requestheader-username-headers", "headers with the name of the user, such as X-Remote-User"))
    .addOption(listOption("requestheader-uid-headers", "headers with the user's uid, such as X-Remote-Uid"))
    .addOption(listOption("requestheader-group-headers", "headers with the user's groups, such as X-Remote-Group"))
    .addOption(listOption("requestheader-extra-headers-prefix", "what headers begin with that tell more, such as X-Remote-Extra-"));
}

const LONGEST_EXPIRATION = 2 ** 32;

/** @param errors told one line per mistake */
export function authenticationFlags(values: AuthenticationValues, errors: string[]): AuthenticationFlags {
  const issuers = values.serviceAccountIssuer.length > 0 ? values.serviceAccountIssuer : DEFAULT_AUTHENTICATION.serviceAccountIssuers;
  for (const [index, issuer] of issuers.entries()) {
    if (issuers.indexOf(issuer) < index) errors.push(`--service-account-issuer: ${JSON.stringify(issuer)} is already specified`);
    else if (issuer === "") errors.push("--service-account-issuer: must not be empty");
    else if (issuer.includes(":") && !URL.canParse(issuer))
      errors.push(`--service-account-issuer: ${JSON.stringify(issuer)} contained a ':' but was not a valid URL`);
  }
  const { serviceAccountJwksUri: jwksUri } = values;
  if (jwksUri !== undefined && !(URL.canParse(jwksUri) && new URL(jwksUri).protocol === "https:"))
    errors.push(`--service-account-jwks-uri: ${JSON.stringify(jwksUri)} is not a URL with https`);
  return {
    anonymousAuth: values.anonymousAuth,
    tokenAuthFile: values.tokenAuthFile,
    serviceAccountIssuers: issuers,
    serviceAccountKeyFiles: values.serviceAccountKeyFile,
    serviceAccountSigningKeyFile: values.serviceAccountSigningKeyFile,
    serviceAccountMaxTokenExpiration: maxExpiration(values.serviceAccountMaxTokenExpiration, errors),
    serviceAccountJwksUri: jwksUri,
    serviceAccountLookup: values.serviceAccountLookup,
    apiAudiences: values.apiAudiences,
    bootstrapTokens: values.enableBootstrapTokenAuth,
    configurationFile: values.authenticationConfig,
    oidc: oidcFlags(values, values.authenticationConfig, errors),
    tokenWebhook: tokenWebhookFlags(values, errors),
    requestHeaders: requestHeaderFlags(values, errors),
  };
}

function tokenWebhookFlags(values: AuthenticationValues, errors: string[]): TokenWebhookFlags | undefined {
  const {
    authenticationTokenWebhookConfigFile: kubeconfigFile,
    authenticationTokenWebhookVersion: version,
    authenticationTokenWebhookCacheTtl: text,
  } = values;
  if (kubeconfigFile === undefined) return undefined;
  if (version !== "v1" && version !== "v1beta1") {
    errors.push(`unsupported authentication webhook version ${JSON.stringify(version)}, supported versions are "v1", "v1beta1"`);
    return undefined;
  }
  try {
    return { kubeconfigFile, version, ttl: Math.max(parseDuration(text), 0) };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    errors.push(`--authentication-token-webhook-cache-ttl: ${JSON.stringify(text)} is not a time such as 2m`);
    return undefined;
  }
}

function requestHeaderFlags(values: AuthenticationValues, errors: string[]): AuthenticationFlags["requestHeaders"] {
  const lists = {
    allowedNames: values.requestheaderAllowedNames,
    usernameHeaders: values.requestheaderUsernameHeaders,
    uidHeaders: values.requestheaderUidHeaders,
    groupHeaders: values.requestheaderGroupHeaders,
    extraHeaderPrefixes: values.requestheaderExtraHeadersPrefix,
  };
  for (const [name, list] of Object.entries({
    "username-headers": lists.usernameHeaders,
    "uid-headers": lists.uidHeaders,
    "group-headers": lists.groupHeaders,
    "extra-headers-prefix": lists.extraHeaderPrefixes,
  })) {
    if (list.some((header) => header.trim() === "")) errors.push(`--requestheader-${name}: empty value in ${JSON.stringify(list)}`);
  }
  const { requestheaderClientCaFile: clientCaFile } = values;
  if (clientCaFile !== undefined) return { clientCaFile, ...lists };
  if (Object.values(lists).some((list) => list.length > 0)) errors.push("--requestheader-…: needs --requestheader-client-ca-file");
  return undefined;
}

/** Seconds. */
function maxExpiration(text: string | undefined, errors: string[]): number | undefined {
  if (text === undefined) return undefined;
  try {
    const seconds = Math.floor(parseDuration(text) / 1000);
    if (seconds === 0) return undefined;
    if (seconds >= 3600 && seconds <= LONGEST_EXPIRATION) return seconds;
    errors.push("--service-account-max-token-expiration: must be between 1 hour and 2^32 seconds");
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    errors.push(`--service-account-max-token-expiration: ${JSON.stringify(text)} is not a time such as 24h`);
  }
  return undefined;
}
