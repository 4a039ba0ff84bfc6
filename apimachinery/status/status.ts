import type { FieldError } from "../field/error.ts";
import { aggregateText, UNTOLD } from "../field/error.ts";
import { quote } from "../go-text.ts";
import { type GroupResource, kindName, resourceName } from "../object.ts";

/** One detail of a failure; in JSON the type of a cause is called `reason`. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** metav1.Status, the body of every failure and of some deletions. */
export interface Status {
  kind: "Status";
  apiVersion: "v1";
  metadata: { continue?: string; resourceVersion?: string };
  status: "Success" | "Failure";
  message?: string;
  reason?: Reason;
  details?: StatusDetails;
  code?: number;
}

/** Every reason that clients may meet, and its HTTP code (k8s.io/apimachinery, pkg/apis/meta/v1/types.go). */
export const REASONS = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  Invalid: 422,
  ServerTimeout: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  ServiceUnavailable: 503,
} as const;
export type Reason = keyof typeof REASONS;

/** A failure on its way to the client. Told apart by `reason` and `code`, never by its text. */
export class StatusError extends Error {
  readonly status: Status;

  constructor(status: Status) {
    super(status.message ?? status.reason ?? "failure");
    this.name = "StatusError";
    this.status = status;
  }

  get reason(): Reason | undefined {
    return this.status.reason;
  }

  get code(): number {
    return this.status.code ?? 500;
  }
}

/** True for a {@link StatusError} of that reason. */
export function isReason(error: unknown, reason: Reason): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}

function failure(reason: Reason, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code: REASONS[reason],
  });
}

/** Details of a resource: members that are empty are left out, as Go's omitempty does. */
function detailsOf({ group, resource }: GroupResource, name?: string, more: StatusDetails = {}): StatusDetails {
  return { ...(name ? { name } : {}), ...(group ? { group } : {}), ...(resource ? { kind: resource } : {}), ...more };
}

const causesOf = (errors: readonly FieldError[]): StatusCause[] =>
  errors.map(({ type, body, field }) => ({ reason: type, message: body, field }));

export const unauthorized = () => failure("Unauthorized", "Unauthorized");

/** `configmaps "a" is forbidden: {why}`, without the name `configmaps is forbidden: {why}`. */
export const forbidden = (resource: GroupResource, name: string | undefined, why: string, causes?: StatusCause[]) =>
  failure(
    "Forbidden",
    `${resourceName(resource)}${name ? ` ${quote(name)}` : ""} is forbidden: ${why}`,
    detailsOf(resource, name, causes ? { causes } : {}),
  );

/** A path that is no resource: `forbidden: {why}`. */
export const forbiddenPath = (why: string) => failure("Forbidden", `forbidden: ${why}`, {});

export const notFound = (resource: GroupResource, name: string) =>
  failure("NotFound", `${resourceName(resource)} ${quote(name)} not found`, detailsOf(resource, name));

/** An address that no route of a built-in group serves. */
export const notFoundRoute = () => failure("NotFound", "the server could not find the requested resource", {});

/** `terminating`: the object that has the name is about to go. */
export const alreadyExists = (resource: GroupResource, name: string, { terminating = false } = {}) =>
  failure("AlreadyExists", `${terminating ? GOING : ""}${resourceName(resource)} ${quote(name)} already exists`, detailsOf(resource, name));

const GOING = "object is being deleted: ";

/** After the last attempt to find a free generated name. */
export const noUniqueName = (resource: GroupResource, name: string, { terminating = false } = {}) =>
  failure(
    "AlreadyExists",
    `${terminating ? GOING : ""}${resourceName(resource)} ${quote(name)} already exists, the server was not able to generate a unique name for the object`,
    detailsOf(resource, name, { retryAfterSeconds: 1 }),
  );

export const conflict = (resource: GroupResource, name: string, why: string) =>
  failure("Conflict", `Operation cannot be fulfilled on ${resourceName(resource)} ${quote(name)}: ${why}`, detailsOf(resource, name));

/** An apply of fields that others own, with a cause for each. */
export const applyConflict = (message: string, causes: StatusCause[]) => failure("Conflict", message, { causes });

/** The text of a lost optimistic lock. */
export const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";

export const expired = (message: string, continueToken?: string) => {
  const error = failure("Expired", message);
  if (continueToken !== undefined) error.status.metadata = { continue: continueToken };
  return error;
};

/** 422 with one cause per field error; `kind` may be empty for a patch whose result could not be decoded. */
export const invalid = (kind: { group: string; kind: string }, name: string, errors: readonly FieldError[]) => {
  const told = asManyAsFit(errors);
  const untold = errors.length > told.length ? `, and ${errors.length - told.length} more errors` : "";
  return failure("Invalid", `${kindName(kind)} ${quote(name)} is invalid${told.length > 0 ? `: ${aggregateText(told)}${untold}` : ""}`, {
    ...(name ? { name } : {}),
    ...(kind.group ? { group: kind.group } : {}),
    ...(kind.kind ? { kind: kind.kind } : {}),
    ...(told.length > 0 ? { causes: causesOf(told) } : {}),
  });
};

/** Characters of the errors of one answer. A request of three megabytes could have errors for a hundred otherwise. */
const MAX_ERRORS_LENGTH = 1024 * 1024;

/** The first errors; at least one. */
function asManyAsFit(errors: readonly FieldError[]): readonly FieldError[] {
  let length = 0;
  for (const [i, error] of errors.entries()) {
    length += error.field.length + error.body.length;
    if (i > 0 && (error === UNTOLD || length > MAX_ERRORS_LENGTH)) return errors.slice(0, i);
  }
  return errors;
}

/** 422 of a JSON patch that does not apply. */
export const unprocessable = () => failure("Invalid", "the server rejected our request due to an error in our request", {});

export const badRequest = (message: string) => failure("BadRequest", message);

/** A verb that a custom resource does not have. */
export const methodNotSupported = (resource: GroupResource, action: string) =>
  failure("MethodNotAllowed", `${action} is not supported on resources of kind "${resourceName(resource)}"`, detailsOf(resource));

/** A method that a built-in route does not have. */
export const methodNotAllowed = () => failure("MethodNotAllowed", "the server does not allow this method on the requested resource", {});

export const notAcceptable = (message: string, details?: StatusDetails) => failure("NotAcceptable", message, details);

export const unsupportedMediaType = (message: string, details?: StatusDetails) => failure("UnsupportedMediaType", message, details);

export const tooLarge = (message: string) => failure("RequestEntityTooLarge", `Request entity too large: ${message}`);

export const timeout = (message: string, details?: StatusDetails) => failure("Timeout", `Timeout: ${message}`, details);

/** A revision that this server has not seen yet; the caller should ask again in a second. */
export const resourceVersionTooLarge = (wanted: number | bigint, current: number) =>
  timeout(`Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });

export const internalError = (message: string) =>
  failure("InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });

/** What Kubernetes sends for an error that is none of its API errors: 500 without a reason. */
export const unknownError = (message: string) =>
  new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 });

/** Bytes that are no HTTP request, too many of them in its head, or too slow ones: Kubernetes has no reason for these. */
export const unreadable = (code: 400 | 408 | 431, message: string) =>
  new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code });

/** 200, for a deletion whose answer is not the object. */
export const deleted = (resource: GroupResource, name: string, uid: string | undefined): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Success",
  details: detailsOf(resource, name, uid ? { uid } : {}),
});
