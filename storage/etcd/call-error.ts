import { StorageError, StorageTimeoutError, TooLargeError, UnknownOutcomeError } from "../storage.ts";

/** A call to etcd that failed, in etcd's or gRPC's words. */
export class CallError extends Error {
  /** gRPC's (https://grpc.io/docs/guides/status-codes). */
  readonly code: number;
  /** Whether etcd may have seen the call. */
  readonly sent: boolean;

  constructor(code: number, message: string, sent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = "CallError";
    this.code = code;
    this.sent = sent;
  }

  /** What gRPC failed with: its errors have a code and details. */
  static of(error: unknown): CallError {
    if (error instanceof CallError) return error;
    const { code = UNKNOWN, details } = error as { code?: number; details?: string };
    const text = details ?? (error instanceof Error ? error.message : String(error));
    return new CallError(code, oneLine(text), !NEVER_SENT.test(text), error);
  }

  /** The same failure of what had to be done before the call itself. */
  before(): CallError {
    return new CallError(this.code, this.message, false, this);
  }

  /** It was about the member or the way to it, and may go well with another one or later. */
  get passes(): boolean {
    return this.code === UNAVAILABLE || this.code === INTERNAL || this.code === CANCELLED;
  }

  /** The token is unknown to that member, older than the rules of access, or was not asked for when it was made. Nothing was done. */
  get refusesToken(): boolean {
    return REFUSES_TOKEN.test(this.message);
  }

  get isCompacted(): boolean {
    return this.message.includes("required revision has been compacted");
  }

  get isFuture(): boolean {
    return this.message.includes("required revision is a future revision");
  }
}

const CANCELLED = 1;
const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const INTERNAL = 13;
export const UNAVAILABLE = 14;

const NEVER_SENT =
  /No connection established|Name resolution failed|Channel closed before call started|Channel has been shut down|client was already closed/;

const REFUSES_TOKEN = /etcdserver: (invalid auth token|revision of auth store is old|user name is empty)/;

/** etcd says these before it proposes a write to the cluster, or when it applies it to a store that is full. */
const REFUSED =
  /etcdserver: (no leader|too many requests|permission denied|not capable|mvcc: database space exceeded|invalid auth token|revision of auth store is old|user name is empty|key is not provided|value is provided)/;

const TOO_LARGE = /etcdserver: request is too large|received message larger than max/;

/** Tells what a failed read means: also of a write that etcd certainly did not and will not store. */
export function readError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const failed = CallError.of(error);
  const text = failed.message.startsWith("etcdserver: ") ? failed.message : `etcd: ${failed.message}`;
  const outOfTime = failed.code === DEADLINE_EXCEEDED || failed.passes;
  return outOfTime ? new StorageTimeoutError(text, error) : new StorageError(text, error);
}

/** Tells what a failed write means: a StorageError if it certainly was not stored, otherwise nobody knows. What is not on the list counts as unknown. */
export function writeError(error: unknown): StorageError | UnknownOutcomeError {
  if (error instanceof StorageError) return error;
  const failed = CallError.of(error);
  if (TOO_LARGE.test(failed.message)) return new TooLargeError(error);
  return !failed.sent || REFUSED.test(failed.message) ? readError(failed) : new UnknownOutcomeError(failed);
}

/** gRPC puts a note behind its text, and TLS ends its own with a new line. */
const oneLine = (text: string) => text.replace(/\.?( Last error: null\.)?\s*Resolution note:.*$/s, "").replace(/\s+/g, " ");
