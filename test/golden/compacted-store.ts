import path from "node:path";
import type { EtcdFlags } from "../../cmd/flags.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import { openEtcd } from "../../storage/etcd/open.ts";
import { freshEtcd, temporaryFolder } from "../tools/server.ts";

/** Recordings ask for these as for what is long gone (the recordings' README). */
const GONE = 3;

/** Where the server of a test finds a store whose first revisions have been compacted. */
export async function compactFirstRevisions(): Promise<{ readonly dataDir: string; readonly etcd: EtcdFlags | undefined }> {
  const dataDir = await temporaryFolder();
  const etcd = freshEtcd();
  const storage =
    etcd === undefined
      ? await openEmbedded({ folder: path.join(dataDir, "store"), now: Date.now })
      : await openEtcd({ endpoints: etcd.servers, prefix: etcd.prefix });
  try {
    while ((await storage.currentRevision()) <= GONE) {
      const written = await storage.create("core/configmaps/root/golden/first", new Uint8Array());
      if (written.ok) await storage.delete("core/configmaps/root/golden/first", written.revision);
    }
    await storage.compact(GONE + 1);
  } finally {
    await storage.close();
  }
  return { dataDir, etcd };
}
