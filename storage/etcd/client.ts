import type { Etcd3, IOptions } from "etcd3";
import { StorageError, UnknownOutcomeError } from "../storage.ts";

export interface Connection {
  /** `http://host:port` or `https://host:port`; all of one kind. */
  readonly endpoints: readonly string[];
  /** PEM: who may have signed the servers' certificates. */
  readonly ca?: Buffer;
  /** PEM: the client's own certificate and key. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** A call that takes longer is given up, and of a write nobody knows then whether it was stored; 10 seconds by default. */
  readonly callMilliseconds?: number;
}

const CALL_MILLISECONDS = 10_000;

/** Pings find connections that broke without a word. etcd refuses more than one in five seconds. */
const PING_MILLISECONDS = 20_000;

/**
 * A client of etcd3 that does what it is told, once: no retries (a write would be stored twice, or fail against itself), no circuit
 * breaker (one large answer would close the door to all), a deadline on every call, and no limit on the size of an answer.
 */
export async function connect(connection: Connection): Promise<Etcd3> {
  // A hundred modules, wanted only where etcd is used.
  const etcd3 = await import("etcd3");
  const { ca, cert, key, callMilliseconds = CALL_MILLISECONDS } = connection;
  const secure = ca !== undefined || cert !== undefined;
  return new etcd3.Etcd3({
    hosts: [...connection.endpoints],
    // The type asks for a CA; without one the system's are used.
    ...(secure
      ? { credentials: { rootCertificate: ca as Buffer, ...(key && { privateKey: key }), ...(cert && { certChain: cert }) } }
      : {}),
    grpcOptions: {
      "grpc.max_receive_message_length": -1,
      "grpc.max_send_message_length": -1,
      "grpc.keepalive_time_ms": PING_MILLISECONDS,
      "grpc.keepalive_timeout_ms": PING_MILLISECONDS / 2,
    },
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + callMilliseconds }),
    faultHandling: { global: unsentOnly(connection.endpoints.length), host: () => unsentOnly(1) },
  });
}

type Policy = NonNullable<NonNullable<IOptions["faultHandling"]>["global"]>;

/**
 * How etcd3 runs a call: once, and on the next endpoint only if it provably never left.
 * @param attempts how often at most; etcd3 takes another endpoint each time
 */
function unsentOnly(attempts: number): Policy {
  const policy = {
    onSuccess: () => ({ dispose() {} }),
    onFailure: () => ({ dispose() {} }),
    async execute<T>(call: (context: { signal: AbortSignal }) => PromiseLike<T> | T): Promise<T> {
      for (let left = attempts - 1; ; left--) {
        try {
          return await call({ signal: NEVER });
        } catch (error) {
          if (left <= 0 || !NEVER_SENT.test(messageOf(error))) throw error;
        }
      }
    },
  };
  // The type has a member that, as it says, does not exist.
  return policy as unknown as Policy;
}

const NEVER = new AbortController().signal;

/** Tells what a failed read means. */
export function readError(error: unknown): StorageError {
  return error instanceof StorageError ? error : new StorageError(`etcd: ${reasonOf(error)}`, error);
}

/**
 * Tells what a failed write means: a StorageError if it certainly was not stored, otherwise nobody knows.
 * The client keeps no codes, so this goes by etcd's and gRPC's texts; what is not on the list counts as unknown.
 */
export function writeError(error: unknown): StorageError | UnknownOutcomeError {
  if (error instanceof StorageError) return error;
  const message = messageOf(error);
  if (TOO_LARGE.test(message)) return new StorageError("etcdserver: request is too large", error);
  return NEVER_SENT.test(message) || REFUSED.test(message) ? readError(error) : new UnknownOutcomeError(error);
}

export function isCompacted(error: unknown): boolean {
  return messageOf(error).includes("required revision has been compacted");
}

export function isFuture(error: unknown): boolean {
  return messageOf(error).includes("required revision is a future revision");
}

const NEVER_SENT = /No connection established|Name resolution failed|client was already closed/;

/** etcd says these before it proposes the write to the cluster, or when it applies it to a store that is full. */
const REFUSED =
  /etcdserver: (no leader|too many requests|permission denied|not capable|mvcc: database space exceeded|invalid auth token|user name is empty|key is not provided|value is provided)/;

const TOO_LARGE = /etcdserver: request is too large|received message larger than max/;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One line: etcd3 puts the name of its error class before the text, gRPC a note behind it, and TLS ends its own with a new line. */
function reasonOf(error: unknown): string {
  return messageOf(error)
    .replace(/^\w*Error: /, "")
    .replace(/\.?\s*Resolution note:.*$/s, "")
    .replace(/\s+/g, " ");
}
