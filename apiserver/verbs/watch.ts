import type { Status } from "../../apimachinery/status/status.ts";
import { badRequest, expired, internalError, StatusError } from "../../apimachinery/status/status.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import { CompactedError } from "../../storage/storage.ts";
import type { RequestContext } from "../filters/context.ts";
import { type MediaType, negotiate } from "../negotiation/negotiate.ts";
import { parseListOptions, revisionOf } from "../options/list-options.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { notOlderThan } from "./freshness.ts";
import { selection } from "./selection.ts";
import { watchEncoder } from "./watch-encoder.ts";
import { WatchStream } from "./watch-stream.ts";

/** Watches that do not say how long they want to live end after half an hour to an hour, at random (min-request-timeout). */
const MIN_LIFETIME = 1800;

/** GET of a collection with `watch`, or one of the deprecated `/watch/` paths. */
export async function watchObjects(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource, namespace, name } = target;
  const { controlPlane } = context.info;
  const { offers } = context.encodings;
  const negotiated = negotiate(context.request.headers.accept, resource.custom ? offers.customWatch : offers.builtinWatch);
  const options = parseListOptions(context.query, resource.kind);
  const revision = revisionOf(options.resourceVersion, "watch");
  const selected = options.fields.requiresExactMatch("metadata.name");
  if (name !== "" && selected !== name && !options.fields.empty) {
    throw badRequest("fieldSelector metadata.name doesn't match requested name");
  }
  const exact = name !== "" ? name : selected;
  const scope =
    exact !== undefined && exact !== "" && !exact.includes("/") && (!resource.namespaced || namespace !== "")
      ? resource.key(controlPlane, namespace, exact)
      : resource.prefix(controlPlane, resource.namespaced ? namespace : "");
  const matches = selection(resource, options);
  // the deprecated paths start from anywhere with the present state too, and do not say where it ends
  const initial = options.sendInitialEvents ?? (revision === undefined || revision === 0);
  const { collection, start } = await resource.reading(controlPlane, async (collection) => ({
    collection,
    start: await startOf(collection, revision, initial),
  }));

  const stream = new WatchStream({
    subscribe: (sink) => {
      if (start instanceof StatusError) return start;
      if (!initial) return collection.watch({ after: start, scope, ...(matches && { matches }) }, sink);
      const snapshot = collection.snapshot();
      return collection.watch({ after: snapshot.revision, scope, ...(matches && { matches }), initial: snapshot }, sink);
    },
    encoder: watchEncoder(resource, negotiated, context.query.get("includeObject"), serving.now),
    bookmarks: options.allowWatchBookmarks,
    initialEventsEnd: options.allowWatchBookmarks && options.sendInitialEvents === true,
    lifetime: 1000 * (options.timeoutSeconds ? options.timeoutSeconds : MIN_LIFETIME + serving.random(MIN_LIFETIME)),
    statusOf: (error) => endStatus(error, start instanceof StatusError ? 0 : start),
    streams: serving.streams,
    attributes: { user: context.user, info: context.info },
  });
  return { status: 200, headers: { "content-type": streamType(negotiated.mediaType) }, body: stream };
}

function streamType(mediaType: MediaType): string {
  if (mediaType === "application/json") return mediaType;
  return mediaType === "application/cbor" ? "application/cbor-seq" : `${mediaType};stream=watch`;
}

/** The revision behind which events begin (reference, section 6.5), or why there is none. */
async function startOf(
  collection: Collection<ObjectRecord>,
  revision: number | bigint | undefined,
  initial: boolean,
): Promise<number | StatusError> {
  if (revision === undefined) {
    await collection.fresh();
    return collection.revision;
  }
  if (revision === 0) return collection.revision;
  // a plain watch from the future waits for that revision as long as it lives
  if (!initial) return Number(revision);
  try {
    await notOlderThan(collection, revision);
    return Number(revision);
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function endStatus(error: Error, after: number): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof CompactedError) return expired(`too old resource version: ${after} (${error.oldest})`).status;
  return internalError(error.message).status;
}
