import type { Client, ResourceRef } from "../../client/client.ts";

/** A resource as discovery tells it. */
export interface DiscoveredResource extends ResourceRef {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface GroupList {
  readonly groups: readonly { readonly name: string; readonly preferredVersion: { readonly version: string } }[];
}

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/** All resources in the version that their group prefers, subresources left out (k8s.io/client-go, discovery). */
export async function preferredResources(client: Client): Promise<DiscoveredResource[]> {
  const { groups } = await client.document<GroupList>("/apis");
  const versions = [
    { group: "", version: "v1", path: "/api/v1" },
    ...groups.map(({ name, preferredVersion: { version } }) => ({ group: name, version, path: `/apis/${name}/${version}` })),
  ];
  const lists = await Promise.all(
    versions.map(async ({ group, version, path }) => {
      const { resources } = await client.document<ResourceList>(path);
      return resources
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, kind, namespaced, verbs }) => ({ group, version, resource: name, kind, namespaced, verbs }));
    }),
  );
  return lists.flat();
}
