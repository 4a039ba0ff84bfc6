import type { KubeObject } from "../../../apimachinery/object.ts";
import { defineKind } from "../../define-kind.ts";
import { object, optional, type Static } from "../../typed-schema.ts";
import { networkingV1alpha } from "./group.ts";

const schema = object("Holds the place of policies between networks; the rules of a workload stand with its interfaces.", {
  spec: optional(object("Nothing yet.", {})),
  status: optional(object("Nothing yet.", {})),
});

export type NetworkPolicy = KubeObject & Static<typeof schema>;

export const networkPolicy = defineKind({
  ...networkingV1alpha,
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  schema,
  subresources: { status: {} },
});
