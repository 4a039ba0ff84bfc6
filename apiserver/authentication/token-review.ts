import type { KubeObject } from "../../apimachinery/object.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import type { TokenReview } from "../../apis/authentication/v1/token-review.ts";
import type { Answerer } from "../verbs/answer.ts";
import { ANONYMOUS, type AnonymousOptions, InvalidCredential, known, together } from "./authenticator.ts";
import { bearerTokenIn, INVALID_TOKEN } from "./bearer-token.ts";
import { userInfoOf } from "./self-subject-review.ts";
import { PresentedToken, type TokenAnswer, type TokenAuthenticator } from "./tokens/token.ts";

/**
 * Tells whose a token is (k8s.io/kubernetes, pkg/registry/authentication/tokenreview; recordings access/token-reviews,
 * access/service-account-tokens). The token is judged as the header `Authorization: Bearer …` would be.
 * @param audiences those of this server
 * @param anonymous whether who shows nothing is somebody
 */
export const answerTokenReview =
  (tokens: TokenAuthenticator, audiences: readonly string[], anonymous: AnonymousOptions): Answerer =>
  async ({ object }) => {
    const review = object as TokenReview;
    const { token = "", audiences: given = [] } = review.spec;
    if (token === "") throw badRequest("token is required for TokenReview in authentication");
    const asked = given.length > 0 ? given : audiences;
    const text = bearerTokenIn(`Bearer ${token}`);
    const { authenticated: _, error: __, ...sent } = review.status ?? {};
    // what is blank is no token, as in a header
    if (!text && !(anonymous.enabled && anonymous.paths.length === 0)) return { ...review, status: { ...sent, user: sent.user ?? {} } };
    const answer: TokenAnswer = text ? await tokens(new PresentedToken(text), asked) : { user: ANONYMOUS, audiences: asked };
    if (answer === undefined || answer instanceof InvalidCredential) {
      const { reasons } = together(INVALID_TOKEN, answer) as InvalidCredential;
      const error = reasons.length === 1 ? reasons[0] : `[${reasons.join(", ")}]`;
      return { ...review, status: { ...sent, user: sent.user ?? {}, error } };
    }
    const status = {
      authenticated: true,
      user: userInfoOf(known(answer.user)),
      ...(answer.audiences.length > 0 && { audiences: answer.audiences }),
    };
    return { ...review, status } as unknown as KubeObject;
  };
