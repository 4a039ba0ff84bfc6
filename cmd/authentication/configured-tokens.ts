import { isDeepStrictEqual } from "node:util";
import type { Logger } from "pino";
import { ConfigurationError } from "../../apimachinery/configuration/parse.ts";
import type { AnonymousOptions } from "../../apiserver/authentication/authenticator.ts";
import type { AuthenticationConfiguration, JwtIssuer } from "../../apiserver/authentication/jwt/configuration.ts";
import type { JwtTokens } from "../../apiserver/authentication/jwt/jwt-tokens.ts";
import type { UserOfToken } from "../../apiserver/authentication/tokens/token.ts";
import { readRequired } from "../certificates/private-file.ts";
import { StartupError } from "../startup-error.ts";
import { WatchedFile } from "../watched-file.ts";
import type { AuthenticationFlags } from "./flags.ts";
import { type OidcFlags, SIGNING_ALGORITHMS } from "./oidc-flags.ts";

/** What an AuthenticationConfiguration, or the flags in its place, say. */
export interface ConfiguredTokens {
  readonly anonymous: AnonymousOptions;
  /** Undefined where no issuers can come. */
  readonly jwt: UserOfToken | undefined;
  close(): void;
}

/**
 * Reads the configuration of issuers elsewhere, and follows its file: issuers may be exchanged while the server runs, and a file that cannot be
 * used leaves them as they were (k8s.io/kubernetes, pkg/kubeapiserver/options/authentication.go).
 * @throws StartupError naming the file or the flag
 */
export async function configuredTokens(flags: AuthenticationFlags, log: Logger): Promise<ConfiguredTokens> {
  const byFlags: AnonymousOptions = { enabled: flags.anonymousAuth ?? true, paths: [] };
  const { configurationFile: file, oidc } = flags;
  if (file !== undefined) return inFile(file, flags, byFlags, log);
  if (oidc === undefined) return { anonymous: byFlags, jwt: undefined, close: () => {} };
  const { checkConfiguration } = await import("../../apiserver/authentication/jwt/configuration.ts");
  const entry = await issuerOf(oidc);
  try {
    checkConfiguration({ jwt: [entry] }, flags.serviceAccountIssuers);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(`--oidc-…: invalid authentication configuration: ${error.message}`);
    throw error;
  }
  const tokens = await tokensOf([entry], oidc.signingAlgorithms, log);
  return { anonymous: byFlags, jwt: tokens.authenticate, close: () => tokens.close() };
}

async function inFile(file: string, flags: AuthenticationFlags, byFlags: AnonymousOptions, log: Logger): Promise<ConfiguredTokens> {
  const { parseAuthenticationConfiguration } = await import("../../apiserver/authentication/jwt/configuration.ts");
  const text = await readRequired(file);
  const parse = (read: string) => parseAuthenticationConfiguration(read, flags.serviceAccountIssuers);
  let configuration: AuthenticationConfiguration;
  try {
    configuration = parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(`${file}: ${error.message}`, error);
    throw error;
  }
  const { jwt, anonymous } = configuration;
  if (anonymous !== undefined && flags.anonymousAuth !== undefined) {
    const why = "--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file";
    throw new StartupError(`${file}: anonymous: Forbidden: ${why}`);
  }
  const tokens = await tokensOf(jwt, SIGNING_ALGORITHMS, log);

  const reload = async (read: string) => {
    try {
      const next = parse(read);
      if (!isDeepStrictEqual(next.anonymous, anonymous)) {
        throw new ConfigurationError(["anonymous: Forbidden: changed from initial configuration file"]);
      }
      warnOfBareGroups(next.jwt, log);
      log.info({ file }, "the authentication config has changed, and counts once all of its issuers have answered");
      if (await tokens.exchange(next.jwt)) log.info({ file }, "reloaded authentication config");
    } catch (error) {
      log.error({ err: error, file }, "the authentication config cannot be used, and stays as it was");
    }
  };
  const watched = new WatchedFile(
    file,
    text,
    (read) => void reload(read),
    (error) => log.error({ err: error, file }, "the authentication config cannot be read, and stays as it was"),
  );
  return {
    anonymous: anonymous ? { enabled: anonymous.enabled, paths: (anonymous.conditions ?? []).map(({ path }) => path) } : byFlags,
    jwt: tokens.authenticate,
    close: () => {
      watched.close();
      tokens.close();
    },
  };
}

async function tokensOf(entries: readonly JwtIssuer[], algorithms: readonly string[], log: Logger): Promise<JwtTokens> {
  const { JwtTokens } = await import("../../apiserver/authentication/jwt/jwt-tokens.ts");
  warnOfBareGroups(entries, log);
  return new JwtTokens(entries, {
    algorithms,
    now: Date.now,
    onProblem: (issuer, error) => log.error({ issuer, reason: error.message }, "an issuer of tokens cannot be asked"),
  });
}

/** Names of groups that are taken as they come may be those of groups that have rights here. */
function warnOfBareGroups(entries: readonly JwtIssuer[], log: Logger): void {
  for (const { issuer, claimMappings } of entries) {
    if (!claimMappings.groups?.claim || claimMappings.groups.prefix) continue;
    log.warn({ issuer: issuer.url }, "the groups of an issuer have no prefix: it can put people into system:masters and every other group");
  }
}

/** What the flags would say in a configuration. */
async function issuerOf(flags: OidcFlags): Promise<JwtIssuer> {
  const { issuerUrl, usernameClaim, usernamePrefix: prefix = "", groupsClaim } = flags;
  const usernamePrefix = prefix === "-" ? "" : prefix === "" && usernameClaim !== "email" ? `${issuerUrl}#` : prefix;
  return {
    issuer: {
      url: issuerUrl,
      audiences: [flags.clientId],
      ...(flags.caFile && { certificateAuthority: await readRequired(flags.caFile) }),
    },
    claimMappings: {
      username: { claim: usernameClaim, prefix: usernamePrefix },
      ...(groupsClaim && { groups: { claim: groupsClaim, prefix: flags.groupsPrefix } }),
    },
    claimValidationRules: [...flags.requiredClaims].map(([claim, requiredValue]) => ({ claim, requiredValue })),
  };
}
