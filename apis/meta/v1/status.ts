import type { Schema } from "../../schema.ts";
import { go, int32, list, object, optional, schemaOf, string } from "../../typed-schema.ts";
import { listMeta } from "./list-meta.ts";
import { typeMeta } from "./object-meta.ts";

const PACKAGE = "io.k8s.apimachinery.pkg.apis.meta.v1";

const cause = object(
  "One detail of a failure.",
  {
    reason: optional(string("What is wrong, in one CamelCase word.", go({ type: "v1.CauseType" }))),
    message: optional(string("What is wrong, in a sentence.")),
    field: optional(string("The field that it is about, such as `spec.placements[0].name`.")),
  },
  go({ struct: "StatusCause", type: "v1.StatusCause", definition: `${PACKAGE}.StatusCause` }),
);

const details = object(
  "What the answer is about, for programs.",
  {
    name: optional(string("Name of the object.")),
    group: optional(string("API group of the resource.")),
    kind: optional(string("The resource, or the kind where an object is invalid.")),
    uid: optional(string("Uid of the object.", go({ type: "types.UID" }))),
    causes: optional(list("Details of the failure.", cause, { "x-kubernetes-list-type": "atomic" })),
    retryAfterSeconds: optional(int32("Seconds to wait before trying again.")),
  },
  go(
    { struct: "StatusDetails", type: "v1.StatusDetails", definition: `${PACKAGE}.StatusDetails`, pointer: true },
    { "x-kubernetes-map-type": "atomic" },
  ),
);

/** metav1.Status: the answer to what failed, and to some deletions. */
export const status: Schema = schemaOf(
  object(
    "The outcome of a request that has no object to show.",
    {
      kind: optional(typeMeta.kind),
      apiVersion: optional(typeMeta.apiVersion),
      metadata: optional(listMeta),
      status: optional(string("`Success` or `Failure`.")),
      message: optional(string("The outcome in a sentence.")),
      reason: optional(string("Why it failed, in one CamelCase word.", go({ type: "v1.StatusReason" }))),
      details: optional(details),
      code: optional(int32("The HTTP status code.")),
    },
    go({ struct: "Status", type: "v1.Status", definition: `${PACKAGE}.Status` }),
  ),
);
