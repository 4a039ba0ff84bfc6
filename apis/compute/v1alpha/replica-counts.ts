import { int32 } from "../../typed-schema.ts";

/** Counts of instances, as statuses of placements, deployments and workloads carry them. */
export const replicaCounts = {
  replicas: int32("How many instances there are."),
  readyReplicas: int32("How many instances are ready."),
  desiredReplicas: int32("How many instances there should be."),
  currentReplicas: int32("How many instances were made from the latest template."),
} as const;
