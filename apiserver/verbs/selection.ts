import type { ListOptions } from "../options/list-options.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";

/** The condition that the selectors of a list or a watch make; undefined when they select everything. */
export function selection(
  resource: Resource,
  { labels, fields }: Pick<ListOptions, "labels" | "fields">,
): ((record: ObjectRecord) => boolean) | undefined {
  if (labels.empty && fields.empty) return undefined;
  if (fields.empty) return (record) => labels.matches(record.labels);
  return (record) => {
    if (!labels.empty && !labels.matches(record.labels)) return false;
    return fields.matches((field) => fieldOf(resource, record, field));
  };
}

/** What the key tells is not looked for in the object: controllers watch for one name in all namespaces, and see every write of the kind. */
function fieldOf(resource: Resource, record: ObjectRecord, field: string): string {
  const { key } = record;
  if (field === "metadata.name") return key.slice(key.lastIndexOf("/") + 1);
  if (field !== "metadata.namespace") return resource.fields(record)[field] ?? "";
  if (!resource.namespaced) return "";
  const end = key.lastIndexOf("/");
  return key.slice(key.lastIndexOf("/", end - 1) + 1, end);
}
