import { quote } from "../../../apimachinery/go-text.ts";
import type { Binding, RoleRef, Subject } from "../../../apis/rbac/v1/binding.ts";
import type { PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import type { UserInfo } from "../../request.ts";
import { type Attributes, type Decision, NO_OPINION, textOfErrors } from "../authorizer.ts";
import { type Asked, AskedPath, AskedResource, bitsOfAll, mayMatch, NO_BITS, PathRule, ResourceRule } from "./compiled-rule.ts";

/** The rules of somebody in a namespace, and what kept others from being found. */
export interface HeldRules {
  readonly rules: readonly PolicyRule[];
  readonly errors: readonly string[];
}

/**
 * Who may do what, by the roles and bindings that are stored (kubernetes, plugin/pkg/auth/authorizer/rbac). Everything that a decision needs is
 * made when a role or a binding changes: a decision looks up the subjects of the one who asks, in the bindings of the cluster and of one
 * namespace, and asks the rules.
 *
 *   roles       ClusterRole view   Role team-a/cook (no such role yet)
 *   cluster     users anna → [view]
 *   team-a      users bob → [cook]     groups cooks → [view, cook]
 *
 *   bob of cooks, get pods in team-a:  cluster: nothing;  team-a: bob → cook (missing),  cooks → view: allowed, by that binding
 *   view changes                       one role has other rules; nobody else is touched
 */
export class Policy {
  readonly #roles = new Map<string, BoundRole>();
  readonly #bindings = new Map<string, PlacedBinding>();
  readonly #cluster = new Scope();
  readonly #namespaces = new Map<string, Scope>();

  /** @param namespace empty for a cluster role */
  setRole(namespace: string, name: string, rules: readonly PolicyRule[]): void {
    this.#role(namespace, name).become(rules);
  }

  dropRole(namespace: string, name: string): void {
    const role = this.#role(namespace, name);
    role.become(undefined);
    this.#forgetUnused(role);
  }

  /** @param namespace empty for a cluster role binding */
  setBinding(
    namespace: string,
    { metadata: { name = "" }, roleRef, subjects = [] }: Pick<Binding, "metadata" | "roleRef" | "subjects">,
  ): void {
    this.dropBinding(namespace, name);
    const role = this.#role(roleRef.kind === "Role" ? namespace : "", roleRef.name);
    const scope = this.#scope(namespace);
    const key = `${namespace}/${name}`;
    role.bindings += 1;
    this.#bindings.set(key, { role, subjects });
    for (const subject of subjects) scope.add(subject, namespace, new Grant(key, role, subject));
  }

  dropBinding(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    const placed = this.#bindings.get(key);
    if (placed === undefined) return;
    this.#bindings.delete(key);
    const scope = this.#scope(namespace);
    for (const subject of placed.subjects) scope.remove(subject, namespace, key);
    if (scope.empty) this.#namespaces.delete(namespace);
    placed.role.bindings -= 1;
    this.#forgetUnused(placed.role);
  }

  /** Allows, or has no opinion: nothing is ever denied. */
  decide({ user, info }: Attributes): Decision {
    const asked = info.isResource ? new AskedResource(info) : new AskedPath(info);
    const decision = this.#cluster.allowed(user, asked) ?? this.#namespaces.get(info.namespace)?.allowed(user, asked);
    return decision ?? this.#noOpinion(user, info.namespace);
  }

  #noOpinion(user: UserInfo, namespace: string): Decision {
    if (!this.#cluster.lacksRole(user) && !this.#namespaces.get(namespace)?.lacksRole(user)) return NO_OPINION;
    const errors = this.#rolesOf(user, namespace).flatMap((role) => (role.rules === undefined ? [role.missingText] : []));
    return errors.length === 0 ? NO_OPINION : { verdict: "no-opinion", reason: `RBAC: ${textOfErrors(errors)}` };
  }

  /** Everything that somebody may do in a namespace; outside of all if that is empty. */
  rulesFor(user: UserInfo, namespace: string): HeldRules {
    const roles = this.#rolesOf(user, namespace);
    return {
      rules: roles.flatMap(({ rules = [] }) => rules),
      errors: roles.flatMap((role) => (role.rules === undefined ? [role.missingText] : [])),
    };
  }

  /** The roles that somebody has, one for each binding, in the order of the bindings' names; those of the cluster first. */
  #rolesOf(user: UserInfo, namespace: string): BoundRole[] {
    return [this.#cluster, this.#namespaces.get(namespace)].flatMap((scope) => {
      const roles = new Map(scope?.grantsOf(user).map(({ binding, role }) => [binding, role]));
      return [...roles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, role]) => role);
    });
  }

  /** The rules of a role as a binding in that namespace refers to it; undefined for one that is not there. */
  rulesOf({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    return this.#roles.get(roleKey(kind === "Role" ? namespace : "", name))?.rules;
  }

  #scope(namespace: string): Scope {
    if (namespace === "") return this.#cluster;
    let scope = this.#namespaces.get(namespace);
    if (scope === undefined) {
      scope = new Scope();
      this.#namespaces.set(namespace, scope);
    }
    return scope;
  }

  #role(namespace: string, name: string): BoundRole {
    const key = roleKey(namespace, name);
    let role = this.#roles.get(key);
    if (role === undefined) {
      role = new BoundRole(namespace, name);
      this.#roles.set(key, role);
    }
    return role;
  }

  #forgetUnused({ rules, bindings, namespace, name }: BoundRole): void {
    if (rules === undefined && bindings === 0) this.#roles.delete(roleKey(namespace, name));
  }
}

