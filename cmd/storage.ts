import path from "node:path";
import type { EncryptionConfiguration } from "../storage/encryption/configuration.ts";
import type { Storage } from "../storage/storage.ts";
import { readRequired } from "./certificates/private-file.ts";
import type { EtcdFlags, Flags } from "./flags.ts";
import { reasonOf, StartupError } from "./startup-error.ts";

type StorageFlags = Pick<Flags, "dataDir" | "etcd" | "encryptionProviderConfigFile">;

/**
 * The store that the flags ask for.
 * @throws StartupError or StorageError
 */
export async function openStorage(options: StorageFlags): Promise<Storage> {
  const file = options.encryptionProviderConfigFile;
  if (file === undefined) return openEngine(options);
  // read first: a mistake in it opens nothing
  const configuration = await readEncryption(file);
  const { EncryptedStorage } = await import("../storage/encryption/encrypted-storage.ts");
  return new EncryptedStorage(await openEngine(options), configuration);
}

async function readEncryption(file: string): Promise<EncryptionConfiguration> {
  const text = await readRequired(file);
  const { ConfigurationError, EncryptionConfiguration } = await import("../storage/encryption/configuration.ts");
  try {
    return EncryptionConfiguration.parse(text);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new StartupError(`${file}: ${error.message}`, error);
    throw error;
  }
}

/** Each engine loads only where it is used. */
async function openEngine({ dataDir, etcd }: StorageFlags): Promise<Storage> {
  if (etcd !== undefined) return openEtcdAt(etcd);
  const { openEmbedded } = await import("../storage/embedded/open.ts");
  return openEmbedded({ folder: storeFolder(dataDir), now: Date.now });
}

/** Where in a data folder the embedded store lies. */
export const storeFolder = (dataDir: string) => path.join(dataDir, "store");

/** @throws StartupError naming the addresses and what is wrong */
export async function openEtcdAt(etcd: EtcdFlags): Promise<Storage> {
  const [ca, cert, key] = await Promise.all([etcd.caFile, etcd.certFile, etcd.keyFile].map((file) => file && readRequired(file)));
  const { openEtcd } = await import("../storage/etcd/open.ts");
  try {
    return await openEtcd({
      endpoints: etcd.servers,
      prefix: etcd.prefix,
      ...(ca ? { ca: Buffer.from(ca) } : {}),
      ...(cert && key ? { cert: Buffer.from(cert), key: Buffer.from(key) } : {}),
    });
  } catch (error) {
    throw new StartupError(`cannot use etcd at ${etcd.servers.join(", ")}: ${reasonOf(error)}`, error);
  }
}
