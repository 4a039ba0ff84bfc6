import path from "node:path";
import type { Logger } from "pino";
import type { EncryptionConfiguration } from "../storage/encryption/configuration.ts";
import type { CompactionOptions } from "../storage/etcd/compactor.ts";
import type { Credentials } from "../storage/etcd/token.ts";
import type { Storage } from "../storage/storage.ts";
import { readRequired } from "./certificates/private-file.ts";
import type { EtcdFlags, Flags } from "./flags.ts";
import { reasonOf, StartupError } from "./startup-error.ts";

interface StorageOptions extends Pick<Flags, "dataDir" | "etcd" | "etcdCompactionInterval" | "encryptionProviderConfigFile"> {
  readonly log: Logger;
}

/**
 * The store that the flags ask for.
 * @throws StartupError or StorageError
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const file = options.encryptionProviderConfigFile;
  if (file === undefined) return openEngine(options);
  // read first: a mistake in it opens nothing
  const configuration = await readEncryption(file);
  const { EncryptedStorage } = await import("../storage/encryption/encrypted-storage.ts");
  return new EncryptedStorage(await openEngine(options), configuration);
}

async function readEncryption(file: string): Promise<EncryptionConfiguration> {
  const text = await readRequired(file);
  const [{ EncryptionConfiguration }, { ConfigurationError }] = await Promise.all([
    import("../storage/encryption/configuration.ts"),
    import("../apimachinery/configuration/parse.ts"),
  ]);
  try {
    return EncryptionConfiguration.parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(`${file}: ${error.message}`, error);
    throw error;
  }
}

/** Each engine loads only where it is used. */
async function openEngine({ dataDir, etcd, etcdCompactionInterval, log }: StorageOptions): Promise<Storage> {
  if (etcd !== undefined) {
    const failed = (error: Error) => log.warn({ err: error }, "etcd could not be compacted");
    return openEtcdAt(etcd, etcdCompactionInterval === 0 ? undefined : { milliseconds: etcdCompactionInterval, failed });
  }
  const { openEmbedded } = await import("../storage/embedded/open.ts");
  return openEmbedded({ folder: storeFolder(dataDir), now: Date.now });
}

/** Where in a data folder the embedded store lies. */
export const storeFolder = (dataDir: string) => path.join(dataDir, "store");

/** @throws StartupError naming the addresses and what is wrong */
export async function openEtcdAt(etcd: EtcdFlags, compaction?: CompactionOptions): Promise<Storage> {
  const [ca, cert, key] = await Promise.all([etcd.caFile, etcd.certFile, etcd.keyFile].map((file) => file && readRequired(file)));
  const { credentialsFile } = etcd;
  const credentials = credentialsFile === undefined ? undefined : () => readCredentials(credentialsFile);
  // a mistake in it is told without etcd
  await credentials?.();
  const { openEtcd } = await import("../storage/etcd/open.ts");
  try {
    return await openEtcd({
      endpoints: etcd.servers,
      prefix: etcd.prefix,
      ...(compaction && { compaction }),
      ...(credentials && { credentials }),
      ...(ca ? { ca: Buffer.from(ca) } : {}),
      ...(cert && key ? { cert: Buffer.from(cert), key: Buffer.from(key) } : {}),
    });
  } catch (error) {
    throw new StartupError(`cannot use etcd at ${etcd.servers.join(", ")}: ${reasonOf(error)}`, error);
  }
}

async function readCredentials(file: string): Promise<Credentials> {
  const [, name, password] = /^([^:\n]+):([^\n]+)\n?$/.exec((await readRequired(file)).replaceAll("\r\n", "\n")) ?? [];
  if (name === undefined || password === undefined) throw new StartupError(`${file}: not one line with name:password`);
  return { name, password };
}