const roleKey = (namespace: string, name: string) => `${namespace}/${name}`;

/** A role that is there, or that a binding refers to. */
class BoundRole {
  readonly namespace: string;
  readonly name: string;
  /** Undefined while it is not there. */
  rules: readonly PolicyRule[] | undefined;
  /** What some rule for resources speaks of: most roles are about something else altogether. */
  #bits = NO_BITS;
  #resourceRules: readonly ResourceRule[] = [];
  #pathRules: readonly PathRule[] = [];
  /** How many refer to it. */
  bindings = 0;

  constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  become(rules: readonly PolicyRule[] | undefined): void {
    this.rules = rules;
    this.#resourceRules = rules?.filter(({ resources = [] }) => resources.length > 0).map((rule) => new ResourceRule(rule)) ?? [];
    this.#bits = bitsOfAll(this.#resourceRules);
    this.#pathRules = rules?.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0).map((rule) => new PathRule(rule)) ?? [];
  }

  allows(asked: Asked): boolean {
    if (asked instanceof AskedPath) {
      for (const rule of this.#pathRules) if (rule.allows(asked)) return true;
    } else if (mayMatch(this.#bits, asked)) {
      for (const rule of this.#resourceRules) if (rule.allows(asked)) return true;
    }
    return false;
  }

  get missingText(): string {
    return `${this.namespace === "" ? "clusterrole" : "role"}.rbac.authorization.k8s.io ${quote(this.name)} not found`;
  }
}

interface PlacedBinding {
  readonly role: BoundRole;
  readonly subjects: readonly Subject[];
}

/** A role that somebody has by a binding; and the decision when one of its rules allows. Few ever ask for the reason: it is not kept. */
class Grant implements Decision {
  /** `namespace/name` */
  readonly binding: string;
  readonly role: BoundRole;
  readonly #subject: Subject;

  constructor(binding: string, role: BoundRole, subject: Subject) {
    this.binding = binding;
    this.role = role;
    this.#subject = subject;
  }

  get verdict(): "allow" {
    return "allow";
  }

  get reason(): string {
    const slash = this.binding.indexOf("/");
    const [namespace, name] = [this.binding.slice(0, slash), this.binding.slice(slash + 1)];
    const binding = namespace === "" ? `ClusterRoleBinding ${quote(name)}` : `RoleBinding ${quote(`${name}/${namespace}`)}`;
    const { kind, name: subject, namespace: own } = this.#subject;
    const whom = kind === "ServiceAccount" ? `${subject}/${own || namespace}` : subject;
    const role = `${this.role.namespace === "" ? "ClusterRole" : "Role"} ${quote(this.role.name)}`;
    return `RBAC: allowed by ${binding} of ${role} to ${kind} ${quote(whom)}`;
  }
}

/** The bindings of one namespace, or of the cluster, by their subjects. */
class Scope {
  readonly #users = new Map<string, Grant[]>();
  readonly #groups = new Map<string, Grant[]>();

  get empty(): boolean {
    return this.#users.size === 0 && this.#groups.size === 0;
  }

  /** What is answered when one of the user's roles here allows it; undefined when none does. */
  allowed({ name, groups }: UserInfo, asked: Asked): Decision | undefined {
    let decision = allowedAmong(this.#users.get(name), asked);
    for (let at = 0; decision === undefined && at < groups.length; at++) {
      decision = allowedAmong(this.#groups.get(groups[at] as string), asked);
    }
    return decision;
  }

  /** Whether a binding of the user's refers to a role that is not there. */
  lacksRole({ name, groups }: UserInfo): boolean {
    return lacksRole(this.#users.get(name)) || groups.some((group) => lacksRole(this.#groups.get(group)));
  }

  grantsOf({ name, groups }: UserInfo): Grant[] {
    return [...(this.#users.get(name) ?? []), ...groups.flatMap((group) => this.#groups.get(group) ?? [])];
  }

  add(subject: Subject, namespace: string, grant: Grant): void {
    const place = this.#place(subject, namespace);
    if (place === undefined) return;
    const [grants, name] = place;
    const present = grants.get(name);
    if (present === undefined) grants.set(name, [grant]);
    else present.push(grant);
  }

  remove(subject: Subject, namespace: string, binding: string): void {
    const place = this.#place(subject, namespace);
    if (place === undefined) return;
    const [grants, name] = place;
    const rest = grants.get(name)?.filter((grant) => grant.binding !== binding) ?? [];
    if (rest.length === 0) grants.delete(name);
    else grants.set(name, rest);
  }

  /** Undefined for a subject that is nobody, such as a service account of no namespace. */
  #place({ kind, name, namespace: own }: Subject, namespace: string): [Map<string, Grant[]>, string] | undefined {
    if (kind === "Group") return [this.#groups, name];
    if (kind === "User") return [this.#users, name];
    const place = own || namespace;
    return kind === "ServiceAccount" && place !== "" ? [this.#users, `system:serviceaccount:${place}:${name}`] : undefined;
  }
}

function allowedAmong(grants: readonly Grant[] | undefined, asked: Asked): Decision | undefined {
  if (grants === undefined) return undefined;
  for (const grant of grants) if (grant.role.allows(asked)) return grant;
  return undefined;
}

const lacksRole = (grants: readonly Grant[] | undefined): boolean => grants?.some(({ role }) => role.rules === undefined) ?? false;
