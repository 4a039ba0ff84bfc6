import { type Command, InvalidArgumentError, Option } from "commander";

/** One issuer of JSON web tokens, as flags name it. */
export interface OidcFlags {
  readonly issuerUrl: string;
  readonly clientId: string;
  readonly caFile: string | undefined;
  readonly usernameClaim: string;
  /** Undefined: the issuer's address, unless the name is an email's; `-`: none. */
  readonly usernamePrefix: string | undefined;
  readonly groupsClaim: string | undefined;
  readonly groupsPrefix: string;
  readonly signingAlgorithms: readonly string[];
  readonly requiredClaims: ReadonlyMap<string, string>;
}

export interface OidcValues {
  oidcIssuerUrl?: string;
  oidcClientId?: string;
  oidcCaFile?: string;
  oidcUsernameClaim?: string;
  oidcUsernamePrefix?: string;
  oidcGroupsClaim?: string;
  oidcGroupsPrefix?: string;
  oidcSigningAlgs?: string[];
  oidcRequiredClaim?: Map<string, string>;
}

/** Every algorithm that a token from elsewhere may be signed by; none of them by a secret. */
export const SIGNING_ALGORITHMS = ["ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"];

function addPair(text: string, before = new Map<string, string>()): Map<string, string> {
  const equals = text.indexOf("=");
  if (equals < 0) throw new InvalidArgumentError(`malformed pair, expect string=string.`);
  return new Map([...before, [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]]);
}

export function oidcOptions(command: Command): Command {
  return command
    .option("--oidc-issuer-url <url>", "an issuer whose JSON web tokens are taken (OpenID Connect)")
    .option("--oidc-client-id <id>", "whom its tokens have to be for")
    .option("--oidc-ca-file <file>", "authorities (PEM) of its server, instead of the system's")
    .option("--oidc-username-claim <claim>", "the claim with the name of the user: sub")
    .option(
      "--oidc-username-prefix <prefix>",
      "what the name then begins with; - for nothing; the issuer's URL and # unless it is an email",
    )
    .option("--oidc-groups-claim <claim>", "the claim with the groups of the user")
    .option("--oidc-groups-prefix <prefix>", "what the names of groups then begin with")
    .addOption(
      new Option("--oidc-signing-algs <names>", "how its tokens may be signed, separated by commas: RS256").argParser(
        (text, before: string[] = []) => [...before, ...text.split(",")],
      ),
    )
    .addOption(
      new Option("--oidc-required-claim <claim=value>", "a claim that its tokens have to have; may be repeated").argParser(addPair),
    );
}

/** @param errors told one line per mistake */
export function oidcFlags(values: OidcValues, configurationFile: string | undefined, errors: string[]): OidcFlags | undefined {
  const given = Object.keys(values).some((name) => name.startsWith("oidc"));
  if (!given) return undefined;
  const { oidcIssuerUrl: issuerUrl = "", oidcClientId: clientId = "", oidcSigningAlgs: signingAlgorithms = ["RS256"] } = values;
  if (configurationFile !== undefined) errors.push("--authentication-config and --oidc-… flags are mutually exclusive");
  else if (issuerUrl === "" || clientId === "") {
    errors.push("--oidc-issuer-url and --oidc-client-id must be specified together when any --oidc-… flags are set");
  }
  for (const algorithm of signingAlgorithms) {
    if (!SIGNING_ALGORITHMS.includes(algorithm)) errors.push(`--oidc-signing-algs: unsupported signing alg: ${JSON.stringify(algorithm)}`);
  }
  return {
    issuerUrl,
    clientId,
    caFile: values.oidcCaFile,
    usernameClaim: values.oidcUsernameClaim ?? "sub",
    usernamePrefix: values.oidcUsernamePrefix,
    groupsClaim: values.oidcGroupsClaim || undefined,
    groupsPrefix: values.oidcGroupsPrefix ?? "",
    signingAlgorithms,
    requiredClaims: values.oidcRequiredClaim ?? new Map(),
  };
}
