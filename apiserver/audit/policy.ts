import type { UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import type { Level, Stage } from "./event.ts";

/** audit.k8s.io/v1 Policy, as it stands in a file that breaks no rule. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly Stage[] | null;
  readonly omitManagedFields?: boolean | null;
}

/** Which requests are recorded how. What is left out, or empty, holds for all requests. */
export interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[] | null;
  readonly userGroups?: readonly string[] | null;
  readonly verbs?: readonly string[] | null;
  readonly resources?: readonly GroupResources[] | null;
  /** The empty one stands for what is in no namespace. */
  readonly namespaces?: readonly string[] | null;
  readonly nonResourceURLs?: readonly string[] | null;
  readonly omitStages?: readonly Stage[] | null;
  readonly omitManagedFields?: boolean | null;
}

export interface GroupResources {
  /** `*` for all of them. */
  readonly group?: string;
  /** `pods`, `pods/log`, `pods/*`, `*` for everything, or `*` before a slash and a subresource. */
  readonly resources?: readonly string[] | null;
  readonly resourceNames?: readonly string[] | null;
}

/** How one request is recorded. */
export interface Treatment {
  readonly level: Level;
  readonly omitStages: ReadonlySet<Stage>;
  readonly omitManagedFields: boolean;
}

/** What requests there are to record, by the rules of a policy: the first that fits decides (k8s.io/apiserver, pkg/audit/policy/checker.go). */
export class AuditPolicy {
  readonly #rules: readonly { readonly rule: PolicyRule; readonly treatment: Treatment }[];
  readonly #unnamed: Treatment;

  constructor({ rules, omitStages, omitManagedFields }: Policy) {
    const everywhere = omitStages ?? [];
    const byDefault = omitManagedFields ?? false;
    this.#rules = rules.map((rule) => ({
      rule,
      treatment: {
        level: rule.level,
        omitStages: new Set([...everywhere, ...(rule.omitStages ?? [])]),
        omitManagedFields: rule.omitManagedFields ?? byDefault,
      },
    }));
    this.#unnamed = { level: "None", omitStages: new Set(everywhere), omitManagedFields: byDefault };
  }

  /** @param user who sends the request; undefined for a request that could not be authenticated */
  treatmentOf(info: RequestInfo, user: UserInfo | undefined): Treatment {
    for (const { rule, treatment } of this.#rules) if (fits(rule, info, user)) return treatment;
    return this.#unnamed;
  }
}

const some = <T>(list: readonly T[] | null | undefined): list is readonly T[] => list !== undefined && list !== null && list.length > 0;

function fits(rule: PolicyRule, info: RequestInfo, user: UserInfo | undefined): boolean {
  if (some(rule.users) && (user === undefined || !rule.users.includes(user.name))) return false;
  if (some(rule.userGroups) && !hasOneOf(user?.groups, rule.userGroups)) return false;
  if (some(rule.verbs) && !rule.verbs.includes(info.verb)) return false;
  if (some(rule.namespaces) || some(rule.resources)) return info.isResource && fitsResource(rule, info);
  if (some(rule.nonResourceURLs)) return !info.isResource && fitsPath(rule.nonResourceURLs, info.path);
  return true;
}

function hasOneOf(groups: readonly string[] | undefined, wanted: readonly string[]): boolean {
  for (const group of groups ?? []) if (wanted.includes(group)) return true;
  return false;
}

function fitsPath(patterns: readonly string[], path: string): boolean {
  for (const pattern of patterns) {
    if (pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, "")))) return true;
  }
  return false;
}

function fitsResource({ namespaces, resources }: PolicyRule, info: RequestInfo): boolean {
  if (some(namespaces) && !namespaces.includes(info.namespace)) return false;
  if (!some(resources)) return true;
  for (const { group = "", resources: names, resourceNames } of resources) {
    if (group !== info.group && group !== "*") continue;
    if (!some(names)) return true;
    if (some(resourceNames) && !resourceNames.includes(info.name)) continue;
    for (const name of names) if (namesResource(name, info)) return true;
  }
  return false;
}

function namesResource(name: string, { resource, subresource }: RequestInfo): boolean {
  if (name === "*") return true;
  if (subresource === "" ? name === resource : name === `${resource}/${subresource}`) return true;
  if (subresource !== "" && name.startsWith("*/") && name.slice(2) === subresource) return true;
  return name.endsWith("/*") && name.slice(0, -2) === resource;
}
