import type { Status } from "../../apimachinery/status/status.ts";
import type { ApiResponse } from "../request.ts";

export const TEXT = "text/plain; charset=utf-8";

/** Plain text as Go's http.Error sends it. */
export function textResponse(status: number, text: string, headers: Record<string, string> = {}): ApiResponse {
  return {
    status,
    headers: { "content-type": TEXT, "x-content-type-options": "nosniff", ...headers },
    body: Buffer.from(text),
  };
}

/** Nothing is served at this address, and no group that is served claims it. */
export const notFoundText = (): ApiResponse => textResponse(404, "404 page not found\n");

/** A Status with the header that tells when to try again. */
export function statusHeaders(status: Status): Record<string, string> {
  const seconds = status.details?.retryAfterSeconds ?? 0;
  return seconds > 0 ? { "retry-after": String(seconds) } : {};
}
