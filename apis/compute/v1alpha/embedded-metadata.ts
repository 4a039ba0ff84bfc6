import { list, map, object, optional, string } from "../../typed-schema.ts";

/** The part of an object's metadata that a template may state. */
export const embeddedMetadata = (description: string) =>
  object(description, {
    name: optional(string("Not used: names are made from the owner's.")),
    namespace: optional(string("Not used: objects are made in their owner's namespace.")),
    labels: optional(map("Labels of the objects made.", string())),
    annotations: optional(map("Annotations of the objects made.", string())),
    finalizers: optional(list("Finalizers of the objects made.", string())),
  });
