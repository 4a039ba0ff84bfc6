import { isReason } from "../../apimachinery/status/status.ts";
import type { RequestContext } from "../filters/context.ts";
import { parseDeleteOptions } from "../options/delete-options.ts";
import { type ListOptions, parseListOptions } from "../options/list-options.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { deleteOne } from "./delete.ts";
import { readPage } from "./list.ts";
import { negotiateObject } from "./respond.ts";
import { respondList } from "./respond-list.ts";
import { readBody } from "./writing.ts";

/**
 * Deletions under way at once in a store that takes writes in the order they come: they share its flushes. Elsewhere they would overtake
 * one another, and watchers see them in another order than that of the list: there is one at a time, as in kube-apiserver by default.
 */
const WORKERS = 64;

/** Kubernetes reads such a list in pages, and a page of a state that is named shows exactly that one. */
function inPages(options: ListOptions): ListOptions {
  const { resourceVersion, resourceVersionMatch, continue: token } = options;
  if (resourceVersionMatch !== "" || token !== "" || /^0*$/.test(resourceVersion)) return options;
  return { ...options, resourceVersionMatch: "Exact" };
}

/**
 * DELETE of a collection: what the selectors choose is listed, then removed in the order of the list. Not atomic: what went in the
 * meantime is no error, and any other error ends it (reference, section 4.5). The answer is the list, as it was read.
 */
export async function deleteCollection(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace } = target;
  const { controlPlane } = context.info;
  const negotiated = negotiateObject(context, resource);
  const listOptions = parseListOptions(context.query, resource.kind);
  const body = await readBody(context);
  const deleteOptions = parseDeleteOptions(context.query, body, context.request.headers["content-type"], {
    collection: true,
    encodings: context.encodings,
    record: context.audit,
  });
  const page = await readPage(resource, controlPlane, namespace, inPages(listOptions), context.slice());

  const remaining = page.records.values();
  const failures: unknown[] = [];
  const work = async () => {
    for (const { fields } of remaining) {
      const ref = {
        resource,
        controlPlane,
        namespace: fields["metadata.namespace"] ?? "",
        name: fields["metadata.name"] ?? "",
        part: "",
      } as const;
      try {
        await deleteOne(serving, context, ref, deleteOptions);
      } catch (error) {
        if (!isReason(error, "NotFound")) failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: serving.storage.exclusive ? WORKERS : 1 }, work));
  if (failures.length > 0) throw failures[0];
  return respondList(serving, context, resource, negotiated, page);
}
