import { encodeObject } from "../../apimachinery/json/stringify.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { encodeResponse, isPretty } from "../encodings/response.ts";
import type { RequestContext } from "../filters/context.ts";
import { type Negotiated, negotiate } from "../negotiation/negotiate.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { Serving } from "../serving.ts";
import { transformObject } from "../tables/transform.ts";

export const NEWLINE = Buffer.from("\n");

/** What the client accepts as the answer to a request about one object. */
export const negotiateObject = ({ request, encodings }: RequestContext, resource: Resource): Negotiated =>
  negotiate(request.headers.accept, resource.custom ? encodings.offers.customObject : encodings.offers.builtinObject);

/** Whether JSON is to be indented, as far as the media type does not say so. */
export const wantsPretty = ({ query, request }: RequestContext): boolean => isPretty(query.get("pretty"), request.headers["user-agent"]);

/** An object that lies in the store: its bytes go out as they are where the client takes plain JSON. */
export function respondRecord(
  serving: Serving,
  context: RequestContext,
  resource: Resource,
  negotiated: Negotiated,
  status: number,
  record: ObjectRecord,
): ApiResponse {
  if (isPlain(context, negotiated)) {
    if (context.audit?.wantsResponses) context.audit.responseObject(resource.object(record));
    return { status, headers: JSON_HEADERS(), body: [resource.json(record), NEWLINE] };
  }
  return respondTransformed(serving, context, resource, negotiated, status, resource.object(record));
}

/** An object that exists only in this answer. */
export function respondObject(
  serving: Serving,
  context: RequestContext,
  resource: Pick<Resource, "kind">,
  negotiated: Negotiated,
  status: number,
  object: KubeObject,
): ApiResponse {
  if (isPlain(context, negotiated)) {
    context.audit?.responseObject(object);
    return { status, headers: JSON_HEADERS(), body: [encodeObject(object), NEWLINE] };
  }
  return respondTransformed(serving, context, resource, negotiated, status, object);
}

const JSON_HEADERS = (): ApiResponse["headers"] => ({ "content-type": "application/json" });

/** Plain JSON, neither indented nor in another shape. */
export const isPlain = (context: RequestContext, { mediaType, transform, pretty }: Negotiated): boolean =>
  mediaType === "application/json" && transform === undefined && !pretty && !wantsPretty(context);

function respondTransformed(
  { now }: Serving,
  context: RequestContext,
  { kind }: Pick<Resource, "kind">,
  negotiated: Negotiated,
  status: number,
  object: KubeObject,
): ApiResponse {
  const { mediaType } = negotiated;
  const shown = transformObject(kind, object, negotiated, context.query.get("includeObject"), now());
  context.audit?.responseObject(shown);
  return {
    status,
    headers: { "content-type": mediaType },
    body: encodeResponse(shown, mediaType, negotiated.pretty || wantsPretty(context), kind),
  };
}
