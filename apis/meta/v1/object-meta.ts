/** metav1.ObjectMeta as a schema: what every object carries under `metadata`, built-in and custom alike. */
import type { Schema } from "../../schema.ts";
import {
  boolean,
  dateTime,
  freeObject,
  go,
  int64,
  keyedList,
  list,
  map,
  object,
  oneOf,
  optional,
  schemaOf,
  string,
} from "../../typed-schema.ts";

const ownerReference = object(
  "One object that this one belongs to.",
  {
    apiVersion: string("Group and version of the owner's kind, such as `apps/v1`.", go({ zero: "" })),
    kind: string("Kind of the owner.", go({ zero: "" })),
    name: string("Name of the owner.", go({ zero: "" })),
    uid: string("Uid of the owner: an object of the same name made later is another owner.", go({ type: "types.UID", zero: "" })),
    controller: optional(boolean("True for the one owner that manages this object.", go({ pointer: true }))),
    blockOwnerDeletion: optional(
      boolean("True to keep the owner, when it is deleted in the foreground, until this object is gone.", go({ pointer: true })),
    ),
  },
  go(
    { struct: "OwnerReference", type: "v1.OwnerReference", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference" },
    { "x-kubernetes-map-type": "atomic" },
  ),
);

const managedFieldsEntry = object(
  "What one manager owns of the object, as of its last write.",
  {
    manager: optional(string("Name of the manager, from the request's fieldManager or its user agent.")),
    operation: optional(
      oneOf(
        "How the manager wrote: by server-side apply, or by any other write.",
        ["Apply", "Update"],
        go({ type: "v1.ManagedFieldsOperationType" }),
      ),
    ),
    apiVersion: optional(string("The version of the object that `fieldsV1` speaks of.")),
    time: optional(dateTime("When the entry was last changed.", go({ type: "v1.Time", pointer: true }))),
    fieldsType: optional(string("The form of the set of fields; always `FieldsV1`.")),
    fieldsV1: optional(
      freeObject(
        "The fields that the manager owns, as a tree of `f:name`, `k:{keys}`, `v:value` and `i:index` members.",
        go({ struct: "FieldsV1", type: "v1.FieldsV1", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1", pointer: true }),
      ),
    ),
    subresource: optional(string("The subresource that the manager wrote through; empty for the object itself.")),
  },
  go({
    struct: "ManagedFieldsEntry",
    type: "v1.ManagedFieldsEntry",
    definition: "io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry",
  }),
);

/** In the order of the Go type. No member is required: the server checks the name itself. */
const typedObjectMeta = object(
  "Data that every object carries: its name, its identity, and what others hang on it.",
  {
    name: optional(string("Name of the object, unique for its kind within the namespace. It cannot be changed.")),
    generateName: optional(string("Beginning of a name that the server completes with five random characters when `name` is empty.")),
    namespace: optional(string("The namespace that the object lives in; empty for kinds without namespaces. It cannot be changed.")),
    selfLink: optional(string("No longer used; the server drops it.")),
    uid: optional(
      string(
        "Identity of the object over all time, given by the server: an object made later under the same name has another.",
        go({ type: "types.UID" }),
      ),
    ),
    resourceVersion: optional(
      string("Marks the object's state; it changes with every write. Send it back in an update to make sure that nobody wrote in between."),
    ),
    generation: optional(int64("Counts the changes of what is wanted. Set by the server.")),
    creationTimestamp: optional(dateTime("When the server created the object.", go({ type: "v1.Time" }))),
    deletionTimestamp: optional(
      dateTime("When the object's deletion was asked for. It goes once its finalizers are gone.", go({ type: "v1.Time", pointer: true })),
    ),
    deletionGracePeriodSeconds: optional(int64("Seconds that the object was given to end before it is removed.", go({ pointer: true }))),
    labels: optional(map("Names and values to select objects by.", string())),
    annotations: optional(map("Names and free text for tools; not used to select objects.", string())),
    ownerReferences: optional(
      keyedList("Objects that this one belongs to. When all of them are gone, it is deleted.", ["uid"], ownerReference, {
        "x-kubernetes-patch-merge-key": "uid",
        "x-kubernetes-patch-strategy": "merge",
      }),
    ),
    finalizers: optional(
      list("Who must act before the object can go: each one removes its entry when it is done.", string(), {
        "x-kubernetes-list-type": "set",
        "x-kubernetes-patch-strategy": "merge",
      }),
    ),
    managedFields: optional(
      // An empty list says something, unlike any other: forget all owners.
      list(
        "Who owns which fields, kept by the server for server-side apply.",
        managedFieldsEntry,
        go({ pointer: true }, { "x-kubernetes-list-type": "atomic" }),
      ),
    ),
  },
  go({ struct: "ObjectMeta", type: "v1.ObjectMeta", definition: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", zero: {} }),
);

export const objectMeta: Schema = schemaOf(typedObjectMeta);

/** A description of `apiVersion` and `kind`, for documents that spell the whole object out. */
export const typeMeta: { readonly apiVersion: Schema; readonly kind: Schema } = {
  apiVersion: schemaOf(string("Group and version of the object's schema, such as `networking.datumapis.com/v1alpha`.")),
  kind: schemaOf(string("What the object is, in PascalCase. It cannot be changed.")),
};
