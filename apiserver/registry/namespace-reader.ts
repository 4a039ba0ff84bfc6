import type { NamespaceReader } from "../../admission/namespace-lifecycle.ts";
import type { Storage } from "../../storage/storage.ts";
import { whenThere } from "../eventual.ts";
import { ObjectReader } from "./object-reader.ts";
import type { Registry } from "./registry.ts";

/** Reads the phases of namespaces. */
export function namespaceReader(registry: Registry, storage: Storage): NamespaceReader {
  const namespaces = new ObjectReader(registry, storage, "", "v1", "namespaces");
  return {
    phase: (controlPlane, name) => whenThere(namespaces.cached(controlPlane, "", name), (record) => record?.fields["status.phase"]),
  };
}
