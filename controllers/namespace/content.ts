import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type DiscoveredResource, discover } from "../runtime/discovery.ts";

export const NAMESPACES: ResourceRef = { group: "", version: "v1", resource: "namespaces" };

/** What could not be removed from a namespace, or not yet. */
export interface Remaining {
  /** Texts of why versions could not be asked for their resources: what they hold may be left. */
  readonly undiscovered: readonly string[];
  /** Texts of what failed. */
  readonly failures: readonly string[];
  /** `configmaps.` (the resource, a dot, the group): how many are left. */
  readonly resources: ReadonlyMap<string, number>;
  /** How many of what is left have each finalizer. */
  readonly finalizers: ReadonlyMap<string, number>;
}

export const isEmpty = ({ undiscovered, failures, resources }: Remaining): boolean =>
  undiscovered.length === 0 && failures.length === 0 && resources.size === 0;

/** Deletes everything in a namespace, kind by kind, and tells what is left of it. */
export async function removeContent(client: Client, namespace: string): Promise<Remaining> {
  const resources = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: string[] = [];
  const discovery = await discover(client);
  const present = discovery.resources.filter(({ preferred, namespaced, verbs }) => preferred && namespaced && verbs.includes("delete"));
  await Promise.all(
    present.map(async (resource) => {
      try {
        const left = await removeAll(client, resource, namespace);
        if (left.length === 0) return;
        resources.set(`${resource.resource}.${resource.group}`, left.length);
        const holding = left.flatMap(({ metadata }) => metadata.finalizers ?? []);
        for (const finalizer of holding) finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
        if (holding.length === 0) {
          const { group, version, resource: name } = resource;
          failures.push(`unexpected items still remain in namespace: ${namespace} for gvr: ${group}/${version}, Resource=${name}`);
        }
      } catch (error) {
        // of a kind that is served no longer nothing is left
        if (!isReason(error, "NotFound") && !isReason(error, "MethodNotAllowed")) failures.push(textOf(error));
      }
    }),
  );
  const undiscovered = [...discovery.failures].map(([version, error]) => `${version}: ${textOf(error)}`);
  return { undiscovered, failures, resources, finalizers };
}

/** The objects that are left after everything that can go has gone. */
async function removeAll(client: Client, resource: DiscoveredResource, namespace: string): Promise<KubeObject[]> {
  if (!resource.verbs.includes("list")) return [];
  const list = async () => (await client.metadataOnly.list(resource, namespace)).items;
  const left = await removeOnce(client, resource, namespace, list);
  // a create that was let through before the namespace was marked may be stored only now
  const isLate = left.some(({ metadata }) => metadata.deletionTimestamp === undefined);
  return isLate ? removeOnce(client, resource, namespace, list) : left;
}

async function removeOnce(
  client: Client,
  resource: DiscoveredResource,
  namespace: string,
  list: () => Promise<KubeObject[]>,
): Promise<KubeObject[]> {
  if (resource.verbs.includes("deletecollection")) {
    await client.deleteCollection(resource, namespace, { propagationPolicy: "Background" });
  } else {
    for (const { metadata } of await list()) {
      await client.delete(resource, { namespace, name: metadata.name as string }, { propagationPolicy: "Background" }).catch((error) => {
        if (!isReason(error, "NotFound")) throw error;
      });
    }
  }
  return list();
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
