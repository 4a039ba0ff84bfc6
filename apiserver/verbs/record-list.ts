import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Slice } from "../../storage/cache/dispatcher.ts";
import { LONGEST_OBJECT, withoutManagedFields } from "../audit/object-text.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { ListTransform } from "../tables/transform.ts";
import { jsonPieces } from "./shown-list.ts";

/** Records a list that is answered, in JSON whatever is sent. The event loop has its turn in between. */
export async function recordList(
  audit: AuditRecord,
  slice: Slice,
  resource: Resource,
  records: readonly ObjectRecord[],
  shown: ListTransform,
): Promise<void> {
  const { member, item } = shown;
  const recorded = audit.omitsManagedFields ? { ...shown, item: omitting(member, item) } : shown;
  let text = "";
  for await (const piece of jsonPieces(resource, records, recorded, slice)) {
    text += piece;
    // it is left out, and told to be
    if (text.length > LONGEST_OBJECT) break;
  }
  audit.responseText(text.trimEnd());
}

const omitting =
  (member: ListTransform["member"], item: ListTransform["item"]): ListTransform["item"] =>
  (object) =>
    (withoutManagedFields({ [member]: [item(object) as JsonObject] })[member] as [JsonObject])[0];
