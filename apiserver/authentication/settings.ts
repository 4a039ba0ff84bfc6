import { generateKeyPairSync } from "node:crypto";
import type { ApiRequest } from "../request.ts";
import type { AnonymousOptions } from "./authenticator.ts";
import type { RequestHeaderOptions } from "./request-headers.ts";
import { TokenIssuer } from "./service-accounts/issuer.ts";
import { signingKey, type VerificationKey } from "./service-accounts/keys.ts";
import type { TokenAuthenticator, UserOfToken } from "./tokens/token.ts";

/** How people and programs may prove who they are. */
export interface AuthenticationSettings {
  readonly anonymous: AnonymousOptions;
  /** Whom tokens have to be for. */
  readonly audiences: readonly string[];
  readonly serviceAccounts: ServiceAccountSettings;
  /** Proxies that say who sends requests. */
  readonly requestHeaders?: RequestHeaderOptions;
  /** Whether tokens to join with are taken, from Secrets in `kube-system`. */
  readonly bootstrapTokens: boolean;
  /** Tokens known from a file. */
  readonly tokenFile?: UserOfToken;
  /** JSON web tokens of issuers elsewhere. */
  readonly jwt?: UserOfToken;
  /** A program elsewhere that knows tokens; asked where nobody here does. */
  readonly tokenWebhook?: TokenAuthenticator;
  /** Told why a credential was refused. */
  readonly onRefused?: ((reasons: readonly string[], request: ApiRequest) => void) | undefined;
}

export interface ServiceAccountSettings {
  readonly issuer: TokenIssuer;
  /** Whose tokens are taken; the first is the issuer of this server. */
  readonly issuers: readonly string[];
  readonly keys: readonly VerificationKey[];
  /** Seconds that a token may last; undefined: as long as is asked for. */
  readonly maxExpiration?: number | undefined;
  /** Whether what a token in a Secret refers to has to be there. */
  readonly lookup: boolean;
  /** Where others find the keys, if not at this server. */
  readonly jwksUri?: string | undefined;
}

/** The name under which this server issues tokens, and whom they are for, where nothing else is said. */
export const DEFAULT_ISSUER = "https://kubernetes.default.svc";

/** For a server that keeps no keys: tokens last as long as the process. */
export function settingsForOneRun(): AuthenticationSettings {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = signingKey(privateKey.export({ type: "pkcs8", format: "pem" }) as string);
  return {
    anonymous: { enabled: true, paths: [] },
    audiences: [DEFAULT_ISSUER],
    bootstrapTokens: false,
    serviceAccounts: { issuer: new TokenIssuer(DEFAULT_ISSUER, key), issuers: [DEFAULT_ISSUER], keys: [key], lookup: true },
  };
}
