import type { Storage } from "../storage.ts";
import { Cluster, type ClusterOptions } from "./cluster.ts";
import { type CompactionOptions, keepCompacting } from "./compactor.ts";
import { EtcdStorage } from "./etcd-storage.ts";

export interface EtcdOptions extends ClusterOptions {
  /** All keys go below it; `/datum` by default. */
  readonly prefix?: string;
  /** Whether and how often history is to be forgotten; without it nobody does it here. */
  readonly compaction?: CompactionOptions;
}

const DEFAULT_PREFIX = "/datum";

/**
 * Opens the etcd engine.
 * @throws StorageError if no endpoint answers, or one that does runs an etcd that is too old
 */
export async function openEtcd(options: EtcdOptions): Promise<Storage> {
  const cluster = await Cluster.open(options);
  const stop = options.compaction && keepCompacting(cluster, options.compaction);
  return new EtcdStorage(cluster, (options.prefix ?? DEFAULT_PREFIX).replace(/\/+$/, ""), stop);
}
