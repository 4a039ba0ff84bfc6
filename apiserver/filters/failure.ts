import { type Status, StatusError, timeout, unknownError } from "../../apimachinery/status/status.ts";
import { StorageError, StorageTimeoutError, UnknownOutcomeError } from "../../storage/storage.ts";
import type { AuditRecord } from "../audit/record.ts";
import { encodeResponse, isPretty } from "../encodings/response.ts";
import { acceptClauses } from "../negotiation/accept.ts";
import { type Encodings, isTransformed, type Negotiated } from "../negotiation/negotiate.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { Query } from "../routing/query.ts";
import { statusHeaders, textResponse } from "./responses.ts";

/** The answer to a request that failed; what is no failure of the request's is told to `onPanic`. */
export function failureResponse(
  error: unknown,
  request: ApiRequest,
  encodings: Encodings,
  onPanic: (error: unknown) => void,
  record?: AuditRecord,
): ApiResponse {
  const failure = asStatusError(error, request);
  if (failure === undefined) {
    onPanic(error);
    record?.panicked(error);
    return textResponse(500, "This request caused apiserver to panic. Look in the logs for details.");
  }
  return statusResponse(failure.code, failure.status, request, encodings, record);
}

function asStatusError(error: unknown, { method }: ApiRequest): StatusError | undefined {
  if (error instanceof StatusError) return error;
  if (error instanceof UnknownOutcomeError || error instanceof StorageTimeoutError) return outOfTime(method);
  if (error instanceof StorageError) return unknownError(error.message);
  return undefined;
}

/** Writes have a deadline of their own, which words it in another way (k8s.io/apiserver, pkg/endpoints/handlers/finisher). */
function outOfTime(method: string): StatusError {
  const reading = method === "GET" || method === "HEAD";
  return timeout(
    reading
      ? "request did not complete within the allotted timeout"
      : "request did not complete within requested timeout - context deadline exceeded",
  );
}

/** A Status in the form that Accept names; where it names none, in indented JSON. */
export function statusResponse(code: number, status: Status, request: ApiRequest, encodings: Encodings, record?: AuditRecord): ApiResponse {
  const form = statusForm(request.headers.accept, encodings);
  // a Status in another form than was asked for is not recorded, as in kube-apiserver
  if (form !== undefined) record?.responseStatus(status);
  const { mediaType, pretty } = form ?? { mediaType: "application/json", pretty: true };
  const parameter = request.query.includes("pretty") ? Query.parse(request.query).get("pretty") : undefined;
  return {
    status: code,
    headers: { "content-type": mediaType, ...statusHeaders(status) },
    body: encodeResponse(status, mediaType, pretty || isPretty(parameter, request.headers["user-agent"])),
  };
}

/** Undefined where Accept names none. */
function statusForm(accept: string | undefined, { types }: Encodings): Negotiated | undefined {
  if (!accept) return { mediaType: "application/json", pretty: false };
  for (const { type, subtype, parameters } of acceptClauses(accept)) {
    const stream = parameters.get("stream");
    if (parameters.has("sv") || (stream !== undefined && stream !== "watch")) continue;
    // a Status has no other shape
    if (isTransformed(parameters)) continue;
    const mediaType =
      type === "*" || (type === "application" && subtype === "*")
        ? "application/json"
        : types.find((known) => known === `${type}/${subtype}` && (stream === undefined || known !== "application/yaml"));
    if (mediaType !== undefined) return { mediaType, pretty: parameters.get("pretty") === "1" };
  }
  return undefined;
}
