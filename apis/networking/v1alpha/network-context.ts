import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { int32, int64, list, object, optional, type Static } from "../../typed-schema.ts";
import { ipFamily, locationReference, MTU_RANGE, networkingV1alpha, reference } from "./group.ts";
import { prefixClaim } from "./prefix-claim.ts";

const spec = object("Which network is present where, and how.", {
  network: reference("The network concerned.", "Name of the Network."),
  location: locationReference,
  ipFamilies: optional(list("Families of the addresses that the network carries here.", ipFamily, { minItems: 1, maxItems: 2 })),
  mtu: optional(int32("Size of the largest packet that the network carries here, in bytes.", MTU_RANGE)),
  networkGeneration: optional(int64("Generation of the network that this was made from.")),
});

const status = object(
  "How far the network's presence is.",
  {
    conditions: conditions(),
    ipam: optional(
      object("The addresses that the network was given here.", {
        ipv6ClaimRef: optional(prefixClaim("The claim that holds the IPv6 prefix.")),
        ipv6SubnetRef: optional(reference("The subnet of that prefix.", "Name of the Subnet.")),
      }),
    ),
  },
  { default: { conditions: pendingConditions("Ready") } },
);

const schema = object("A network's presence in one location.", { spec: optional(spec), status: optional(status) });

export type NetworkContext = KubeObject & Static<typeof schema>;

export const networkContext = defineKind({
  ...networkingV1alpha,
  kind: "NetworkContext",
  plural: "networkcontexts",
  schema,
  columns: [CUSTOM_AGE, ...conditionColumns("Ready"), { name: "IPv6Subnet", jsonPath: ".status.ipam.ipv6SubnetRef.name" }],
  subresources: { status: {} },
});
