import type { Binding, RoleRef } from "../../../apis/rbac/v1/binding.ts";
import { GROUP, type PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import type { Role } from "../../../apis/rbac/v1/role.ts";
import { type Eventual, whenThere } from "../../eventual.ts";
import { Follower } from "../../registry/follower.ts";
import type { ObjectRecord } from "../../registry/object-record.ts";
import type { Registry } from "../../registry/registry.ts";
import type { UserInfo } from "../../request.ts";
import { type Authorizer, type NamedAuthorizer, textOfErrors } from "../authorizer.ts";
import { type HeldRules, Policy } from "./policy.ts";

/**
 * Decides by the roles and bindings that are stored, and follows them: a decision counts with everything that a read at its moment would
 * show, so that a right is there, or gone, for whoever has seen the change.
 */
export class Rbac {
  readonly #policy = new Policy();
  readonly #followers: readonly Follower[];

  /**
   * @param onChange told when somebody may have other rights
   * @param onProblem told of roles and bindings that cannot be read; they are read again
   */
  constructor(registry: Registry, controlPlane: string, onChange: () => void, onProblem: (error: unknown) => void) {
    const policy = this.#policy;
    const follow = (
      plural: string,
      put: (namespace: string, object: ObjectRecord) => void,
      drop: (namespace: string, name: string) => void,
    ) => {
      const resource = registry.find(GROUP, "v1", plural);
      if (resource === undefined) return [];
      const start = resource.prefix(controlPlane).length;
      /** Namespace and name, of what is behind the prefix. */
      const placeOf = (key: string): [string, string] => {
        const slash = key.indexOf("/", start);
        return slash < 0 ? ["", key.slice(start)] : [key.slice(start, slash), key.slice(slash + 1)];
      };
      const following = {
        put: (record: ObjectRecord) => {
          put(placeOf(record.key)[0], record);
          onChange();
        },
        drop: (key: string) => {
          drop(...placeOf(key));
          onChange();
        },
      };
      return [new Follower(resource, controlPlane, following, onProblem)];
    };
    const putRole = (namespace: string, record: ObjectRecord) => {
      const { metadata, rules } = record.object() as Role;
      policy.setRole(namespace, metadata.name as string, rules ?? []);
    };
    const putBinding = (namespace: string, record: ObjectRecord) => policy.setBinding(namespace, record.object() as Binding);
    const dropRole = policy.dropRole.bind(policy);
    const dropBinding = policy.dropBinding.bind(policy);
    this.#followers = [
      ...follow("roles", putRole, dropRole),
      ...follow("clusterroles", putRole, dropRole),
      ...follow("rolebindings", putBinding, dropBinding),
      ...follow("clusterrolebindings", putBinding, dropBinding),
    ];
  }

  /** Resolves when what is stored counts. Rejects with what the store says. */
  async start(): Promise<void> {
    await Promise.all(this.#followers.map((follower) => follower.start()));
  }

  close(): void {
    for (const follower of this.#followers) follower.close();
  }

  /** As a member of a chain. */
  named(name: string): NamedAuthorizer {
    return {
      name,
      authorizer: this.#authorizer,
      rulesFor: (user, namespace) =>
        whenThere(this.rulesFor(user, namespace), ({ rules, errors }) => ({
          rules,
          incomplete: false,
          ...(errors.length > 0 && { error: textOfErrors(errors) }),
        })),
    };
  }

  readonly #authorizer: Authorizer = (attributes) => whenThere(this.#caughtUp(), () => this.#policy.decide(attributes));

  /** Everything that somebody may do in a namespace, or outside of all. */
  rulesFor(user: UserInfo, namespace: string): Eventual<HeldRules> {
    return whenThere(this.#caughtUp(), () => this.#policy.rulesFor(user, namespace));
  }

  /** The rules of a role as a binding in that namespace refers to it; undefined for one that is not there. */
  rulesOf(role: RoleRef, namespace: string): Eventual<readonly PolicyRule[] | undefined> {
    return whenThere(this.#caughtUp(), () => this.#policy.rulesOf(role, namespace));
  }

  /** Nearly always they all have: nobody waits. */
  #caughtUp(): Eventual<void> {
    for (const follower of this.#followers) {
      const later = follower.caughtUp();
      if (later !== undefined) return later.then(() => this.#caughtUp());
    }
  }
}
