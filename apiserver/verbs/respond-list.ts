import { setImmediate } from "node:timers/promises";
import { apiVersionOf, type KubeList, type KubeObject } from "../../apimachinery/object.ts";
import { encodeResponse } from "../encodings/response.ts";
import type { RequestContext } from "../filters/context.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { Serving } from "../serving.ts";
import { transformList } from "../tables/transform.ts";
import { listBody } from "./list-body.ts";
import { isPlain, wantsPretty } from "./respond.ts";

/** A list or one page of it. */
export interface ListPage {
  readonly records: readonly ObjectRecord[];
  readonly revision: number;
  readonly continue?: string;
  /** Objects after this page, where that is known. */
  readonly remaining?: number;
}

/** Objects parsed between two turns of the event loop. */
const PARSED = 500;

/** The answer to a list. Plain JSON is an envelope around the objects' own bytes; nothing is parsed. */
export async function respondList(
  serving: Serving,
  context: RequestContext,
  resource: Resource,
  negotiated: Negotiated,
  page: ListPage,
): Promise<ApiResponse> {
  if (isPlain(context, negotiated)) {
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: await listBody(resource, page.records, listMeta(resource, page)),
    };
  }
  const { mediaType, transform } = negotiated;
  const items: Item[] = [];
  for (const record of page.records) {
    const object = resource.object(record);
    items.push(transform === undefined && !resource.custom ? withoutType(object) : object);
    if (items.length % PARSED === 0) await setImmediate();
  }
  const list = listObject(resource, page, items);
  const shown = await transformList(resource.kind, list as KubeList, negotiated, context.query.get("includeObject"), serving.now());
  return {
    status: 200,
    headers: { "content-type": mediaType },
    body: encodeResponse(shown, mediaType, negotiated.pretty || wantsPretty(context), resource.kind),
  };
}

function listMeta(resource: Resource, { revision, continue: token, remaining }: ListPage) {
  return {
    // lists of custom resources say that there is no next page
    ...(token !== undefined || resource.custom ? { continue: token ?? "" } : {}),
    ...(remaining !== undefined && remaining > 0 ? { remainingItemCount: remaining } : {}),
    resourceVersion: String(revision),
  };
}

type Item = KubeObject | Omit<KubeObject, "apiVersion" | "kind">;

/** Items of built-in kinds leave out what the list says already, in every encoding. */
function withoutType({ apiVersion: _apiVersion, kind: _kind, ...item }: KubeObject): Item {
  return item;
}

function listObject(resource: Resource, page: ListPage, items: readonly Item[]) {
  const { kind } = resource;
  return {
    apiVersion: apiVersionOf(kind),
    kind: kind.listKind,
    metadata: listMeta(resource, page),
    items,
  };
}
