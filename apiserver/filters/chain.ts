import { quote } from "../../apimachinery/go-text.ts";
import type { Auditing } from "../audit/auditing.ts";
import { ANONYMOUS, type Authentication, isUnknown } from "../authentication/authenticator.ts";
import { AuthorizationError, type Authorizer, authorize, escapeHtml, type Permission } from "../authorization/authorizer.ts";
import { type Eventual, whenThere } from "../eventual.ts";
import type { FlowControl } from "../flow-control/flow-control.ts";
import type { Encodings } from "../negotiation/negotiate.ts";
import { type ApiRequest, type ApiResponse, isStream, lengthOf, type UserInfo } from "../request.ts";
import { decodePercent, Query } from "../routing/query.ts";
import { requestInfo, UndeterminedUrlError } from "../routing/request-info.ts";
import { auditId } from "./audit-id.ts";
import { compressed } from "./compression.ts";
import { RequestContext } from "./context.ts";
import { deadlineOf, withinDeadline } from "./deadline.ts";
import { failureResponse } from "./failure.ts";
import { Impersonation } from "./impersonation.ts";
import { textResponse } from "./responses.ts";

/** Answers a request that has been let in. The permission is its proof. */
export type Handler = (context: RequestContext, permission: Permission) => Eventual<ApiResponse>;

export interface ChainOptions {
  readonly authentication: Authentication;
  readonly authorizer: Authorizer;
  readonly encodings: Encodings;
  readonly flowControl: FlowControl;
  readonly handler: Handler;
  /** Who keeps a record of requests, if anybody does. */
  readonly auditing?: Auditing | undefined;
  /** Told of what should not happen: the request answers 500 and the server goes on. */
  readonly onPanic: (error: unknown, request: ApiRequest) => void;
}

/**
 * The filters, outermost first; the order decides which header and which error wins (k8s.io/apiserver, pkg/server/config.go).
 *
 *  1. audit id         every answer carries one
 *  2. panic            what nobody caught answers 500 and is logged
 *  3. cache control    answers are private unless a handler says otherwise
 *  4. compression      of large answers
 *  5. request info     what the URL and the method say
 *  6. deadline         504 for what takes too long, watches apart
 *  7. warnings         become headers
 *  8. authentication   401
 *  9. audit            the record of the request; 500 where it has to be kept and cannot be
 * 10. impersonation    403 for who may not be whom it asks to be
 * 11. flow control     429 for what comes when there is too much
 * 12. authorization    403
 * 13. the handler
 *
 * A filter that has nothing to wait for answers at once: a read from the cache passes all of them within one turn.
 */
export function filterChain(options: ChainOptions): (request: ApiRequest) => Promise<ApiResponse> {
  const chain: Chain = { ...options, impersonation: new Impersonation(options.authorizer) };
  return async (request) => {
    const id = auditId(request);
    const contents = contained(request, id, chain);
    const response = compressed(request, contents instanceof Promise ? await contents : contents);
    response.headers["audit-id"] = id;
    if (request.method === "HEAD") return headOf(response);
    return response;
  };
}

const EMPTY = Buffer.alloc(0);

/** What GET would answer without its body, and how long that would be where it is known. */
function headOf(response: ApiResponse): ApiResponse {
  const { headers, body } = response;
  const length = isStream(body) ? undefined : lengthOf(body);
  return { ...response, headers: length === undefined ? headers : { ...headers, "content-length": String(length) }, body: EMPTY };
}

interface Chain extends ChainOptions {
  readonly impersonation: Impersonation;
}

/** A request that could not be recorded, and is not served then. */
class UnrecordedError extends Error {
  constructor() {
    super("failed to store audit event");
  }
}

function contained(request: ApiRequest, id: string, options: Chain): Eventual<ApiResponse> {
  const path = decodePercent(request.path);
  // Go's own server answers a broken escape before any filter sees it
  if (path === undefined) return textResponse(400, "400 Bad Request");
  let context: RequestContext | undefined;
  const complete = (response: ApiResponse): Eventual<ApiResponse> => {
    const warnings = context?.warningHeaders;
    if (warnings !== undefined) response.headers.warning = warnings;
    const flow = context?.flow;
    if (flow !== undefined) {
      response.headers["x-kubernetes-pf-flowschema-uid"] = flow.uid;
      response.headers["x-kubernetes-pf-prioritylevel-uid"] = flow.level.uid;
    }
    response.headers["cache-control"] ??= "no-cache, private";
    if (!context?.known) response.toStranger = true;
    return context?.audit === undefined ? response : context.audit.answered(response);
  };
  const failed = (error: unknown): Eventual<ApiResponse> => {
    const uri = request.query === "" ? request.path : `${request.path}?${request.query}`;
    const internal = (why: string) => textResponse(500, `${escapeHtml(`Internal Server Error: ${quote(uri)}: ${why}`)}\n`);
    if (error instanceof UndeterminedUrlError) return internal(`failed to create RequestInfo: ${error.message}, ${uri}`);
    if (error instanceof AuthorizationError || error instanceof UnrecordedError) return complete(internal(error.message));
    const onPanic = (panic: unknown) => options.onPanic(panic, request);
    const response = failureResponse(error, request, options.encodings, onPanic, context?.audit);
    if (context?.judged) response.headers["x-content-type-options"] = "nosniff";
    return complete(response);
  };
  try {
    const query = Query.parse(request.query);
    const info = requestInfo(request.method, path, query);
    context = new RequestContext(request, query, info, ANONYMOUS, options.encodings, options.auditing?.begin(request, info, id));
    const deadline = deadlineOf(query, info);
    const response = withinDeadline(deadline, answered(context, deadline, options));
    return response instanceof Promise ? response.then(complete, failed) : complete(response);
  } catch (error) {
    return failed(error);
  }
}

function answered(context: RequestContext, deadline: number | undefined, chain: Chain): Eventual<ApiResponse> {
  const { request, info, audit } = context;
  return whenThere(chain.authentication.senderOf(request, info.path, context), (sender) => {
    context.known = !isUnknown(sender);
    context.judged = true;
    if (audit === undefined) return admitted(context, sender, deadline, chain);
    return whenThere(audit.received(sender), (recorded) => {
      if (!recorded) throw new UnrecordedError();
      return admitted(context, sender, deadline, chain);
    });
  });
}

function admitted(context: RequestContext, sender: UserInfo, deadline: number | undefined, chain: Chain): Eventual<ApiResponse> {
  const { authorizer, impersonation, flowControl, handler } = chain;
  const { request, info, audit } = context;
  return whenThere(impersonation.userOf(request, info, sender, audit), (user) => {
    context.user = user;
    context.judged = false;
    return flowControl.serve(context, deadline, () => {
      context.judged = true;
      return whenThere(authorize(authorizer, { user, info }, undefined, audit), (permission) => {
        context.judged = false;
        return handler(context, permission);
      });
    });
  });
}
