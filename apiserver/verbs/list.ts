import { badRequest, expired, resourceVersionTooLarge, type StatusError } from "../../apimachinery/status/status.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import type { Slice } from "../../storage/cache/dispatcher.ts";
import type { Snapshot, Window } from "../../storage/cache/snapshot.ts";
import { CompactedError, FutureRevisionError } from "../../storage/storage.ts";
import type { RequestContext } from "../filters/context.ts";
import { negotiate } from "../negotiation/negotiate.ts";
import { decodeContinue, encodeContinue } from "../options/continue-token.ts";
import { type ListOptions, parseListOptions, revisionOf } from "../options/list-options.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { ResourceTarget } from "../routing/router.ts";
import type { Serving } from "../serving.ts";
import { notOlderThan } from "./freshness.ts";
import { type ListPage, respondList } from "./respond-list.ts";
import { selection } from "./selection.ts";

/** GET of a collection. */
export async function listObjects(serving: Serving, context: RequestContext, target: ResourceTarget): Promise<ApiResponse> {
  const { resource } = target;
  const { offers } = context.encodings;
  const negotiated = negotiate(context.request.headers.accept, resource.custom ? offers.customObject : offers.builtinCollection);
  const options = parseListOptions(context.query, resource.kind);
  const page = await readPage(resource, context.info.controlPlane, target.namespace, options, context.slice());
  return respondList(serving, context, resource, negotiated, page);
}

/** Reads what a list shows: one state of the store, from where the last page ended, as many objects as fit. */
export async function readPage(
  resource: Resource,
  controlPlane: string,
  namespace: string,
  options: ListOptions,
  slice: Slice,
): Promise<ListPage> {
  const prefix = resource.prefix(controlPlane, resource.namespaced ? namespace : "");
  const single = exactKey(resource, controlPlane, namespace, options);
  const { collection, snapshot, start, limit } = await resource.reading(controlPlane, async (collection) => ({
    collection,
    ...(await chooseState(collection, prefix, options, single)),
  }));
  const from = start === "" ? undefined : `${prefix}${start}`;
  const matches = selection(resource, options);
  const records: ObjectRecord[] = [];
  if (single !== undefined) {
    const record = from === undefined || single >= from ? snapshot.get(single) : undefined;
    return { records: record !== undefined && matches?.(record) !== false ? [record] : [], revision: snapshot.revision };
  }
  let more = false;
  slice.restart();
  for (const record of snapshot.range(prefix, from)) {
    // a full page ends where it is full: whether what follows is selected is for the next one to see
    if (limit > 0 && records.length === limit) {
      more = true;
      break;
    }
    if (matches?.(record) !== false) records.push(record);
    if (slice.spent()) await slice.next();
  }
  const last = records.at(-1);
  if (!more || last === undefined) return { records, revision: snapshot.revision };
  // the pages to come show this state too
  if (snapshot.revision === collection.revision) collection.hold();
  const next = `${last.key.slice(prefix.length)}\0`;
  return {
    records,
    revision: snapshot.revision,
    continue: encodeContinue({ revision: snapshot.revision, start: next }),
    ...(matches === undefined ? { remaining: snapshot.count(prefix, `${prefix}${next}`) } : {}),
  };
}

/** A list of one name is one look-up. */
function exactKey(resource: Resource, controlPlane: string, namespace: string, { fields }: ListOptions): string | undefined {
  const name = fields.requiresExactMatch("metadata.name");
  if (name === undefined || name === "" || name.includes("/")) return undefined;
  if (!resource.namespaced) return resource.key(controlPlane, "", name);
  const within = namespace === "" ? fields.requiresExactMatch("metadata.namespace") : namespace;
  return within === undefined || within === "" || within.includes("/") ? undefined : resource.key(controlPlane, within, name);
}

interface State {
  readonly snapshot: Snapshot<ObjectRecord>;
  /** Relative to the list's prefix. */
  readonly start: string;
  readonly limit: number;
}

/** The table of resourceVersion and resourceVersionMatch (reference, section 6.1). */
async function chooseState(
  collection: Collection<ObjectRecord>,
  prefix: string,
  options: ListOptions,
  single: string | undefined,
): Promise<State> {
  const { limit } = options;
  if (options.continue !== "") return continued(collection, prefix, options);
  const revision = revisionOf(options.resourceVersion, "list");
  if (revision === undefined) {
    await collection.fresh();
    return { snapshot: collection.snapshot(), start: "", limit };
  }
  if (revision === 0) return { snapshot: collection.snapshot(), start: "", limit: 0 };
  await notOlderThan(collection, revision);
  // the limit of a list of one name means nothing
  const exact = options.resourceVersionMatch === "Exact" || (options.resourceVersionMatch === "" && limit > 0 && single === undefined);
  if (!exact) return { snapshot: collection.snapshot(), start: "", limit };
  const window = single === undefined ? windowOf(prefix, "", options) : { prefix: single, limit: 1 };
  const snapshot = await exactly(collection, Number(revision), window, expired(LIST_EXPIRED));
  return { snapshot, start: "", limit };
}

const LIST_EXPIRED = "The resourceVersion for the provided list is too old.";

const CONTINUE_EXPIRED =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue " +
  "parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token " +
  "results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and " +
  "now may show up in the list.";

async function continued(collection: Collection<ObjectRecord>, prefix: string, options: ListOptions): Promise<State> {
  const { limit } = options;
  const { revision, start } = decodeContinue(options.continue);
  if (options.resourceVersion !== "" && options.resourceVersion !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  if (revision === undefined) {
    await collection.fresh();
    return { snapshot: collection.snapshot(), start, limit };
  }
  // the first page may have come from another server, which was further
  await notOlderThan(collection, revision);
  const tooOld = expired(CONTINUE_EXPIRED, encodeContinue({ revision: undefined, start }));
  return { snapshot: await exactly(collection, Number(revision), windowOf(prefix, start, options), tooOld), start, limit };
}

/** What has to be read from history for one page; undefined where a selector may skip over any number of objects. */
function windowOf(prefix: string, start: string, { limit, labels, fields }: ListOptions): Window | undefined {
  if (limit === 0 || !labels.empty || !fields.empty) return undefined;
  return { prefix, ...(start === "" ? {} : { from: `${prefix}${start}` }), limit: limit + 1 };
}

async function exactly(
  collection: Collection<ObjectRecord>,
  revision: number,
  window: Window | undefined,
  tooOld: StatusError,
): Promise<Snapshot<ObjectRecord>> {
  try {
    return await collection.at(revision, window);
  } catch (error) {
    if (error instanceof CompactedError) throw tooOld;
    if (error instanceof FutureRevisionError) throw resourceVersionTooLarge(revision, error.current);
    throw error;
  }
}
