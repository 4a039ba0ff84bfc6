import { isReason } from "../../apimachinery/status/status.ts";
import type { RequestContext } from "../filters/context.ts";
import { negotiate, OFFERS } from "../negotiation/negotiate.ts";
import { parseDeleteOptions } from "../options/delete-options.ts";
import { parseListOptions } from "../options/list-options.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { deleteOne } from "./delete.ts";
import { readPage } from "./list.ts";
import { respondList } from "./respond-list.ts";
import { readBody } from "./writing.ts";

/** Deletions under way at once: they share the store's flushes. */
const WORKERS = 64;

/**
 * DELETE of a collection: what the selectors choose is listed, then removed one by one. Not atomic; what went in the meantime is no error.
 * The answer is the list, as it was read.
 */
export async function deleteCollection(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace } = target;
  const { controlPlane } = context.info;
  const negotiated = negotiate(context.request.headers.accept, resource.custom ? OFFERS.customObject : OFFERS.builtinCollection);
  const body = await readBody(context);
  const deleteOptions = parseDeleteOptions(context.query, body, context.request.headers["content-type"], { collection: true });
  const listOptions = parseListOptions(context.query, resource.kind, false);
  const page = await readPage(resource, controlPlane, namespace, listOptions);

  const names = page.records.map(({ fields }) => ({ namespace: fields["metadata.namespace"] ?? "", name: fields["metadata.name"] ?? "" }));
  let next = 0;
  const work = async () => {
    for (let at = next++; at < names.length; at = next++) {
      const { namespace: within, name } = names[at] as (typeof names)[number];
      try {
        await deleteOne(serving, { resource, controlPlane, namespace: within, name, part: "" }, deleteOptions);
      } catch (error) {
        if (!isReason(error, "NotFound")) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(WORKERS, names.length) }, work));
  return respondList(serving, context, resource, negotiated, page);
}
