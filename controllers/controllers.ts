import { bootstrapPolicyController } from "./bootstrap-policy/bootstrap-policy-controller.ts";
import { clusterRoleAggregationController } from "./cluster-role-aggregation/cluster-role-aggregation-controller.ts";
import { definitionsController } from "./custom-resource-definitions/definitions-controller.ts";
import { flowControlController } from "./flow-control/flow-control-controller.ts";
import { garbageCollector } from "./garbage-collector/garbage-collector.ts";
import { namespaceController } from "./namespace/namespace-controller.ts";
import { networkController } from "./network/network-controller.ts";
import type { Controller } from "./runtime/controller.ts";
import { systemNamespacesController } from "./system-namespaces/system-namespaces-controller.ts";

/** Every controller, one line each. */
export const controllers: readonly Controller[] = [
  systemNamespacesController,
  bootstrapPolicyController,
  flowControlController(),
  definitionsController,
  namespaceController,
  garbageCollector,
  clusterRoleAggregationController,
  networkController,
];
