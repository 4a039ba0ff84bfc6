/**
 * The specs that the server cannot do without: nobody may change them, and requests are served by them even where they are not stored
 * (k8s.io/apiserver, pkg/apis/flowcontrol/bootstrap).
 */
import type { FlowSchemaSpec } from "./flow-schema.ts";
import { CATCH_ALL, EXEMPT } from "./group.ts";
import { ALL, type PolicyRules } from "./policy-rules.ts";
import type { PriorityLevelSpec } from "./priority-level-configuration.ts";

export const groups = (...names: string[]): PolicyRules["subjects"] => names.map((name) => ({ kind: "Group", group: { name } }));

/** Everything that somebody asks for. */
export const everythingOf = (subjects: PolicyRules["subjects"]): PolicyRules => ({
  subjects,
  resourceRules: [{ verbs: [ALL], apiGroups: [ALL], resources: [ALL], clusterScope: true, namespaces: [ALL] }],
  nonResourceRules: [{ verbs: [ALL], nonResourceURLs: [ALL] }],
});

export const EVERYBODY = groups("system:unauthenticated", "system:authenticated");

export const MANDATORY_FLOW_SCHEMAS: ReadonlyMap<string, FlowSchemaSpec> = new Map([
  [EXEMPT, { priorityLevelConfiguration: { name: EXEMPT }, matchingPrecedence: 1, rules: [everythingOf(groups("system:masters"))] }],
  [
    CATCH_ALL,
    {
      priorityLevelConfiguration: { name: CATCH_ALL },
      matchingPrecedence: 10_000,
      distinguisherMethod: { type: "ByUser" },
      rules: [everythingOf(EVERYBODY)],
    },
  ],
]);

/** Of the exempt one, only what is not in `exempt` is fixed. */
export const MANDATORY_PRIORITY_LEVELS: ReadonlyMap<string, PriorityLevelSpec> = new Map<string, PriorityLevelSpec>([
  [EXEMPT, { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }],
  [CATCH_ALL, { type: "Limited", limited: { nominalConcurrencyShares: 5, limitResponse: { type: "Reject" }, lendablePercent: 0 } }],
]);
