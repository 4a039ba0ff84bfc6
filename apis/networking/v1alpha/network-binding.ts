import type { KubeObject } from "../../../apimachinery/object.ts";
import { CUSTOM_AGE, conditionColumns } from "../../columns.ts";
import { defineKind } from "../../define-kind.ts";
import { conditions, pendingConditions } from "../../meta/v1/condition.ts";
import { object, optional, type Static, string } from "../../typed-schema.ts";
import { networkingV1alpha } from "./group.ts";

const immutable = (field: string) => ({ "x-kubernetes-validations": [{ rule: "self == oldSelf", message: `${field} is immutable` }] });

const spec = object("Which network is needed where.", {
  network: object(
    "The network. It cannot be changed.",
    {
      namespace: optional(string("Namespace of the network; that of the binding if empty.")),
      name: string("Name of the Network."),
    },
    immutable("spec.network"),
  ),
  location: object("The location. It cannot be changed.", { name: string("Name of the Location.") }, immutable("spec.location")),
  consumer: optional(
    object("What needs the network there; for information only.", {
      apiGroup: optional(string("API group of the consumer.")),
      kind: string("Kind of the consumer."),
      name: string("Name of the consumer."),
    }),
  ),
});

const status = object(
  "How far the binding is.",
  {
    conditions: conditions(),
    networkContextRef: optional(
      object("The network's presence in the location, once there is one.", {
        namespace: string("Namespace of the NetworkContext."),
        name: string("Name of the NetworkContext."),
      }),
    ),
  },
  { default: { conditions: pendingConditions("Ready") } },
);

const schema = object("Says that a network is needed in a location.", { spec, status: optional(status) });

export type NetworkBinding = KubeObject & Static<typeof schema>;

export const networkBinding = defineKind({
  ...networkingV1alpha,
  kind: "NetworkBinding",
  plural: "networkbindings",
  schema,
  columns: [CUSTOM_AGE, ...conditionColumns("Ready")],
  subresources: { status: {} },
});
