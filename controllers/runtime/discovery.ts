import { apiVersionOf } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Surroundings, workOn } from "./controller.ts";
import { Reflector } from "./reflector.ts";
import { WorkQueue } from "./work-queue.ts";

/** A resource in one version, as discovery tells it. */
export interface DiscoveredResource extends ResourceRef {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Of the versions that have the resource the one that the group prefers, else the first. */
  readonly preferred: boolean;
}

export interface Discovery {
  /** Subresources left out. */
  readonly resources: readonly DiscoveredResource[];
  /** Why versions could not be asked, by `{group}/{version}`. */
  readonly failures: ReadonlyMap<string, unknown>;
}

interface GroupList {
  readonly groups: readonly {
    readonly name: string;
    readonly versions: readonly { readonly version: string }[];
    readonly preferredVersion: { readonly version: string };
  }[];
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** All resources that are served, in all versions (k8s.io/client-go, discovery). Rejects when not even the groups can be had. */
export async function discover(client: Client): Promise<Discovery> {
  const { groups } = await client.document<GroupList>("/apis");
  const failures = new Map<string, unknown>();
  const ofVersion = async (group: string, version: string): Promise<Omit<DiscoveredResource, "preferred">[]> => {
    const groupVersion = apiVersionOf({ group, version });
    try {
      const { resources } = await client.document<ResourceList>(group === "" ? `/api/${version}` : `/apis/${groupVersion}`);
      return resources
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, kind, namespaced, verbs }) => ({ group, version, resource: name, kind, namespaced, verbs }));
    } catch (error) {
      // it went after the groups were told
      if (!isReason(error, "NotFound")) failures.set(groupVersion, error);
      return [];
    }
  };
  const ofGroup = async (group: string, versions: readonly string[]): Promise<DiscoveredResource[]> => {
    const seen = new Set<string>();
    const lists = await Promise.all(versions.map((version) => ofVersion(group, version)));
    return lists.flat().map((resource) => {
      const preferred = !seen.has(resource.resource);
      seen.add(resource.resource);
      return { ...resource, preferred };
    });
  };
  const resources = await Promise.all([
    ofGroup("", ["v1"]),
    ...groups.map(({ name, versions, preferredVersion }) =>
      ofGroup(name, [...new Set([preferredVersion.version, ...versions.map(({ version }) => version)])]),
    ),
  ]);
  return { resources: resources.flat(), failures };
}

const DEFINITIONS: ResourceRef = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };

/** Tells what is served, and again whenever a CustomResourceDefinition changed, until `signal` aborts. @param name the controller's, for its log */
export async function followDiscovery(
  name: string,
  surroundings: Surroundings,
  signal: AbortSignal,
  told: (discovery: Discovery) => void,
): Promise<void> {
  const { client, log } = surroundings;
  const queue = new WorkQueue();
  const ask = () => queue.add("discovery");
  const mirror = { begin() {}, put: ask, remove: ask, end: ask };
  const definitions = new Reflector(client.metadataOnly, DEFINITIONS, mirror, (error) =>
    log.error({ controller: name, err: error }, "watch failed"),
  );
  const work = workOn(name, queue, 1, surroundings, signal, async () => {
    const discovery = await discover(client);
    told(discovery);
    // what could not be asked is asked again later
    for (const error of discovery.failures.values()) throw error;
    return undefined;
  });
  await Promise.all([definitions.run(signal), work]);
}
