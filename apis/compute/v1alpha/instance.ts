import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { list, object, optional, type Static, string } from "../../typed-schema.ts";
import { computeV1alpha } from "./group.ts";
import { instanceSpec } from "./instance-spec.ts";

const interfaceStatus = object("State of one network interface.", {
  assignments: optional(
    object("Addresses of the interface.", {
      networkIP: optional(string("Its address within the network.")),
      externalIP: optional(string("The address by which the outside reaches it.")),
    }),
  ),
});

const status = object(
  "How far the instance is.",
  {
    conditions: conditions(),
    networkInterfaces: optional(list("State of the network interfaces, in the order of the spec.", interfaceStatus)),
    controller: optional(
      object("What the instance's controller has seen.", {
        observedTemplateHash: string("Hash of the template that the running instance was made from."),
      }),
    ),
  },
  { default: { conditions: pendingConditions("Programmed", "Running", "Ready") } },
);

const schema = object("One running copy of a workload.", { spec: optional(instanceSpec), status: optional(status) });

export type Instance = KubeObject & Static<typeof schema>;

export const instance = defineKind({
  ...computeV1alpha,
  kind: "Instance",
  plural: "instances",
  schema,
  columns: [
    CUSTOM_AGE,
    ...conditionColumns("Ready"),
    { name: "Network IP", jsonPath: ".status.networkInterfaces[0].assignments.networkIP" },
    { name: "External IP", jsonPath: ".status.networkInterfaces[0].assignments.externalIP" },
    { name: "Message", priority: 1, jsonPath: '.status.conditions[?(@.type=="Ready")].message' },
  ],
  subresources: { status: {} },
});
