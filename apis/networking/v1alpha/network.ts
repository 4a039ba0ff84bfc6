import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { int32, list, object, oneOf, optional, type Static, string } from "../../typed-schema.ts";
import { ipFamily, MTU_RANGE, networkingV1alpha } from "./group.ts";
import { prefixClaim } from "./prefix-claim.ts";

const spec = object("What the network is to be.", {
  ipFamilies: optional(list("Families of the addresses that the network carries.", ipFamily, { default: ["IPv6"] })),
  ipam: object("How the network comes by its addresses.", {
    mode: oneOf("`Auto` to be given address ranges, `Policy` to have them chosen by a policy.", ["Auto", "Policy"]),
    // Any text, as upstream: neither a format nor a pattern nor a rule, and no controller that reads them.
    ipv4Range: optional(string("IPv4 addresses to hand out to subnets, in CIDR form.")),
    ipv6Range: optional(string("IPv6 addresses to hand out to subnets, in CIDR form.")),
  }),
  mtu: optional(int32("Size of the largest packet that the network carries, in bytes.", { ...MTU_RANGE, default: 1460 })),
});

const status = object(
  "How far the network is.",
  {
    conditions: conditions(),
    ipam: optional(
      object("The addresses that the network was given.", {
        ipv6Prefix: optional(string("The network's IPv6 prefix, in CIDR form; subnets are cut from it.")),
        ipv6PrefixRef: optional(prefixClaim("The claim that holds the prefix.")),
      }),
    ),
  },
  { default: { conditions: pendingConditions("Ready") } },
);

const schema = object("A private network that reaches every location it is bound to.", { spec, status: optional(status) });

export type Network = KubeObject & Static<typeof schema>;

export const network = defineKind({
  ...networkingV1alpha,
  kind: "Network",
  plural: "networks",
  schema,
  columns: [
    { name: "IPv6Prefix", jsonPath: ".status.ipam.ipv6Prefix" },
    { name: "Ready", jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: "Reason", jsonPath: ".status.conditions[?(@.type=='Ready')].reason" },
    CUSTOM_AGE,
    { name: "IPFamilies", priority: 1, jsonPath: ".spec.ipFamilies" },
    { name: "IPAM", priority: 1, jsonPath: ".spec.ipam.mode" },
    { name: "MTU", type: "integer", priority: 1, jsonPath: ".spec.mtu" },
  ],
  subresources: { status: {} },
});
