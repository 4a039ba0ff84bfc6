import { type Storage, StorageError } from "../storage.ts";
import { type Connection, connect, readError } from "./client.ts";
import { type CompactionOptions, keepCompacting } from "./compactor.ts";
import { EtcdStorage } from "./etcd-storage.ts";

export interface EtcdOptions extends Connection {
  /** All keys go below it; `/datum` by default. */
  readonly prefix?: string;
  /** Whether and how often history is to be forgotten; without it nobody does it here. */
  readonly compaction?: CompactionOptions;
}

const DEFAULT_PREFIX = "/datum";

/** Before it, a progress notification could come ahead of events that it speaks of; Kubernetes does not trust those releases either. */
const OLDEST_SERVER = [3, 5, 13] as const;

/** How long an endpoint may take to say its version. */
const STATUS_MILLISECONDS = 5_000;

/**
 * Opens the etcd engine.
 * @throws StorageError if no endpoint answers, or one that does runs an etcd that is too old
 */
export async function openEtcd(options: EtcdOptions): Promise<Storage> {
  if (options.endpoints.length === 0) throw new StorageError("no etcd endpoint is given");
  const answers = await Promise.allSettled(options.endpoints.map((endpoint) => versionOf({ ...options, endpoints: [endpoint] })));
  for (const [index, answer] of answers.entries()) {
    if (answer.status === "fulfilled" && !isNewEnough(answer.value)) {
      throw new StorageError(`etcd at ${options.endpoints[index]} is ${answer.value}; ${OLDEST_SERVER.join(".")} or newer is needed`);
    }
  }
  if (!answers.some((answer) => answer.status === "fulfilled")) {
    const reasons = answers.map(
      (answer, index) => `${options.endpoints[index]}: ${answer.status === "rejected" && readError(answer.reason).message}`,
    );
    throw new StorageError(`no etcd endpoint answers: ${reasons.join("; ")}`);
  }
  const prefix = (options.prefix ?? DEFAULT_PREFIX).replace(/\/+$/, "");
  const client = await connect(options);
  const stop = options.compaction && keepCompacting(client.kv, options.compaction);
  return new EtcdStorage(client, prefix, stop);
}

async function versionOf(connection: Connection): Promise<string> {
  const client = await connect(connection);
  try {
    return (await client.maintenance.status({ deadline: Date.now() + STATUS_MILLISECONDS })).version;
  } finally {
    client.close();
  }
}

/** @param version as etcd says it: `3.5.16`, `3.6.0-rc.1` */
export function isNewEnough(version: string): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [index, least] of OLDEST_SERVER.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
