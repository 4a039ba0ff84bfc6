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
import { isPlain, wantsPretty } from "./respond.ts";

/** A list or one page of it. */
export interface ListPage {
  readonly records: readonly ObjectRecord[];
  readonly revision: number;
  readonly continue?: string;
  /** Objects after this page, where that is known. */
  readonly remaining?: number;
}

/** Bytes after which the event loop gets its turn: copying them takes about a millisecond. */
const SLICE = 4 * 1024 * 1024;
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
    return { status: 200, headers: { "content-type": "application/json" }, body: await listBytes(resource, page) };
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

const COMMA = 0x2c;
const BRACE = 0x7b;

/** `{"apiVersion":…,"kind":…,"metadata":{…},"items":[…]}` and a newline, in pieces of a few megabytes. */
async function listBytes(resource: Resource, page: ListPage): Promise<Buffer[]> {
  const { kind, custom } = resource;
  const head = Buffer.from(
    `{"apiVersion":${JSON.stringify(apiVersionOf(kind))},"kind":${JSON.stringify(kind.listKind)},` +
      `"metadata":${JSON.stringify(listMeta(resource, page))},"items":[`,
  );
  // an item of a built-in kind starts behind its apiVersion and kind, and gets its brace back
  const skip = custom ? 0 : resource.codec.typeLength;
  const pieces: Buffer[] = [head];
  let at = 0;
  while (at < page.records.length) {
    const from = at;
    let size = 0;
    while (at < page.records.length && size < SLICE) {
      size += resource.json(page.records[at] as ObjectRecord).length - skip + 2;
      at += 1;
    }
    const piece = Buffer.allocUnsafe(size);
    let end = 0;
    for (let i = from; i < at; i += 1) {
      const json = resource.json(page.records[i] as ObjectRecord);
      if (i > 0) piece[end++] = COMMA;
      if (skip > 0) piece[end++] = BRACE;
      end += json.copy(piece, end, skip);
    }
    pieces.push(piece.subarray(0, end));
    if (at < page.records.length) await setImmediate();
  }
  pieces.push(Buffer.from("]}\n"));
  return pieces;
}
