import { copyJson } from "../../apimachinery/json/copy.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason, notFound } from "../../apimachinery/status/status.ts";
import type { RequestContext } from "../filters/context.ts";
import { revisionIn } from "../metadata/resource-version.ts";
import { checkMetadataAgainstUrl } from "../metadata/update.ts";
import { dedupeOwnerReferences } from "../metadata/warnings.ts";
import { parseWriteOptions } from "../options/write-options.ts";
import { guaranteedUpdate } from "../registry/guaranteed-update.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import type { Part } from "../strategy/update.ts";
import { create } from "./create.ts";
import { replace } from "./replace.ts";
import { negotiateObject } from "./respond.ts";
import { respondResult } from "./respond-result.ts";
import { otherUid } from "./storage-conflict.ts";
import { decodeBody, placeOf, type Ref, readBody } from "./writing.ts";

/** PUT of an object, of its status, or of a namespace's finalizers. Some kinds are created where there is nothing to replace. */
export async function updateObject(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace, name } = target;
  const { kind } = resource;
  const { controlPlane } = context.info;
  const negotiated = negotiateObject(context, resource);
  const body = await readBody(context);
  const options = parseWriteOptions(context.query, "UpdateOptions");
  const decoded = decodeBody(context, resource, body, options);
  const ref: Ref = { resource, controlPlane, namespace, name, part: target.subresource as Part };
  checkMetadataAgainstUrl(decoded.metadata, name, namespace);
  context.warn(dedupeOwnerReferences(decoded.metadata, false));
  const wanted = () => copyJson(decoded as unknown as JsonObject) as unknown as KubeObject;

  for (;;) {
    try {
      const result = await guaranteedUpdate(placeOf(serving, ref, options), (current) => {
        if (current === undefined) throw notFound(resource.groupResource, name);
        const stored = { record: current, object: resource.object(current) };
        return replace(serving, context, ref, stored, wanted(), { ...options, patch: false });
      });
      return respondResult(serving, context, resource, negotiated, result);
    } catch (error) {
      if (!isReason(error, "NotFound") || !kind.strategy.allowCreateOnUpdate || ref.part !== "" || !isOwn(error, ref)) throw error;
    }
    const { uid } = decoded.metadata;
    if (uid) throw otherUid(ref, uid, "", options);
    // a version means nothing where there is nothing, but has to be one
    revisionIn(decoded.metadata);
    delete decoded.metadata.resourceVersion;
    try {
      return respondResult(serving, context, resource, negotiated, await create(serving, context, ref, wanted(), options));
    } catch (error) {
      // someone else was faster: then there is something to replace
      if (!isReason(error, "AlreadyExists")) throw error;
    }
  }
}

/** The object itself is what is missing, and nothing that admission asked for. */
const isOwn = (error: { status: { details?: { kind?: string } } }, { resource }: Ref): boolean =>
  error.status.details?.kind === resource.kind.plural;
