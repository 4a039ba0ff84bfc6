import type { Storage } from "../../storage/storage.ts";
import type { HealthCheck } from "./health.ts";

/**
 * The checks of what the server stores in, named after it: `etcd` and `etcd-readiness` as in kube-apiserver, or `embedded`; and that of the
 * watch cache, which passes once everything in the store has come through its stream.
 *
 * That etcd is away counts for `/livez` too, as in kube-apiserver. What breaks a store of one's own is the disk: no start of the server mends
 * that, and it can still be read.
 */
export function storageChecks(storage: Storage, cache: { check(): Promise<void> }): HealthCheck[] {
  const check = () => storage.check();
  return [
    { name: storage.name, readinessOnly: storage.exclusive, check },
    ...(storage.exclusive ? [] : [{ name: `${storage.name}-readiness`, readinessOnly: true, check }]),
    { name: "watch-cache", readinessOnly: true, check: () => cache.check() },
  ];
}
