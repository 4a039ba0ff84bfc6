import type { PolicyRule } from "./policy-rule.ts";

const ALL = "*";

/** Rights that are looked at one by one, at most: a rule of some kB may say a thousand million of them. */
export const MOST_RIGHTS = 20_000;

/** Rules say more rights than can be looked at, and none that is held says as much. */
export class TooManyRightsError extends Error {
  constructor(count: number) {
    super(`${count} rights are more than can be compared, which are ${MOST_RIGHTS}`);
    this.name = "TooManyRightsError";
  }
}

/**
 * The rights among `wanted` that `held` does not cover, each by itself: one verb on one resource of one group, with one name at most, or on one
 * path. Empty when everything is held. (k8s.io/component-helpers, auth/rbac/validation/policy_comparator.go)
 * @throws TooManyRightsError
 */
export function missingRights(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const rules = held.map((rule) => new HeldRule(rule));
  // most rules are covered as they are
  const rest = wanted.filter((rule) => !rules.some((one) => one.covers(rule)));
  const count = rest.reduce((sum, rule) => sum + countRights(rule), 0);
  if (count > MOST_RIGHTS) throw new TooManyRightsError(count);
  return rest.flatMap(singleRights).filter((right) => !rules.some((rule) => rule.covers(right)));
}

const countRights = ({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): number =>
  (verbs?.length ?? 0) * (apiGroups.length * resources.length * Math.max(1, resourceNames.length) + nonResourceURLs.length);

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

/** A rule that somebody has. */
class HeldRule {
  readonly #verbs: ReadonlySet<string>;
  readonly #groups: ReadonlySet<string>;
  readonly #resources: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;
  readonly #paths: readonly string[];

  constructor({ verbs, apiGroups, resources, resourceNames, nonResourceURLs = [] }: PolicyRule) {
    this.#verbs = new Set(verbs);
    this.#groups = new Set(apiGroups);
    this.#resources = new Set(resources);
    this.#names = new Set(resourceNames);
    this.#paths = nonResourceURLs;
  }

  /** Whether it gives everything that another rule does. What that does not speak of is covered. */
  covers({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): boolean {
    return (
      coverTexts(this.#verbs, verbs ?? []) &&
      coverTexts(this.#groups, apiGroups) &&
      (coverTexts(this.#resources, resources) || resources.every((resource) => this.#coversResource(resource))) &&
      (this.#names.size === 0 || (resourceNames.length > 0 && resourceNames.every((name) => this.#names.has(name)))) &&
      nonResourceURLs.every((path) => this.#coversPath(path))
    );
  }

  #coversResource(wanted: string): boolean {
    const slash = wanted.indexOf("/");
    return this.#resources.has(wanted) || (slash >= 0 && this.#resources.has(`*${wanted.slice(slash)}`));
  }

  #coversPath(wanted: string): boolean {
    return this.#paths.some((path) => path === wanted || (path.endsWith(ALL) && wanted.startsWith(path.replace(/\*+$/, ""))));
  }
}

const coverTexts = (held: ReadonlySet<string>, wanted: readonly string[]): boolean =>
  held.has(ALL) || wanted.every((text) => held.has(text));

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
