import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type DiscoveredResource, preferredResources } from "../runtime/discovery.ts";

export const NAMESPACES: ResourceRef = { group: "", version: "v1", resource: "namespaces" };

/** What could not be removed from a namespace, or not yet. */
export interface Remaining {
  /** `configmaps.` (the resource, a dot, the group): how many are left. */
  readonly resources: ReadonlyMap<string, number>;
  /** How many of what is left have each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** Texts of what failed. */
  readonly failures: readonly string[];
}

/** Deletes everything in a namespace, kind by kind, and tells what is left of it. */
export async function removeContent(client: Client, namespace: string): Promise<Remaining> {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  const present = (await preferredResources(client)).filter(({ namespaced, verbs }) => namespaced && verbs.includes("delete"));
  await Promise.all(
    present.map(async (resource) => {
      try {
        const left = await removeAll(client, resource, namespace);
        if (left.length > 0) resources.set(`${resource.resource}.${resource.group}`, left.length);
        for (const { metadata } of left) {
          for (const finalizer of metadata.finalizers ?? []) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
        }
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
      }
    }),
  );
  return { resources, finalizers, failures };
}

/** The objects that are left after everything that can go has gone. */
async function removeAll(client: Client, resource: DiscoveredResource, namespace: string): Promise<KubeObject[]> {
  if (!resource.verbs.includes("list")) return [];
  const list = () => client.list(resource, namespace);
  const before = await list();
  if (before.items.length === 0) return [];
  if (resource.verbs.includes("deletecollection")) {
    await client.deleteCollection(resource, namespace, { propagationPolicy: "Background" });
  } else {
    for (const { metadata } of before.items) {
      await client.delete(resource, { namespace, name: metadata.name as string }, { propagationPolicy: "Background" }).catch((error) => {
        if (!isReason(error, "NotFound")) throw error;
      });
    }
  }
  return (await list()).items;
}
