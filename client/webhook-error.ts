import { quote } from "../apimachinery/go-text.ts";

/** A webhook that could not be asked, or whose answer is no answer. The message is client-go's, for people know it from there. */
export class WebhookError extends Error {
  /** Whether the same question may be answered a moment later. */
  readonly passing: boolean;
  /** Seconds that the webhook asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, { passing = false, retryAfter }: { passing?: boolean; retryAfter?: number | undefined } = {}) {
    super(message);
    this.name = "WebhookError";
    this.passing = passing || retryAfter !== undefined;
    this.retryAfter = retryAfter;
  }
}

/** The end of the time for an attempt, by what was still missing. */
const LATE = {
  headers: "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
  body: "context deadline exceeded (Client.Timeout or context cancellation while reading body)",
};

/** An exchange that came to nothing (net/http and net, in Go). */
export function transportError(url: URL, error: NodeJS.ErrnoException, late: keyof typeof LATE | undefined): WebhookError {
  if (late === "body") return new WebhookError(`unexpected error when reading response body. Please retry. Original error: ${LATE.body}`);
  const why = late === undefined ? reasonOf(url, error) : LATE[late];
  return new WebhookError(`Post ${quote(url.href)}: ${why}`, { passing: late === undefined && error.code === "ECONNRESET" });
}

function reasonOf({ hostname, port, protocol }: URL, error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  const { code = "", message } = error;
  const host = `${error.address ?? hostname}:${error.port ?? (port || (protocol === "https:" ? 443 : 80))}`;
  if (code === "ECONNREFUSED") return `dial tcp ${host}: connect: connection refused`;
  if (code === "ENOTFOUND") return `dial tcp: lookup ${hostname}: no such host`;
  if (code === "ECONNRESET") return /hang up/.test(message) ? "EOF" : "read: connection reset by peer";
  const untrusted = CERTIFICATES[code];
  return untrusted === undefined ? message : `tls: failed to verify certificate: x509: ${untrusted}`;
}

/** OpenSSL's verdicts in Go's words. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate signed by unknown authority",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate signed by unknown authority",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate signed by unknown authority",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate signed by unknown authority",
  CERT_HAS_EXPIRED: "certificate has expired or is not yet valid",
  CERT_NOT_YET_VALID: "certificate has expired or is not yet valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate is not valid for the name of the server",
};

/** Of an answer that is plain text so much is told. */
const LONGEST_TEXT = 2048;

/** An answer that is none of success: what it says as a Status, or else by its code (k8s.io/apimachinery, pkg/api/errors). */
export function answerError(status: number, type: string, bytes: Buffer, retryAfter: number | undefined): WebhookError {
  const passing = PASSING.has(status);
  // only these ask to wait
  const wait = status === 429 || status >= 500 ? retryAfter : undefined;
  return new WebhookError(statusMessage(bytes) ?? codeText(status, type, bytes), { passing, retryAfter: wait });
}

const PASSING: ReadonlySet<number> = new Set([429, 500, 504]);

function statusMessage(bytes: Buffer): string | undefined {
  try {
    const { kind, message } = JSON.parse(bytes.toString()) as { kind?: unknown; message?: unknown };
    return kind === "Status" && typeof message === "string" && message !== "" ? message : undefined;
  } catch {
    // no JSON, or none with members
    return undefined;
  }
}

function codeText(status: number, type: string, bytes: Buffer): string {
  const isText = type === "" || type.startsWith("text/");
  const said = isText ? bytes.toString("utf8", 0, LONGEST_TEXT).trim() : "unknown";
  const known = TEXTS[status];
  if (known !== undefined) return known;
  if (status === 403 || status === 406 || status === 415) return said;
  if (status >= 500) return `an error on the server (${quote(said)}) has prevented the request from succeeding`;
  return `the server responded with the status code ${status} but did not return more information`;
}

const TEXTS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  409: "the server reported a conflict",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504: "the server was unable to return a response in the time allotted, but may still be processing the request",
};
