import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { ReviewAnswer } from "../../../client/review-answer.ts";
import { WebhookError } from "../../../client/webhook-error.ts";
import { ExpiringCache } from "../../expiring-cache.ts";
import { InvalidCredential } from "../authenticator.ts";
import { commonAudiences, digestOf, type PresentedToken, type TokenAnswer, type TokenAuthenticator, type TokenIdentity } from "./token.ts";

export interface TokenWebhookOptions {
  /** Posts a question. Rejects with a WebhookError. */
  readonly ask: (question: object) => Promise<JsonObject>;
  /** Of the TokenReview that it is asked with. */
  readonly version: "v1" | "v1beta1";
  /** Those of this server: whom a token is for of which the webhook does not say. */
  readonly audiences: readonly string[];
  /** How long an answer counts for the same token, in ms; 0: for that one question. */
  readonly ttl: number;
  /** Told when the webhook cannot be asked. No token is in it. */
  readonly onProblem: (reason: string) => void;
  /** Milliseconds, of any clock. */
  readonly now: () => number;
}

/** Answers that are remembered, for good tokens and for others: a flood of bad ones does not take the place of the good ones. */
const REMEMBERED = 8192;

/**
 * Asks a program elsewhere whose a token is, by a TokenReview (k8s.io/apiserver, plugin/pkg/authenticator/token/webhook, and
 * pkg/authentication/token/cache). The same token is asked about once at a time, and not again while the answer counts; that the webhook could not
 * be asked, or gave an error, is not remembered.
 */
export function tokenWebhook(options: TokenWebhookOptions): TokenAuthenticator {
  const good = new ExpiringCache<TokenIdentity>(REMEMBERED, options.now);
  const unknown = new ExpiringCache<true>(REMEMBERED, options.now);
  const asked = new Map<string, Promise<TokenAnswer>>();

  const ask = async (token: PresentedToken, audiences: readonly string[], key: string): Promise<TokenAnswer> => {
    try {
      const answer = await review(token, audiences, options);
      if (answer === undefined) unknown.set(key, true, options.ttl);
      else if (!(answer instanceof InvalidCredential)) good.set(key, answer, options.ttl);
      return answer;
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      const reason = without(token, error.message);
      options.onProblem(reason);
      return new InvalidCredential(reason);
    }
  };

  return (token, audiences) => {
    const key = audiences === options.audiences ? token.digest : digestOf(JSON.stringify([token.digest, audiences]));
    const known = good.get(key);
    if (known !== undefined) return known;
    if (unknown.get(key)) return undefined;
    let answer = asked.get(key);
    if (answer === undefined) {
      answer = ask(token, audiences, key).finally(() => asked.delete(key));
      asked.set(key, answer);
    }
    return answer;
  };
}

/** @throws WebhookError */
async function review(token: PresentedToken, asked: readonly string[], options: TokenWebhookOptions): Promise<TokenAnswer> {
  const apiVersion = `authentication.k8s.io/${options.version}` as const;
  const question = {
    kind: "TokenReview",
    apiVersion,
    metadata: {},
    spec: { token: token.text, ...(asked.length > 0 && { audiences: asked }) },
    status: { user: {} },
  };
  const status = ReviewAnswer.statusOf(await options.ask(question), "TokenReview", apiVersion);
  const user = status.part("user", "v1.UserInfo");
  const [name, uid, groups, extra] = [user.text("username"), user.text("uid"), user.texts("groups"), user.textLists("extra")];
  const named = status.texts("audiences");
  const error = status.text("error");
  const authenticated = status.boolean("authenticated");

  const audiences = commonAudiences(asked, named.length > 0 ? named : options.audiences);
  if (audiences.length === 0) return undefined;
  if (!authenticated) return error === "" ? undefined : new InvalidCredential(without(token, error));
  if (name === "") return new InvalidCredential("the webhook names no user");
  return { user: { name, ...(uid !== "" && { uid }), groups, ...(Object.keys(extra).length > 0 && { extra }) }, audiences };
}

/** A webhook may say a token back, and what it says is logged. */
const without = ({ text }: PresentedToken, message: string) => message.replaceAll(text, "<token>");
