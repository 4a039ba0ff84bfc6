import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions } from "../../meta/v1/condition.ts";
import { object, optional, type Static, string } from "../../typed-schema.ts";
import { computeV1alpha } from "./group.ts";
import { instanceTemplate, locationReference } from "./instance-spec.ts";
import { replicaCounts } from "./replica-counts.ts";
import { scaleSettings } from "./scale-settings.ts";

const spec = object("What to run in one city.", {
  workloadRef: object("The workload that this belongs to.", {
    name: string("Name of the Workload."),
    uid: string("Uid of the Workload."),
  }),
  placementName: string("Name of the workload's placement that this belongs to."),
  cityCode: string("Code of the city to run in."),
  template: instanceTemplate,
  scaleSettings,
});

const status = object("How far the deployment is.", {
  location: optional(locationReference("The place in the city that was chosen.")),
  ...replicaCounts,
  conditions: conditions(),
});

const schema = object("The part of a workload that runs in one city.", { spec: optional(spec), status: optional(status) });

export type WorkloadDeployment = KubeObject & Static<typeof schema>;

export const workloadDeployment = defineKind({
  ...computeV1alpha,
  kind: "WorkloadDeployment",
  plural: "workloaddeployments",
  schema,
  columns: [
    CUSTOM_AGE,
    ...conditionColumns("Available"),
    { name: "Replicas", jsonPath: ".status.replicas" },
    { name: "Ready", jsonPath: ".status.readyReplicas" },
    { name: "Desired", jsonPath: ".status.desiredReplicas" },
    { name: "Up-to-date", jsonPath: ".status.currentReplicas" },
    { name: "Location Namespace", priority: 1, jsonPath: ".status.location.namespace" },
    { name: "Location Name", priority: 1, jsonPath: ".status.location.name" },
  ],
  subresources: { status: {} },
});
