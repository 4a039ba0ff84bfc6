import type { EtcdFlags } from "../../cmd/flags.ts";
import { openEtcd } from "../../storage/etcd/open.ts";
import { freshEtcd } from "../tools/server.ts";

/** Recordings ask for these as for what is long gone (the recordings' README). */
const GONE = 3;

/** Where in etcd a test's server stores, once the first revisions have been compacted; the embedded store begins without them. */
export async function etcdWithoutFirstRevisions(): Promise<EtcdFlags | undefined> {
  const etcd = freshEtcd();
  if (etcd === undefined) return undefined;
  const storage = await openEtcd({ endpoints: etcd.servers, prefix: etcd.prefix });
  try {
    while ((await storage.currentRevision()) <= GONE) {
      const written = await storage.create("core/configmaps/root/golden/first", new Uint8Array());
      if (written.ok) await storage.delete("core/configmaps/root/golden/first", written.revision);
    }
    await storage.compact(GONE + 1);
  } finally {
    await storage.close();
  }
  return etcd;
}
