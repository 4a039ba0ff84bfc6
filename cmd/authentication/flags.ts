import { type Command, InvalidArgumentError, Option } from "commander";
import { parseDuration } from "../../apimachinery/time/duration.ts";
import { ParseError } from "../../apimachinery/validation/parse-error.ts";
import { DEFAULT_ISSUER } from "../../apiserver/authentication/settings.ts";

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
};

export interface AuthenticationValues {
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
}

const collect = (value: string, before: string[]) => [...before, value];
const collectList = (value: string, before: string[]) => [...before, ...value.split(",")];

/** As Go reads flags: `--anonymous-auth`, `--anonymous-auth=false`. */
function readBoolean(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new InvalidArgumentError("it has to be true or false.");
}

const switchOption = (name: string, description: string, value?: boolean) =>
  new Option(`--${name} [bool]`, description)
    .preset("true")
    .argParser(readBoolean)
    .default(value, value === undefined ? undefined : String(value));

export function authenticationOptions(command: Command): Command {
  return command
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
    .addOption(
      new Option("--api-audiences <names>", "whom tokens have to be for, separated by commas")
        .default([], "the issuers")
        .argParser(collectList),
    );
}

const LONGEST_EXPIRATION = 2 ** 32;

/** @param errors told one line per mistake */
export function authenticationFlags(values: AuthenticationValues, errors: string[]): AuthenticationFlags {
  const issuers = values.serviceAccountIssuer.length > 0 ? values.serviceAccountIssuer : DEFAULT_AUTHENTICATION.serviceAccountIssuers;
  for (const issuer of issuers) {
    if (issuer === "") errors.push("--service-account-issuer: must not be empty");
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
  };
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
