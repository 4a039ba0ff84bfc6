import path from "node:path";
import type { Logger } from "pino";
import { TokenIssuer } from "../../apiserver/authentication/service-accounts/issuer.ts";
import type { AuthenticationSettings, ServiceAccountSettings } from "../../apiserver/authentication/settings.ts";
import type { UserOfToken } from "../../apiserver/authentication/tokens/token.ts";
import { TokenFileError, tokensInFile } from "../../apiserver/authentication/tokens/token-file.ts";
import { checkAuthorities } from "../certificates/pki.ts";
import { readRequired } from "../certificates/private-file.ts";
import { StartupError } from "../startup-error.ts";
import { WatchedFile } from "../watched-file.ts";
import { configuredTokens } from "./configured-tokens.ts";
import type { AuthenticationFlags } from "./flags.ts";
import { openTokenWebhook } from "./open-token-webhook.ts";
import { ensureServiceAccountKey, readSigningKey, readVerificationKeys } from "./service-account-key.ts";

/** What the core gets, and what the door does. */
export interface ReadSettings {
  readonly settings: AuthenticationSettings;
  /** In PEM, as they are now: who may vouch for proxies that say who sends requests. */
  readonly proxyAuthorities: readonly string[];
  /** Tells when they are others; a file that cannot be used is told to `failed`, and counts for nothing. */
  follow(changed: () => void, failed: (error: unknown) => void): void;
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
  let proxyAuthority = requestHeaders && (await readAuthorities(requestHeaders.clientCaFile));
  let watched: WatchedFile | undefined;
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
    watched?.close();
  };
  const follow: ReadSettings["follow"] = (changed, failed) => {
    if (requestHeaders === undefined || proxyAuthority === undefined) return;
    const { clientCaFile: file } = requestHeaders;
    const read = (text: string) => {
      try {
        checkAuthorities(text, file);
        proxyAuthority = text;
        changed();
      } catch (error) {
        failed(error);
      }
    };
    watched = new WatchedFile(file, proxyAuthority, read, failed);
  };
  return {
    settings,
    get proxyAuthorities() {
      return proxyAuthority === undefined ? [] : [proxyAuthority];
    },
    follow,
    close,
  };
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
