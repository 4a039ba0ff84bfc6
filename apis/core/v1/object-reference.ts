import { go, object, optional, string } from "../../typed-schema.ts";

/** core/v1 ObjectReference: any object, or a part of one. */
export const objectReference = (description: string, { pointer = false } = {}) =>
  object(
    description,
    {
      kind: optional(string("Kind of the object.")),
      namespace: optional(string("Namespace of the object; empty for kinds without namespaces.")),
      name: optional(string("Name of the object.")),
      uid: optional(string("Uid of the object.", go({ type: "types.UID" }))),
      apiVersion: optional(string("Group and version of the object's kind.")),
      resourceVersion: optional(string("The state of the object that is meant.")),
      fieldPath: optional(string("The part of the object that is meant, such as `spec.rules[2]`; the whole object if empty.")),
    },
    go(
      {
        struct: "ObjectReference",
        type: "v1.ObjectReference",
        definition: "io.k8s.api.core.v1.ObjectReference",
        ...(pointer ? { pointer } : { zero: {} }),
      },
      { "x-kubernetes-map-type": "atomic" },
    ),
  );

/** core/v1 LocalObjectReference: an object of a known kind in the same namespace. */
export const localObjectReference = (description: string) =>
  object(
    description,
    { name: optional(string("Name of the object.")) },
    go(
      { struct: "LocalObjectReference", type: "v1.LocalObjectReference", definition: "io.k8s.api.core.v1.LocalObjectReference" },
      { "x-kubernetes-map-type": "atomic" },
    ),
  );
