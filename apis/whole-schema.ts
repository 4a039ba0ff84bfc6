import type { KindDefinition } from "./kind.ts";
import { objectMeta, typeMeta } from "./meta/v1/object-meta.ts";
import type { Schema } from "./schema.ts";

const known = new WeakMap<object, Schema>();

/** The schema of a kind's whole objects: their type, their metadata, and what the kind adds. Made once per kind; the struct is the kind's. */
export function wholeSchema(kind: Pick<KindDefinition, "kind" | "schema">): Schema {
  let whole = known.get(kind);
  if (whole === undefined) {
    const { schema } = kind;
    whole = {
      ...schema,
      properties: { ...typeMeta, metadata: objectMeta, ...schema.properties },
      go: { struct: kind.kind, ...schema.go },
    };
    known.set(kind, whole);
  }
  return whole;
}
