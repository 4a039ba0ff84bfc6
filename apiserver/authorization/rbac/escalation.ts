import { quote } from "../../../apimachinery/go-text.ts";
import { equalJson } from "../../../apimachinery/json/equal.ts";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { forbidden, notFound, type StatusError, unknownError } from "../../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../../apis/kind.ts";
import type { Binding } from "../../../apis/rbac/v1/binding.ts";
import { type ClusterRole, clusterRole } from "../../../apis/rbac/v1/cluster-role.ts";
import { clusterRoleBinding } from "../../../apis/rbac/v1/cluster-role-binding.ts";
import { compactRules, missingRights, TooManyRightsError } from "../../../apis/rbac/v1/covers.ts";
import { GROUP, type PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import { role } from "../../../apis/rbac/v1/role.ts";
import { roleBinding } from "../../../apis/rbac/v1/role-binding.ts";
import type { RequestContext } from "../../filters/context.ts";
import type { Guard, GuardedWrite } from "../../serving.ts";
import { type Authorizer, MASTERS, textOfErrors } from "../authorizer.ts";
import type { Rbac } from "./rbac.ts";

/**
 * Nobody gives rights that they do not hold: who writes a role needs every right in it, or the verb `escalate` on it; who writes a binding
 * every right of its role, or the verb `bind` on the role (kubernetes, pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased;
 * recordings access/rbac-escalation-roles and access/rbac-escalation-bindings). The rights that a user has by roles are all that counts.
 */
export function escalationGuards(rbac: Rbac, authorizer: Authorizer): ReadonlyMap<KindDefinition, Guard> {
  const rules = new RightsOf(rbac);

  const guardRole: Guard = async (write) => {
    const { context, object, old } = write;
    if (isFree(write) || (await may(authorizer, context, escalation(write)))) return;
    if (old !== undefined && changesOwnersOnly(object, old)) return;
    const { rules: wanted, aggregationRule } = object as ClusterRole;
    await rules.check(write, wanted ?? []);
    const sum = aggregationRule ?? (old as ClusterRole | undefined)?.aggregationRule;
    // what a sum selects may grow into anything
    if (sum !== undefined && (await rules.missing(write, EVERYTHING)).rights.length > 0) {
      throw refusal(write, "must have cluster-admin privileges to use the aggregationRule");
    }
  };

  const guardBinding: Guard = async (write) => {
    const { context, object, old, namespace, groupResource } = write;
    if (isFree(write) || (old !== undefined && changesOwnersOnly(object, old))) return;
    const { roleRef } = object as Binding;
    const plural = ROLES[roleRef.kind];
    if (plural !== undefined && roleRef.apiGroup === GROUP) {
      if (await may(authorizer, context, { verb: "bind", resource: plural, namespace, name: roleRef.name })) return;
    }
    if (plural === undefined) throw unknownError(`unsupported role reference kind: ${quote(roleRef.kind)}`);
    const wanted = await rbac.rulesOf(roleRef, namespace);
    if (wanted === undefined) throw notFound(groupResource, roleRef.name);
    await rules.check(write, wanted);
  };

  return new Map([
    [role, guardRole],
    [clusterRole, guardRole],
    [roleBinding, guardBinding],
    [clusterRoleBinding, guardBinding],
  ]);
}

const ROLES: Readonly<Record<string, string>> = { Role: "roles", ClusterRole: "clusterroles" };

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

const isFree = ({ context }: GuardedWrite): boolean => context.user.groups.includes(MASTERS);

interface Right {
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** A role that is created by POST has no name in its address, and cannot be meant by it. */
const escalation = ({ context: { info }, groupResource, namespace }: GuardedWrite): Right => ({
  verb: "escalate",
  resource: groupResource.resource,
  namespace,
  name: info.name,
});

async function may(authorizer: Authorizer, { user, info }: RequestContext, right: Right): Promise<boolean> {
  const asked = { ...info, isResource: true, path: "", group: GROUP, version: "*", subresource: "", ...right };
  return (await authorizer({ user, info: asked })).verdict === "allow";
}

/** What the garbage collector does on its way to delete an object is nobody's business; nor is an update that changes nothing. */
function changesOwnersOnly(object: KubeObject, old: KubeObject): boolean {
  const rest = ({ metadata, ...members }: KubeObject): JsonObject => {
    const { ownerReferences: _o, finalizers: _f, managedFields: _m, selfLink: _s, ...kept } = metadata;
    return { ...members, metadata: kept } as unknown as JsonObject;
  };
  return equalJson(rest(object), rest(old));
}

class RightsOf {
  readonly #rbac: Rbac;

  constructor(rbac: Rbac) {
    this.#rbac = rbac;
  }

  /** @throws StatusError Forbidden where there are too many to look at */
  async missing(write: GuardedWrite, wanted: readonly PolicyRule[]) {
    const { rules, errors } = await this.#rbac.rulesFor(write.context.user, write.namespace);
    try {
      return { rights: missingRights(rules, wanted), errors };
    } catch (error) {
      if (error instanceof TooManyRightsError) throw refusal(write, `${grants(write)}: ${error.message}`);
      throw error;
    }
  }

  /** @throws StatusError Forbidden, with every right that is missing */
  async check(write: GuardedWrite, wanted: readonly PolicyRule[]): Promise<void> {
    const { rights, errors } = await this.missing(write, wanted);
    if (rights.length === 0) return;
    const lines = [...new Set(compactRules(rights).map(ruleText))].sort();
    const unresolved = errors.length === 0 ? "" : `; resolution errors: [${textOfErrors(errors)}]`;
    throw refusal(write, `${grants(write)} not currently held:\n${lines.join("\n")}${unresolved}`);
  }
}

const grants = ({ context: { user } }: GuardedWrite): string =>
  `user ${quote(user.name)} (groups=[${user.groups.map(quote).join(" ")}]) is attempting to grant RBAC permissions`;

const refusal = ({ groupResource, object }: GuardedWrite, why: string): StatusError => forbidden(groupResource, object.metadata.name, why);

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}` */
function ruleText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = [
    ["APIGroups", apiGroups],
    ["Resources", resources],
    ["NonResourceURLs", nonResourceURLs],
    ["ResourceNames", resourceNames],
    ["Verbs", verbs],
  ] as const;
  const shown = parts.flatMap(([name, texts = []]) => (texts.length === 0 ? [] : [`${name}:[${texts.map(quote).join(" ")}]`]));
  return `{${shown.join(", ")}}`;
}
