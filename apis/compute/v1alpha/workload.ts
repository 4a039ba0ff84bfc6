import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions } from "../../meta/v1/condition.ts";
import { int32, list, object, optional, type Static, string } from "../../typed-schema.ts";
import { gatewayStatus } from "./gateway-status.ts";
import { computeV1alpha } from "./group.ts";
import { instanceTemplate } from "./instance-spec.ts";
import { replicaCounts } from "./replica-counts.ts";
import { scaleSettings } from "./scale-settings.ts";

const placement = object("One group of cities with the same scale.", {
  name: string("Name of the placement."),
  cityCodes: list("Codes of the cities to run in, such as `DFW`; each gets its own deployment.", string()),
  scaleSettings,
});

const spec = object("What to run, where, and how often.", {
  template: instanceTemplate,
  placements: list("Where to run.", placement, { minItems: 1 }),
});

const placementStatus = object("State of one placement.", {
  name: string("Name of the placement."),
  ...replicaCounts,
  conditions: conditions(),
});

const status = object("How far the workload is.", {
  conditions: conditions(),
  deployments: int32("How many deployments there are, over all placements."),
  ...replicaCounts,
  placements: optional(list("State of each placement.", placementStatus)),
  gateway: optional(gatewayStatus),
});

const schema = object("Instances of one template, run in many cities.", { spec, status: optional(status) });

export type Workload = KubeObject & Static<typeof schema>;

export const workload = defineKind({
  ...computeV1alpha,
  kind: "Workload",
  plural: "workloads",
  schema,
  columns: [
    CUSTOM_AGE,
    ...conditionColumns("Available"),
    { name: "Deployments", jsonPath: ".status.deployments" },
    { name: "Replicas", jsonPath: ".status.replicas" },
    { name: "Ready", jsonPath: ".status.readyReplicas" },
    { name: "Desired", jsonPath: ".status.desiredReplicas" },
    { name: "Up-to-date", jsonPath: ".status.currentReplicas" },
  ],
  subresources: { status: {} },
});
