import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { int32, object, oneOf, optional, type Static, string } from "../../typed-schema.ts";
import { IP_FAMILIES, locationReference, networkingV1alpha, reference } from "./group.ts";

const spec = object("Which addresses, of which network, where.", {
  subnetClass: string("What the subnet is for, such as `private`."),
  networkContext: reference("The network's presence in the location.", "Name of the NetworkContext."),
  location: locationReference,
  ipFamily: oneOf("Family of the addresses.", IP_FAMILIES),
  startAddress: string("First address; empty to be given one."),
  prefixLength: int32("How many leading bits the addresses share; 0 to be given a length."),
});

const status = object(
  "The addresses that the subnet holds, and how far it is.",
  {
    conditions: conditions(),
    startAddress: optional(string("First address of the subnet.")),
    prefixLength: optional(int32("How many leading bits the subnet's addresses share.")),
  },
  { default: { conditions: pendingConditions("Allocated", "Programmed", "Ready") } },
);

const schema = object("A range of addresses of a network in one location.", { spec: optional(spec), status: optional(status) });

export type Subnet = KubeObject & Static<typeof schema>;

export const subnet = defineKind({
  ...networkingV1alpha,
  kind: "Subnet",
  plural: "subnets",
  schema,
  columns: [
    CUSTOM_AGE,
    ...conditionColumns("Ready"),
    { name: "Start Address", jsonPath: ".status.startAddress" },
    { name: "Prefix Length", jsonPath: ".status.prefixLength" },
  ],
  subresources: { status: {} },
});
