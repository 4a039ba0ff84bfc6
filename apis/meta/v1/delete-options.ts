import type { Schema } from "../../schema.ts";
import { boolean, go, int64, list, object, optional, schemaOf, string } from "../../typed-schema.ts";
import { typeMeta } from "./object-meta.ts";

const preconditions = object(
  "What must be true for the deletion to happen.",
  {
    uid: optional(string("Uid that the object must have.", go({ type: "types.UID", pointer: true }))),
    resourceVersion: optional(string("State that the object must be in.", go({ pointer: true }))),
  },
  go({
    struct: "Preconditions",
    type: "v1.Preconditions",
    definition: "io.k8s.apimachinery.pkg.apis.meta.v1.Preconditions",
    pointer: true,
  }),
);

/** metav1.DeleteOptions: the body of a DELETE. */
export const deleteOptions: Schema = schemaOf(
  object(
    "How to delete.",
    {
      kind: optional(typeMeta.kind),
      apiVersion: optional(typeMeta.apiVersion),
      gracePeriodSeconds: optional(int64("Seconds that the object is given to end; 0 to remove it at once.", go({ pointer: true }))),
      preconditions: optional(preconditions),
      orphanDependents: optional(boolean("Deprecated, use `propagationPolicy`: true to leave dependents alone.", go({ pointer: true }))),
      propagationPolicy: optional(
        string(
          "What becomes of dependents: `Orphan` leaves them alone, `Background` deletes them afterwards, `Foreground` before the object itself.",
          go({ type: "v1.DeletionPropagation", pointer: true }),
        ),
      ),
      dryRun: optional(list("`All` to go through everything without deleting anything.", string(), { "x-kubernetes-list-type": "atomic" })),
      ignoreStoreReadErrorWithClusterBreakingPotential: optional(
        boolean("True to remove an object that cannot be read from the store, whatever depends on it.", go({ pointer: true })),
      ),
    },
    go({ struct: "DeleteOptions", type: "v1.DeleteOptions", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions" }),
  ),
);
