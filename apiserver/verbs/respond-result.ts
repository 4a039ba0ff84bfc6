import type { RequestContext } from "../filters/context.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import type { Result } from "../registry/guaranteed-update.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import type { Serving } from "../serving.ts";
import { respondObject, respondRecord } from "./respond.ts";

/** The answer to a write: the object as it stands in the store now, or as it last was. */
export function respondResult(
  serving: Serving,
  context: RequestContext,
  resource: Resource,
  negotiated: Negotiated,
  result: Result,
): ApiResponse {
  switch (result.did) {
    case "stored":
      return respondRecord(serving, context, resource, negotiated, result.created ? 201 : 200, result.record);
    case "nothing":
      return respondRecord(serving, context, resource, negotiated, 200, result.record);
    case "removed":
      return respondObject(serving, context, resource, negotiated, 200, result.object);
    case "tried":
      return respondObject(serving, context, resource, negotiated, result.created ? 201 : 200, result.object);
  }
}
