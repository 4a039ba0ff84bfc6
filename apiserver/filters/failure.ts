import { type Status, StatusError, timeout, unknownError } from "../../apimachinery/status/status.ts";
import { StorageError, StorageTimeoutError, UnknownOutcomeError } from "../../storage/storage.ts";
import { encodeStatus } from "../encodings/response.ts";
import { acceptClauses } from "../negotiation/accept.ts";
import { type Encodings, isTransformed, type MediaType } from "../negotiation/negotiate.ts";
import type { ApiRequest, ApiResponse } from "../request.ts";
import { statusHeaders, textResponse } from "./responses.ts";

/** The answer to a request that failed; what is no failure of the request's is told to `onPanic`. */
export function failureResponse(error: unknown, request: ApiRequest, encodings: Encodings, onPanic: (error: unknown) => void): ApiResponse {
  const failure = asStatusError(error, request);
  if (failure === undefined) {
    onPanic(error);
    return textResponse(500, "This request caused apiserver to panic. Look in the logs for details.");
  }
  return statusResponse(failure.code, failure.status, request, encodings);
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

/** A Status in the form that Accept names, JSON where it names none. */
export function statusResponse(code: number, status: Status, request: ApiRequest, encodings: Encodings): ApiResponse {
  const mediaType = errorMediaType(request.headers.accept, encodings);
  return {
    status: code,
    headers: { "content-type": mediaType, ...statusHeaders(status) },
    body: encodeStatus(status, mediaType),
  };
}

function errorMediaType(accept: string | undefined, { types }: Encodings): MediaType {
  for (const { type, subtype, parameters } of acceptClauses(accept ?? "")) {
    if (parameters.has("sv") || (parameters.has("stream") && parameters.get("stream") !== "watch")) continue;
    // a Status has no other shape
    if (isTransformed(parameters)) continue;
    if (type === "*") return "application/json";
    const found = types.find((mediaType) => mediaType === `application/${subtype}` && type === "application");
    if (found !== undefined) return found;
    if (type === "application" && subtype === "*") return "application/json";
  }
  return "application/json";
}
