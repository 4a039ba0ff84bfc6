import type { UserInfo } from "../request.ts";
import { type Authorizer, type NamedAuthorizer, type Rights, systemMasters, textOfErrors, union } from "./authorizer.ts";

/**
 * The authorizers of a server. Members of system:masters are let in before anybody is asked, so that no configuration and no role locks the
 * administrators out.
 */
export class Authorization {
  #chain: readonly NamedAuthorizer[] = [];
  #union: Authorizer = systemMasters;

  constructor(chain: readonly NamedAuthorizer[]) {
    this.configure(chain);
  }

  /** These are asked from now on, in this order. */
  configure(chain: readonly NamedAuthorizer[]): void {
    this.#chain = chain;
    this.#union = union([{ name: "system:masters", authorizer: systemMasters }, ...chain]);
  }

  readonly authorizer: Authorizer = (attributes) => this.#union(attributes);

  /** What all authorizers together say that somebody may do in a namespace. */
  async rulesFor(user: UserInfo, namespace: string): Promise<Rights> {
    const rights = await Promise.all(this.#chain.map((named) => named.rulesFor?.(user, namespace) ?? NO_RIGHTS));
    const errors = rights.flatMap(({ error }) => (error === undefined ? [] : [error]));
    return {
      rules: rights.flatMap(({ rules }) => rules),
      incomplete: rights.some(({ incomplete }) => incomplete),
      ...(errors.length > 0 && { error: textOfErrors(errors) }),
    };
  }
}

const NO_RIGHTS: Rights = { rules: [], incomplete: false };
