import type { RequestContext } from "../filters/context.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import type { Result } from "../registry/guaranteed-update.ts";
import type { Resource } from "../registry/resource.ts";
import type { ApiResponse } from "../request.ts";
import { respondObject, respondRecord } from "./respond.ts";

/** The answer to a write: the object as it stands in the store now, or as it last was. */
export function respondResult(context: RequestContext, resource: Resource, negotiated: Negotiated, result: Result): ApiResponse {
  switch (result.did) {
    case "stored":
      return respondRecord(context, resource, negotiated, result.created ? 201 : 200, result.record);
    case "nothing":
      return respondRecord(context, resource, negotiated, 200, result.record);
    case "removed":
      return respondObject(context, resource, negotiated, 200, result.object);
    case "tried":
      return respondObject(context, resource, negotiated, result.created ? 201 : 200, result.object);
  }
}
