import { hash, randomBytes } from "node:crypto";
import { type Eventual, whenThere } from "../../eventual.ts";
import type { UserInfo } from "../../request.ts";
import { type Authenticated, InvalidCredential, together } from "../authenticator.ts";

/** Nobody outside can tell which tokens have digests that are alike. */
const SALT = randomBytes(32).toString("base64");

/** A token that somebody shows. What is remembered of it is its digest: a look-up by that tells nothing of how far a guess was right. */
export class PresentedToken {
  readonly text: string;
  #digest: string | undefined;
  /** Null: not looked for yet. */
  #issuer: string | undefined | null = null;

  constructor(text: string) {
    this.text = text;
  }

  /** The issuer that it claims, where it has the form of a JSON web token; nothing of it is to be believed. */
  get issuer(): string | undefined {
    if (this.#issuer === null) this.#issuer = issuerOf(this.text);
    return this.#issuer;
  }

  get digest(): string {
    this.#digest ??= digestOf(this.text);
    return this.#digest;
  }
}

function issuerOf(token: string): string | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  try {
    const { iss } = JSON.parse(Buffer.from(parts[1]!, "base64url").toString());
    return typeof iss === "string" ? iss : undefined;
  } catch {
    return undefined;
  }
}

/** What stands for a token inside this process. */
export const digestOf = (token: string): string => hash("sha256", SALT + token, "base64");

/** Whose token it is, and which of the audiences that were asked for it is good for. */
export interface TokenIdentity {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
  /** What the record of a request with the token says of it. */
  readonly annotations?: Readonly<Record<string, string>>;
}

export type TokenAnswer = TokenIdentity | InvalidCredential | undefined;

/**
 * One sort of token. Undefined for a token of another sort.
 * @param audiences whom the token should be for
 */
export type TokenAuthenticator = (token: PresentedToken, audiences: readonly string[]) => Eventual<TokenAnswer>;

/** One sort of token that says nothing of whom it is for. */
export type UserOfToken = (token: PresentedToken) => Eventual<Authenticated>;

/**
 * Tokens that say nothing of whom they are for are for this server, and unknown to who asks about others
 * (k8s.io/apiserver, pkg/authentication/authenticator/audagnostic.go).
 * @param own the audiences of this server
 */
export const forThisServer =
  (own: readonly string[], userOf: UserOfToken): TokenAuthenticator =>
  (token, asked) => {
    const audiences = asked === own ? own : commonAudiences(own, asked);
    if (audiences.length === 0) return undefined;
    return whenThere(userOf(token), (user) => (user === undefined || user instanceof InvalidCredential ? user : { user, audiences }));
  };

/** Asks for each sort in turn; the first that knows the token decides (k8s.io/apiserver, pkg/authentication/token/union). */
export const tokenUnion =
  (authenticators: readonly TokenAuthenticator[]): TokenAuthenticator =>
  (token, audiences) =>
    askFrom(authenticators, 0, undefined, token, audiences);

function askFrom(
  authenticators: readonly TokenAuthenticator[],
  first: number,
  refused: InvalidCredential | undefined,
  token: PresentedToken,
  audiences: readonly string[],
): Eventual<TokenAnswer> {
  let invalid = refused;
  for (let at = first; at < authenticators.length; at++) {
    const answer = authenticators[at]!(token, audiences);
    if (answer instanceof Promise) {
      return answer.then((later) =>
        later === undefined || later instanceof InvalidCredential
          ? askFrom(authenticators, at + 1, together(invalid, later), token, audiences)
          : later,
      );
    }
    if (answer === undefined) continue;
    if (!(answer instanceof InvalidCredential)) return answer;
    invalid = together(invalid, answer);
  }
  return invalid;
}

/** Those of the audiences a token has that were asked for. */
export const commonAudiences = (has: readonly string[], asked: readonly string[]): string[] =>
  has.filter((audience) => asked.includes(audience));
