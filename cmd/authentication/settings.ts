import path from "node:path";
import type { Logger } from "pino";
import { TokenIssuer } from "../../apiserver/authentication/service-accounts/issuer.ts";
import type { AuthenticationSettings, ServiceAccountSettings } from "../../apiserver/authentication/settings.ts";
import type { UserOfToken } from "../../apiserver/authentication/tokens/token.ts";
import { TokenFileError, tokensInFile } from "../../apiserver/authentication/tokens/token-file.ts";
import { checkAuthorities } from "../certificates/pki.ts";
import { readRequired } from "../certificates/private-file.ts";
import { StartupError } from "../startup-error.ts";
import { configuredTokens } from "./configured-tokens.ts";
import type { AuthenticationFlags } from "./flags.ts";
import { openTokenWebhook } from "./open-token-webhook.ts";
import { ensureServiceAccountKey, readSigningKey, readVerificationKeys } from "./service-account-key.ts";

/** What the core gets, and what the door does. */
export interface ReadSettings {
  readonly settings: AuthenticationSettings;
  /** In PEM: who may vouch for proxies that say who sends requests. */
  readonly proxyAuthorities: readonly string[];
  /** Follows no files any more, and asks nobody. */
  close(): void;
}

/**
 * Reads what the flags name, and makes the key of service accounts at the first start.
 * @param dataDir its folder `pki` is there
 * @throws StartupError naming the file or the flag
 */
export async function authenticationSettings(flags: AuthenticationFlags, dataDir: string, log: Logger): Promise<ReadSettings> {
  const tokenFile = flags.tokenAuthFile === undefined ? undefined : await readTokenFile(flags.tokenAuthFile, log);
  const { requestHeaders } = flags;
  const proxyAuthorities = requestHeaders === undefined ? [] : [await readAuthorities(requestHeaders.clientCaFile)];
  const audiences = flags.apiAudiences.length > 0 ? flags.apiAudiences : flags.serviceAccountIssuers;
  const configured = await configuredTokens(flags, log);
  const webhook = flags.tokenWebhook && (await openTokenWebhook(flags.tokenWebhook, audiences, log));
  const { anonymous, jwt } = configured;
  const settings: AuthenticationSettings = {
    anonymous,
    audiences,
    serviceAccounts: await serviceAccountSettings(flags, path.join(dataDir, "pki")),
    bootstrapTokens: flags.bootstrapTokens,
    ...(requestHeaders && { requestHeaders }),
    ...(tokenFile && { tokenFile }),
    ...(jwt && { jwt }),
    ...(webhook && { tokenWebhook: webhook.authenticate }),
    onRefused: (reasons, { method, path, connection }) =>
      log.info({ reasons, method, path, remoteAddress: connection.remoteAddress }, "a request could not be authenticated"),
  };
  const close = () => {
    configured.close();
    webhook?.close();
  };
  return { settings, proxyAuthorities, close };
}

async function readAuthorities(file: string): Promise<string> {
  const pem = await readRequired(file);
  checkAuthorities(pem, file);
  return pem;
}

async function serviceAccountSettings(flags: AuthenticationFlags, pki: string): Promise<ServiceAccountSettings> {
  const signing =
    flags.serviceAccountSigningKeyFile === undefined
      ? await ensureServiceAccountKey(pki)
      : await readSigningKey(flags.serviceAccountSigningKeyFile);
  const others = (await Promise.all(flags.serviceAccountKeyFiles.map(readVerificationKeys))).flat();
  const keys = new Map([signing, ...others].map((key) => [key.id, key]));
  return {
    issuer: new TokenIssuer(flags.serviceAccountIssuers[0]!, signing),
    issuers: flags.serviceAccountIssuers,
    keys: [...keys.values()],
    maxExpiration: flags.serviceAccountMaxTokenExpiration,
    lookup: flags.serviceAccountLookup,
    jwksUri: flags.serviceAccountJwksUri,
  };
}

async function readTokenFile(file: string, log: Logger): Promise<UserOfToken> {
  const text = await readRequired(file);
  try {
    return tokensInFile(file, text, (message) => log.warn(message));
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error;
    throw new StartupError(error.message);
  }
}
