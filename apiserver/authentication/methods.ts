import { selfSubjectReview } from "../../apis/authentication/v1/self-subject-review.ts";
import { tokenRequest } from "../../apis/authentication/v1/token-request.ts";
import { tokenReview } from "../../apis/authentication/v1/token-review.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Storage } from "../../storage/storage.ts";
import { ObjectReader } from "../registry/object-reader.ts";
import type { Registry } from "../registry/registry.ts";
import type { Answerer } from "../verbs/answer.ts";
import { Authentication } from "./authenticator.ts";
import { bearerTokens, webSocketTokens } from "./bearer-token.ts";
import { clientCertificates } from "./client-certificates.ts";
import { requestHeaders } from "./request-headers.ts";
import { answerSelfSubjectReview } from "./self-subject-review.ts";
import { TokenObjects } from "./service-accounts/objects.ts";
import { answerTokenRequest } from "./service-accounts/token-request.ts";
import { TokenVerifier } from "./service-accounts/verifier.ts";
import type { AuthenticationSettings } from "./settings.ts";
import { answerTokenReview } from "./token-review.ts";
import { bootstrapTokens } from "./tokens/bootstrap-tokens.ts";
import { forThisServer, type TokenAuthenticator, tokenUnion } from "./tokens/token.ts";

/** All the ways to tell who sends a request, and the kinds that ask about them. */
export interface AuthenticationMethods {
  readonly authentication: Authentication;
  readonly answerers: readonly (readonly [KindDefinition, Answerer])[];
}

/**
 * Puts the ways to authenticate in their order (k8s.io/kubernetes, pkg/kubeapiserver/authenticator/config.go; reference 9.1). To add one,
 * write its file and a line here.
 */
export function authenticationMethods(
  settings: AuthenticationSettings,
  registry: Registry,
  storage: Storage,
  now: () => number,
): AuthenticationMethods {
  const { audiences, serviceAccounts, tokenFile } = settings;
  const objects = new TokenObjects(registry, storage);
  const { issuer, issuers, keys, lookup, maxExpiration } = serviceAccounts;
  const sorts: readonly (TokenAuthenticator | undefined)[] = [
    tokenFile && forThisServer(audiences, tokenFile),
    new TokenVerifier({ issuers, keys, audiences, objects, lookup, now }).authenticate,
    settings.bootstrapTokens
      ? forThisServer(audiences, bootstrapTokens(new ObjectReader(registry, storage, "", "v1", "secrets"), now))
      : undefined,
    settings.jwt && forThisServer(audiences, settings.jwt),
    settings.tokenWebhook,
  ];
  const tokens = tokenUnion(sorts.filter((sort) => sort !== undefined));
  return {
    authentication: new Authentication({
      authenticators: [
        ...(settings.requestHeaders ? [requestHeaders(settings.requestHeaders, now)] : []),
        clientCertificates(now),
        bearerTokens(tokens, audiences),
        webSocketTokens(tokens, audiences),
      ],
      anonymous: settings.anonymous,
      onRefused: settings.onRefused,
    }),
    answerers: [
      [selfSubjectReview, answerSelfSubjectReview(now)],
      [tokenReview, answerTokenReview(tokens, audiences, settings.anonymous)],
      [tokenRequest, answerTokenRequest({ issuer, objects, audiences, maxExpiration, now })],
    ],
  };
}
