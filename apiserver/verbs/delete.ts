import type { KubeObject } from "../../apimachinery/object.ts";
import { conflict, deleted as deletedStatus, internalError, notFound } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import { encodeResponse } from "../encodings/response.ts";
import type { RequestContext } from "../filters/context.ts";
import { type DeleteOptions, parseDeleteOptions } from "../options/delete-options.ts";
import { guaranteedUpdate, type Outcome, type Result } from "../registry/guaranteed-update.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { finalizersAfterDelete } from "../strategy/delete.ts";
import { parseIncludeObject } from "../tables/table.ts";
import { negotiateObject, wantsPretty } from "./respond.ts";
import { respondResult } from "./respond-result.ts";
import { storageConflict } from "./storage-conflict.ts";
import { attributesOf, isNamespace, placeOf, type Ref, readBody } from "./writing.ts";

/** DELETE of one object. */
export async function deleteObject(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace, name } = target;
  const negotiated = negotiateObject(context, resource);
  const body = await readBody(context);
  const options = parseDeleteOptions(context.query, body, context.request.headers["content-type"], {
    encodings: context.encodings,
    record: context.audit,
  });
  if (options.ignoreStoreReadError && (isNamespace(resource) || resource.kind.group === "rbac.authorization.k8s.io")) {
    throw internalError("no unsafe deleter provided, can not honor ignoreStoreReadErrorWithClusterBreakingPotential");
  }
  const ref: Ref = { resource, controlPlane: context.info.controlPlane, namespace, name, part: "" };
  const result = await deleteOne(serving, context, ref, options);
  const removed = removedObject(result);
  if (removed !== undefined && !resource.kind.strategy.returnsDeletedObject) {
    const { mediaType, pretty, transform } = negotiated;
    // a table is not made of a Status, but its options are looked at
    if (transform === "Table") parseIncludeObject(context.query.get("includeObject"));
    const status = deletedStatus(resource.groupResource, name, removed.metadata.uid);
    context.audit?.responseStatus(status);
    return {
      status: 200,
      headers: { "content-type": mediaType },
      body: encodeResponse(status, mediaType, pretty || wantsPretty(context)),
    };
  }
  // the answer carries the revision of the deletion, as the watch event does
  if (result.did === "removed") result.object.metadata.resourceVersion = String(result.revision);
  const response = respondResult(serving, context, resource, negotiated, result);
  // the older option speaks of what is accepted while something still holds the object
  return removed === undefined && options.orphanDependents === false ? { ...response, status: 202 } : response;
}

/** The last state of what a deletion removed; undefined when it only marked it. */
function removedObject(result: Result): KubeObject | undefined {
  if (result.did === "removed") return result.object;
  return result.did === "tried" && result.removed ? result.object : undefined;
}

/**
 * Removes an object, or marks it where finalizers hold it (reference, section 4.5).
 * @throws StatusError NotFound, Conflict of preconditions, or what admission says
 */
export function deleteOne(serving: Serving, context: RequestContext, ref: Ref, options: DeleteOptions): Promise<Result> {
  const { resource, name } = ref;
  return guaranteedUpdate(placeOf(serving, ref, options), async (current): Promise<Outcome> => {
    if (current === undefined) throw notFound(resource.groupResource, name);
    if (options.ignoreStoreReadError) {
      throw storageConflict(ref, "unsafe deletion is not allowed because the object is decodable from storage");
    }
    const old = resource.object(current);
    checkPreconditions(ref, options, old);
    await serving.admission.admit(attributesOf(context, ref, "DELETE", options.dryRun, undefined, old));
    await serving.admission.validate(attributesOf(context, ref, "DELETE", options.dryRun, undefined, old));
    return mark(serving, old, options, ref);
  });
}

/**
 * Removes the object, or marks it as going, once. Its finalizers follow the options every time. Some kinds are marked in their own way before
 * anything else: a namespace goes when its content is gone and the last finalizer of its spec with it, until then deleting it again changes
 * nothing (kubernetes, pkg/registry/core/namespace/storage; apiextensions-apiserver, pkg/registry/customresourcedefinition).
 */
function mark(serving: Serving, object: KubeObject, options: DeleteOptions, { resource }: Ref): Outcome {
  const { metadata } = object;
  const { markForDeletion } = resource.kind.strategy;
  const present = metadata.finalizers ?? [];
  const finalizers = finalizersAfterDelete(present, options, resource.kind);
  if (markForDeletion !== undefined && metadata.deletionTimestamp === undefined) {
    metadata.deletionTimestamp = formatTime(serving.now());
    markForDeletion(object, finalizers, metadata.deletionTimestamp);
    return { do: "store", object };
  }
  if (isNamespace(resource) && ((object.spec as { finalizers?: string[] } | undefined)?.finalizers ?? []).length > 0)
    return { do: "nothing" };
  if (finalizers.length === 0) return { do: "remove", object };
  const marked = metadata.deletionTimestamp !== undefined;
  // those that were marked in their own way have no grace period yet
  if (marked && metadata.deletionGracePeriodSeconds === 0 && finalizers === present) return { do: "nothing" };
  metadata.finalizers = [...finalizers];
  metadata.deletionGracePeriodSeconds = 0;
  if (!marked) {
    metadata.deletionTimestamp = formatTime(serving.now());
    if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation as number) + 1;
  }
  return { do: "store", object };
}

function checkPreconditions({ resource, name }: Ref, { preconditions }: DeleteOptions, { metadata }: KubeObject): void {
  const { uid, resourceVersion } = preconditions;
  const refused = (short: string, text: string) =>
    resource.kind.strategy.markForDeletion !== undefined
      ? conflict(resource.groupResource, name, `${isNamespace(resource) ? "P" : "p"}recondition failed: ${short}`)
      : // kube-apiserver names the kind here, not the resource
        conflict({ group: resource.kind.group, resource: resource.kind.kind }, name, text);
  if (uid !== undefined && uid !== metadata.uid) {
    throw refused(
      `UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`,
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    throw refused(
      `ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata.resourceVersion}`,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
  }
}
