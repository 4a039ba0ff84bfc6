import type { Eventual } from "../../eventual.ts";
import type { UserInfo } from "../../request.ts";
import type { Authenticated } from "../authenticator.ts";
import { InvalidCredential } from "../authenticator.ts";
import { Remembered } from "../tokens/remembered.ts";
import type { PresentedToken } from "../tokens/token.ts";
import type { JwtIssuer } from "./configuration.ts";
import { type IdToken, problemOfForm, problemOfTime, readIdToken, refused } from "./id-token.ts";
import { IdentityError, identityOf } from "./identity.ts";
import { type IssuerKeys, SignatureError } from "./issuer-keys.ts";

export interface IssuerTokensOptions {
  readonly entry: JwtIssuer;
  readonly algorithms: readonly string[];
  readonly keys: IssuerKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A token that was found good, and by which keys. */
interface Good extends Pick<IdToken, "expiresAt" | "notBefore"> {
  readonly user: UserInfo;
  readonly generation: number;
}

/**
 * The tokens of one issuer (k8s.io/apiserver, plugin/pkg/authenticator/token/oidc). What can be told without the issuer is looked at first. A
 * good signature is remembered until the issuer's keys change; the time is looked at always.
 */
export class IssuerTokens {
  readonly #options: IssuerTokensOptions;
  readonly #good = new Remembered<Good>();

  constructor(options: IssuerTokensOptions) {
    this.#options = options;
  }

  authenticate(token: PresentedToken): Eventual<Authenticated> {
    const { keys, now } = this.#options;
    const good = this.#good.get(token.digest);
    if (good === undefined || good.generation !== keys.generation) return this.#judge(token);
    keys.freshen();
    return problemOfTime(good, now()) ?? good.user;
  }

  async #judge({ text, digest }: PresentedToken): Promise<Authenticated> {
    const { entry, keys, now, algorithms } = this.#options;
    if (!keys.known) return new InvalidCredential("oidc: authenticator not initialized");
    const token = readIdToken(text);
    if (token instanceof InvalidCredential) return token;
    const problem = problemOfForm(token, { audiences: entry.issuer.audiences ?? [], algorithms }) ?? problemOfTime(token, now());
    if (problem !== undefined) return problem;
    try {
      await keys.verify(text, algorithms);
      // after the check, which may have brought new ones
      const { generation } = keys;
      const user = identityOf(token.claims, entry);
      this.#good.set(digest, { user, generation, expiresAt: token.expiresAt, notBefore: token.notBefore });
      return user;
    } catch (error) {
      if (error instanceof SignatureError) return refused(`failed to verify signature: ${error.message}`);
      if (error instanceof IdentityError) return new InvalidCredential(error.message);
      throw error;
    }
  }
}
