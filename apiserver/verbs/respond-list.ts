import { apiVersionOf } from "../../apimachinery/object.ts";
import type { RequestContext } from "../filters/context.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { Serving } from "../serving.ts";
import type { PartialObjectMetadataList } from "../tables/partial-metadata.ts";
import { listTransform } from "../tables/transform.ts";
import { listedItems, metadataItems } from "./item-bytes.ts";
import { listBody } from "./list-body.ts";
import { recordList } from "./record-list.ts";
import { isPlain, wantsPretty } from "./respond.ts";
import { shownList } from "./shown-list.ts";

/** A list or one page of it. */
export interface ListPage {
  readonly records: readonly ObjectRecord[];
  readonly revision: number;
  readonly continue?: string;
  /** Objects after this page, where that is known. */
  readonly remaining?: number;
}

/** The answer to a list. Plain JSON is an envelope around the objects' own bytes; nothing is parsed. */
export async function respondList(
  serving: Serving,
  context: RequestContext,
  resource: Resource,
  negotiated: Negotiated,
  page: ListPage,
): Promise<ApiResponse> {
  const { mediaType } = negotiated;
  const metadata = listMeta(resource, page);
  if (context.audit?.wantsResponses) {
    const shown = listTransform(resource.kind, metadata, negotiated, context.query.get("includeObject"), serving.now());
    await recordList(context.audit, context.slice(), resource, page.records, shown);
  }
  if (isPlain(context, negotiated)) {
    const envelope = { apiVersion: apiVersionOf(resource.kind), kind: resource.kind.listKind, metadata };
    return {
      status: 200,
      headers: { "content-type": mediaType },
      body: await listBody(page.records, listedItems(resource), envelope, context.slice()),
    };
  }
  const shown = listTransform(resource.kind, metadata, negotiated, context.query.get("includeObject"), serving.now());
  const pretty = negotiated.pretty || wantsPretty(context);
  if (negotiated.transform === "PartialObjectMetadataList" && mediaType === "application/json" && !pretty && page.records.length > 0) {
    const { items: _, ...envelope } = shown.empty as PartialObjectMetadataList;
    const items = metadataItems(resource, negotiated.transformVersion ?? "v1");
    return { status: 200, headers: { "content-type": mediaType }, body: await listBody(page.records, items, envelope, context.slice()) };
  }
  return {
    status: 200,
    headers: { "content-type": mediaType },
    body: await shownList(resource, page.records, shown, mediaType, pretty, context.slice()),
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
