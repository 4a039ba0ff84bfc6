import type { NamespaceReader } from "../../admission/namespace-lifecycle.ts";
import type { Storage } from "../../storage/storage.ts";
import type { Registry } from "./registry.ts";

/** Reads namespaces from the cache; one that the cache does not have is looked up in the store before it counts as absent. */
export function namespaceReader(registry: Registry, storage: Storage): NamespaceReader {
  const resource = registry.find("", "v1", "namespaces");
  if (resource === undefined) throw new Error("the kind Namespace is not served");
  return {
    phase(controlPlane, name) {
      const collection = resource.collection(controlPlane);
      const key = resource.key(controlPlane, "", name);
      const cached = collection instanceof Promise ? undefined : collection.get(key);
      if (cached !== undefined) return cached.fields["status.phase"];
      return (async () => {
        await collection;
        const stored = await storage.get(key);
        return stored === undefined ? undefined : resource.record(stored).fields["status.phase"];
      })();
    },
  };
}
