import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { int32, object, oneOf, optional, type Static, string } from "../../typed-schema.ts";
import { IP_FAMILIES, locationReference, networkingV1alpha, reference } from "./group.ts";

const spec = object("What kind of subnet is wanted.", {
  subnetClass: string("What the subnet is for, such as `private`."),
  networkContext: reference("The network's presence in the location.", "Name of the NetworkContext."),
  location: locationReference,
  ipFamily: oneOf("Family of the addresses.", IP_FAMILIES),
  startAddress: optional(string("First address wanted; left out, any will do.")),
  prefixLength: optional(int32("How many leading bits the addresses are to share; left out, the class decides.")),
});

const status = object(
  "What was given, and how far it is.",
  {
    conditions: conditions(),
    subnetRef: optional(reference("The subnet that answers the claim.", "Name of the Subnet.")),
    startAddress: optional(string("First address given.")),
    prefixLength: optional(int32("How many leading bits the given addresses share.")),
  },
  { default: { conditions: pendingConditions("Allocated", "Programmed", "Ready") } },
);

const schema = object("Asks for a subnet of a network in one location.", { spec: optional(spec), status: optional(status) });

export type SubnetClaim = KubeObject & Static<typeof schema>;

export const subnetClaim = defineKind({
  ...networkingV1alpha,
  kind: "SubnetClaim",
  plural: "subnetclaims",
  schema,
  columns: [CUSTOM_AGE, ...conditionColumns("Ready")],
  subresources: { status: {} },
});
