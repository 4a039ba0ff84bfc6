import { badRequest, notFound } from "../../apimachinery/status/status.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import { type Eventual, whenThere } from "../eventual.ts";
import type { RequestContext } from "../filters/context.ts";
import { revisionOf } from "../options/list-options.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { notOlderThan } from "./freshness.ts";
import { negotiateObject, respondRecord } from "./respond.ts";

/** GET of one object, or of its status, which is the same document. */
export function getObject(serving: Serving, context: RequestContext, target: ResourceTarget): Eventual<ApiResponse> {
  const { resource } = target;
  const negotiated = negotiateObject(context, resource);
  return whenThere(readCurrent(context, target), (record) => respondRecord(serving, context, resource, negotiated, 200, record));
}

/** The object that a GET names, as fresh as it asks for. @throws StatusError NotFound */
export function readCurrent(context: RequestContext, { resource, namespace, name }: ResourceTarget): Eventual<ObjectRecord> {
  if (context.query.flag("export")) throw badRequest("the export parameter, deprecated since v1.14, is no longer supported");
  const { controlPlane } = context.info;
  return resource.reading(controlPlane, (collection) =>
    whenThere(asFreshAs(collection, context.query.get("resourceVersion") ?? ""), () => {
      const record = collection.get(resource.key(controlPlane, namespace, name));
      if (record === undefined) throw notFound(resource.groupResource, name);
      return record;
    }),
  );
}

/** Unset: as fresh as a linearizable read; `0`: whatever there is; else at least that revision. */
function asFreshAs(collection: Collection<ObjectRecord>, resourceVersion: string): Eventual<unknown> {
  const revision = revisionOf(resourceVersion, "get");
  if (revision === undefined) return collection.fresh();
  return revision === 0 ? undefined : notOlderThan(collection, revision);
}
