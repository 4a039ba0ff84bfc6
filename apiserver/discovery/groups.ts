import type { GroupEntry, Registry } from "../registry/registry.ts";

/** `/api`: the versions of the core group. The document says no apiVersion, as in kube-apiserver. */
export function coreVersions(registry: Registry, serverAddress: string) {
  const versions = registry.group("")?.versions.map(({ version }) => version) ?? [];
  return { kind: "APIVersions", versions, serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }] };
}

function groupFields({ name, versions }: GroupEntry) {
  const listed = versions.map(({ groupVersion, version }) => ({ groupVersion, version }));
  return { name, versions: listed, preferredVersion: listed[0] };
}

/** `/apis/{group}`: an APIGroup. */
export const groupDocument = (group: GroupEntry) => ({ kind: "APIGroup", apiVersion: "v1", ...groupFields(group) });

/** `/apis`: an APIGroupList, the core group left out. */
export const groupList = (registry: Registry) => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: registry.groups.filter(({ name }) => name !== "").map(groupFields),
});
