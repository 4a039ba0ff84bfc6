import type { Schema } from "../../schema.ts";
import { go, int64, object, optional, schemaOf, string } from "../../typed-schema.ts";

/** metav1.ListMeta: what every list carries under `metadata`. */
export const listMeta: Schema = schemaOf(
  object(
    "Data of a list: which state it shows, and where it goes on.",
    {
      selfLink: optional(string("No longer used.")),
      resourceVersion: optional(string("Marks the state that the list shows; a watch can go on from it.")),
      continue: optional(string("Given back in a request, gets the next page. Empty on the last one.")),
      remainingItemCount: optional(int64("How many items there are after this page, where the server knows it.", go({ pointer: true }))),
    },
    go({ struct: "ListMeta", type: "v1.ListMeta", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta", zero: {} }),
  ),
);
