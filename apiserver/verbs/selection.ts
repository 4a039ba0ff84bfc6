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
    const values = resource.fields(record);
    return fields.matches((field) => values[field] ?? "");
  };
}
