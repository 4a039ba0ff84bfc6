import type { PolicyRule } from "./policy-rule.ts";

const ALL = "*";

/**
 * The rights among `wanted` that `held` does not cover, each by itself: one verb on one resource of one group, with one name at most, or on one
 * path. Empty when everything is held. (k8s.io/component-helpers, auth/rbac/validation/policy_comparator.go)
 */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(singleRights).filter((right) => !held.some((rule) => coversRight(rule, right)));
}

function singleRights({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const rights: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const right = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) rights.push(right);
        else for (const name of resourceNames) rights.push({ ...right, resourceNames: [name] });
      }
    }
  }
  for (const path of nonResourceURLs) for (const verb of verbs) rights.push({ verbs: [verb], nonResourceURLs: [path] });
  return rights;
}

function coversRight(rule: PolicyRule, right: PolicyRule): boolean {
  const { resourceNames = [] } = rule;
  const [name] = right.resourceNames ?? [];
  return (
    coversText(rule.verbs, right.verbs[0]) &&
    coversText(rule.apiGroups, right.apiGroups?.[0]) &&
    coversResource(rule.resources ?? [], right.resources?.[0]) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))) &&
    coversPath(rule.nonResourceURLs ?? [], right.nonResourceURLs?.[0])
  );
}

/** What is not asked for is covered. */
const coversText = (held: readonly string[] = [], wanted: string | undefined): boolean =>
  wanted === undefined || held.includes(ALL) || held.includes(wanted);

function coversResource(held: readonly string[], wanted: string | undefined): boolean {
  if (coversText(held, wanted)) return true;
  const slash = wanted?.indexOf("/") ?? -1;
  return slash >= 0 && held.includes(`*${wanted?.slice(slash)}`);
}

const coversPath = (held: readonly string[], wanted: string | undefined): boolean =>
  wanted === undefined || held.some((path) => path === wanted || (path.endsWith(ALL) && wanted.startsWith(path.replace(/\*+$/, ""))));

/**
 * The same rights in fewer rules, verbs on the same resource together; for people
 * (k8s.io/component-helpers, auth/rbac/validation/policy_compact.go).
 */
export function compactRules(rights: readonly PolicyRule[]): PolicyRule[] {
  const others: PolicyRule[] = [];
  const byResource = new Map<string, PolicyRule>();
  for (const right of rights) {
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = right;
    if (nonResourceURLs.length > 0 || apiGroups.length !== 1 || resources.length !== 1 || resourceNames.length > 1) {
      others.push(right);
      continue;
    }
    const key = JSON.stringify([apiGroups, resources, resourceNames]);
    const verbs = new Set([...(byResource.get(key)?.verbs ?? []), ...right.verbs]);
    byResource.set(key, { ...right, verbs: [...verbs] });
  }
  return [...others, ...byResource.values()];
}
