import type { KubeObject } from "../../../apimachinery/object.ts";
import { AGE } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { go, int32, object, optional, type Static, string } from "../../typed-schema.ts";

const DEFINITION = "io.k8s.api.autoscaling.v1";

const spec = object(
  "What is wanted.",
  { replicas: optional(int32("Replicas wanted.")) },
  go({ struct: "ScaleSpec", type: "v1.ScaleSpec", definition: `${DEFINITION}.ScaleSpec`, zero: {} }),
);

const status = object(
  "What there is.",
  {
    replicas: int32("Replicas there are.", go({ zero: 0 })),
    selector: optional(string("The labels that select the replicas, in the form of a query.")),
  },
  go({ struct: "ScaleStatus", type: "v1.ScaleStatus", definition: `${DEFINITION}.ScaleStatus`, zero: { replicas: 0 } }),
);

const schema = object(
  "How many replicas of something there are and should be.",
  { spec: optional(spec), status: optional(status) },
  go({ struct: "Scale", definition: `${DEFINITION}.Scale` }),
);

export type Scale = KubeObject & Static<typeof schema>;

/** Not a resource of its own: what the `scale` subresource of custom kinds speaks in. */
export const scale = defineKind({
  group: "autoscaling",
  version: "v1",
  kind: "Scale",
  plural: "scales",
  flavor: "builtin",
  schema,
  columns: [
    NAME_COLUMN,
    {
      name: "Desired",
      type: "integer",
      description: "How many replicas are wanted.",
      cell: (object) => (object as Scale).spec?.replicas ?? 0,
    },
    {
      name: "Available",
      type: "integer",
      description: "How many replicas were last seen.",
      cell: (object) => (object as Scale).status?.replicas ?? 0,
    },
    { ...AGE, type: "date" },
  ],
  verbs: ["get", "patch", "update"],
});
