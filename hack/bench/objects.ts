import { createHash } from "node:crypto";
import path from "node:path";
import { kinds } from "../../apis/kinds.ts";
import { ObjectCodec } from "../../apiserver/registry/object-codec.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";

export const NAMESPACE = "default";
export const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;

/** A ConfigMap that takes about 1 KB as served, and half of that packed. */
export function configMap(name: string) {
  const value = (index: number) => createHash("sha256").update(`${name} ${index}`).digest("hex");
  const data = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`key-${index}`, value(index)]));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: NAMESPACE }, data };
}

/** Puts ConfigMaps into the store of a server that does not run, without the server: it is their number that counts. */
export async function fill(dataDir: string, count: number): Promise<void> {
  const kind = kinds.find(({ group, plural }) => group === "" && plural === "configmaps");
  if (kind === undefined) throw new Error("ConfigMaps are not served");
  const codec = new ObjectCodec(kind, (object) => object);
  const storage = await openEmbedded({ folder: path.join(dataDir, "store"), now: Date.now });
  try {
    const writes: Promise<unknown>[] = [];
    for (let index = 0; index < count; index++) {
      const { metadata, ...rest } = configMap(`filled-${String(index).padStart(6, "0")}`);
      const uid = `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
      const object = { ...rest, metadata: { ...metadata, uid, creationTimestamp: "2026-01-01T00:00:00Z" } };
      writes.push(storage.create(`core/configmaps/root/${NAMESPACE}/${metadata.name}`, codec.encode(object)));
      if (writes.length === 5_000) await Promise.all(writes.splice(0));
    }
    await Promise.all(writes);
  } finally {
    await storage.close();
  }
}
