import type { UserInfo } from "../request.ts";
import { type Authorizer, type NamedAuthorizer, type Rights, systemMasters, textOfErrors, union } from "./authorizer.ts";

/** In a chain: the authorizer that goes by the stored roles and bindings. */
export const RBAC = "RBAC";

/** One of the authorizers that a server is to ask. */
export type ChosenAuthorizer = NamedAuthorizer | typeof RBAC;

/**
 * The authorizers of a server. Members of system:masters are let in before anybody is asked, so that no configuration and no role locks the
 * administrators out.
 */
export class Authorization {
  readonly #rbac: NamedAuthorizer;
  #chain: readonly NamedAuthorizer[] = [];
  #union: Authorizer = systemMasters;

  /** @param rbac who decides where the chain says {@link RBAC} */
  constructor(rbac: NamedAuthorizer, chain: readonly ChosenAuthorizer[]) {
    this.#rbac = rbac;
    this.configure(chain);
  }

  /** These are asked from now on, in this order. */
  configure(chain: readonly ChosenAuthorizer[]): void {
    this.#chain = chain.map((chosen) => (chosen === RBAC ? this.#rbac : chosen));
    this.#union = union([{ name: "system:masters", authorizer: systemMasters }, ...this.#chain]);
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
