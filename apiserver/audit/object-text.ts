import { stringify } from "../../apimachinery/json/stringify.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";

/** How many characters of one object are recorded at most: two of them fit into one text, even if every character has to be escaped. */
export const LONGEST_OBJECT = 32 << 20;

/** An object, a list or a table as JSON. */
export function objectText(object: object, omitManagedFields: boolean): string {
  return stringify(omitManagedFields ? withoutManagedFields(object as JsonObject) : object);
}

/** The object without its managed fields, a list or a table without those of its items (k8s.io/apiserver, pkg/audit/request.go). */
export function withoutManagedFields(object: JsonObject): JsonObject {
  const { metadata, items, rows } = object;
  const shown = { ...object };
  if (isObject(metadata) && "managedFields" in metadata) {
    const { managedFields: _, ...rest } = metadata;
    shown.metadata = rest;
  }
  if (Array.isArray(items)) shown.items = items.map((item) => (isObject(item) ? withoutManagedFields(item) : item));
  if (Array.isArray(rows)) shown.rows = rows.map(withoutManagedFieldsInRow);
  return shown;
}

const withoutManagedFieldsInRow = (row: JsonValue): JsonValue =>
  isObject(row) && isObject(row.object) ? { ...row, object: withoutManagedFields(row.object) } : row;

const isObject = (value: JsonValue | undefined): value is JsonObject => value !== undefined && isJsonObject(value);
