import type { QuotaStore } from "../../admission/resource-quota.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { ResourceQuota } from "../../apis/core/v1/resource-quota.ts";
import type { Storage } from "../../storage/storage.ts";
import type { FieldManagers } from "../apply/field-managers.ts";
import { whenThere } from "../eventual.ts";
import type { Registry } from "./registry.ts";
import { writeObject } from "./write-object.ts";

const NONE: readonly ResourceQuota[] = [];

/** The server itself, as the owner of what it writes down. */
const MANAGER = "kube-apiserver";

/** Reads quotas where all reads are, in the watch cache, and writes their use with everybody else's writes. */
export function quotaStore(registry: Registry, storage: Storage, fieldManagers: FieldManagers, now: () => number): QuotaStore {
  const resource = registry.find("", "v1", "resourcequotas");
  if (resource === undefined) throw new Error("the resource resourcequotas is not served");
  return {
    exclusive: storage.exclusive,
    quotas(controlPlane, namespace, fresh) {
      const prefix = resource.prefix(controlPlane, namespace);
      if (fresh && !storage.exclusive) {
        return storage.scan({ prefix }).then(({ items }) => items.map((stored) => resource.record(stored).object()));
      }
      return whenThere(resource.collection(controlPlane), (collection) =>
        collection.size === 0 ? NONE : [...collection.snapshot().range(prefix)].map((record) => record.object()),
      );
    },
    async use(controlPlane, quota, used) {
      const { name = "", namespace = "", resourceVersion } = quota.metadata;
      const object: KubeObject = { ...quota, metadata: { ...quota.metadata }, status: { ...quota.status, used } };
      const write = { manager: MANAGER, part: "status", time: formatTime(now()) } as const;
      fieldManagers.of(resource).trackUpdate(quota, object, write);
      const key = resource.key(controlPlane, namespace, name);
      const { result } = await writeObject(resource, object, {}, (bytes) => storage.update(key, bytes, Number(resourceVersion)));
      return result.ok;
    },
  };
}
