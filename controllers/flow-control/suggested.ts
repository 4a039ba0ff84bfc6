/**
 * The flow schemas and priority levels that every server has (k8s.io/apiserver, pkg/apis/flowcontrol/bootstrap). Those for nodes and for
 * programs that do not run here are among them: clients and guides look for them, and a program may come under any name.
 */
import type { KubeObject } from "../../apimachinery/object.ts";
import type { FlowSchema, FlowSchemaSpec } from "../../apis/flowcontrol/v1/flow-schema.ts";
import { EXEMPT, GROUP } from "../../apis/flowcontrol/v1/group.ts";
import { EVERYBODY, everythingOf, groups, MANDATORY_FLOW_SCHEMAS, MANDATORY_PRIORITY_LEVELS } from "../../apis/flowcontrol/v1/mandatory.ts";
import { ALL, type PolicyRules } from "../../apis/flowcontrol/v1/policy-rules.ts";
import type { PriorityLevelConfiguration, PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import { AUTOUPDATE } from "./maintain.ts";

const queued = (shares: number, lendablePercent: number, queues: number, handSize: number): PriorityLevelSpec => ({
  type: "Limited",
  limited: {
    nominalConcurrencyShares: shares,
    limitResponse: { type: "Queue", queuing: { queues, handSize, queueLengthLimit: 50 } },
    lendablePercent,
  },
});

const SUGGESTED_LEVELS: Readonly<Record<string, PriorityLevelSpec>> = {
  system: queued(30, 33, 64, 6),
  "node-high": queued(40, 25, 64, 6),
  "leader-election": queued(10, 0, 16, 4),
  "workload-high": queued(40, 50, 128, 6),
  "workload-low": queued(100, 90, 128, 6),
  "global-default": queued(20, 50, 128, 6),
};

type Subjects = PolicyRules["subjects"];

const users = (...names: string[]): Subjects => names.map((name) => ({ kind: "User", user: { name } }));
const SYSTEM_ACCOUNTS: Subjects = [{ kind: "ServiceAccount", serviceAccount: { name: ALL, namespace: "kube-system" } }];
const CONTROLLER_MANAGER = "system:kube-controller-manager";
const SCHEDULER = "system:kube-scheduler";
const NODES = groups("system:nodes");

const schema = (level: string, precedence: number, by: "ByUser" | "ByNamespace" | undefined, rule: PolicyRules): FlowSchemaSpec => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence: precedence,
  ...(by !== undefined && { distinguisherMethod: { type: by } }),
  rules: [rule],
});

const leases = (verbs: string[]) => ({ verbs, apiGroups: ["coordination.k8s.io"], resources: ["leases"], namespaces: [ALL] });

const SUGGESTED_SCHEMAS: Readonly<Record<string, FlowSchemaSpec>> = {
  probes: schema(EXEMPT, 2, undefined, {
    subjects: EVERYBODY,
    nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }],
  }),
  "system-leader-election": schema("leader-election", 100, "ByUser", {
    subjects: [...users(CONTROLLER_MANAGER, SCHEDULER), ...SYSTEM_ACCOUNTS],
    resourceRules: [leases(["get", "create", "update"])],
  }),
  "system-node-high": schema("node-high", 400, "ByUser", {
    subjects: NODES,
    resourceRules: [
      { verbs: [ALL], apiGroups: [""], resources: ["nodes", "nodes/status"], clusterScope: true, namespaces: [ALL] },
      leases([ALL]),
    ],
  }),
  "system-nodes": schema("system", 500, "ByUser", everythingOf(NODES)),
  "kube-controller-manager": schema("workload-high", 800, "ByNamespace", everythingOf(users(CONTROLLER_MANAGER))),
  "kube-scheduler": schema("workload-high", 800, "ByNamespace", everythingOf(users(SCHEDULER))),
  "kube-system-service-accounts": schema("workload-high", 900, "ByNamespace", everythingOf(SYSTEM_ACCOUNTS)),
  "service-accounts": schema("workload-low", 9000, "ByUser", everythingOf(groups("system:serviceaccounts"))),
  "global-default": schema("global-default", 9900, "ByUser", everythingOf(EVERYBODY)),
};

/** Objects have this annotation as long as the server is to keep them as it suggests. */
const objectOf = <T extends KubeObject>(kind: string, name: string, spec: object) =>
  ({ apiVersion: `${GROUP}/v1`, kind, metadata: { name, annotations: { [AUTOUPDATE]: "true" } }, spec }) as unknown as T;

export const PRIORITY_LEVELS = [...MANDATORY_PRIORITY_LEVELS, ...Object.entries(SUGGESTED_LEVELS)].map(([name, spec]) =>
  objectOf<PriorityLevelConfiguration>("PriorityLevelConfiguration", name, spec),
);

export const FLOW_SCHEMAS = [...MANDATORY_FLOW_SCHEMAS, ...Object.entries(SUGGESTED_SCHEMAS)].map(([name, spec]) =>
  objectOf<FlowSchema>("FlowSchema", name, spec),
);
