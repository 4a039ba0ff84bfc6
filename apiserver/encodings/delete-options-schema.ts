import { typeMeta } from "../../apis/meta/v1/object-meta.ts";
import type { Schema } from "../../apis/schema.ts";
import { boolean, go, int64, list, object, optional, schemaOf, string } from "../../apis/typed-schema.ts";

const pointer = go({ pointer: true });

const members = object(
  "How an object is to be deleted.",
  {
    gracePeriodSeconds: optional(int64("Seconds until the deletion takes effect.", pointer)),
    preconditions: optional(
      object(
        "What has to hold of the object.",
        {
          uid: optional(string("Its uid.", go({ type: "types.UID", pointer: true }))),
          resourceVersion: optional(string("Its resourceVersion.", pointer)),
        },
        go({ struct: "Preconditions", pointer: true }),
      ),
    ),
    orphanDependents: optional(boolean("The older way to keep what depends on the object.", pointer)),
    propagationPolicy: optional(
      string("What becomes of the objects that depend on it.", go({ type: "v1.DeletionPropagation", pointer: true })),
    ),
    dryRun: optional(list("`All` to change nothing.", string())),
    ignoreStoreReadErrorWithClusterBreakingPotential: optional(boolean("Delete even what cannot be read any more.", pointer)),
  },
  go({ struct: "DeleteOptions", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions" }),
);

/** metav1.DeleteOptions: the body of a DELETE. */
export const deleteOptionsSchema: Schema = {
  ...schemaOf(members),
  properties: { ...typeMeta, ...schemaOf(members).properties },
};
