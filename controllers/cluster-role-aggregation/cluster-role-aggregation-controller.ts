import { stringify } from "../../apimachinery/json/stringify.ts";
import type { LabelSelector } from "../../apimachinery/labels/selector.ts";
import { selectorOf } from "../../apis/meta/v1/label-selector.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import { GROUP, type PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";
import type { ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const CLUSTER_ROLES: ResourceRef = { group: GROUP, version: "v1", resource: "clusterroles" };

const NAME = "clusterrole-aggregation-controller";

/**
 * Writes the rules of cluster roles that are the sum of others: those of every role that they select, in the order of the names, each rule
 * once (kubernetes, pkg/controller/clusterroleaggregation). The sums may be parts of other sums.
 */
export const clusterRoleAggregationController: Controller = {
  name: NAME,
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const queue = new WorkQueue();
    const informer = new Informer<ClusterRole>(client, CLUSTER_ROLES, (error) =>
      log.error({ controller: NAME, err: error }, "watch failed"),
    );
    // any role may have become a part, or have been one
    informer.handle(() => {
      for (const role of informer.list()) if (role.aggregationRule !== undefined) queue.add(keyOf(role));
    });
    const work = workOn(NAME, queue, 1, surroundings, signal, async (name) => {
      await informer.synced;
      const sum = informer.get(name);
      const rules = sum && sumOf(sum, [...informer.list()]);
      if (rules === undefined || stringify(rules) === stringify(sum?.rules ?? [])) return undefined;
      // without rules nothing is claimed: those that somebody gave the sum itself stay while it has no part
      const role = { apiVersion: `${GROUP}/v1`, kind: "ClusterRole", metadata: { name }, ...(rules.length > 0 && { rules }) };
      await client.patch(CLUSTER_ROLES, { name }, "application/apply-patch+yaml", role, { fieldManager: NAME, force: true });
      return undefined;
    });
    await Promise.all([informer.run(signal), work]);
  },
};

/** The rules of everything that a role selects, itself apart; undefined for one that is no sum. */
function sumOf(sum: ClusterRole, roles: readonly ClusterRole[]): PolicyRule[] | undefined {
  if (sum.aggregationRule === undefined) return undefined;
  const selectors = (sum.aggregationRule.clusterRoleSelectors ?? []).map(selectorOf);
  const rules = new Map<string, PolicyRule>();
  for (const selector of selectors) {
    for (const part of partsOf(selector, sum, roles)) for (const rule of part.rules ?? []) rules.set(stringify(rule), rule);
  }
  return [...rules.values()];
}

const partsOf = (selector: LabelSelector, sum: ClusterRole, roles: readonly ClusterRole[]): ClusterRole[] =>
  roles
    .filter((role) => keyOf(role) !== keyOf(sum) && selector.matches(role.metadata.labels))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
