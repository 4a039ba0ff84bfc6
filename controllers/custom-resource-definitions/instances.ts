import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { Client, ResourceRef } from "../../client/client.ts";

/**
 * Asks for the deletion of every object of a definition's kind, namespace by namespace, and tells how many are left: those that something
 * holds. Fails with what the server says.
 */
export async function deleteInstances(client: Client, { spec }: CustomResourceDefinition): Promise<number> {
  const served = spec.versions.find((version) => version.served);
  if (served === undefined) throw new Error("no version is served");
  const resource: ResourceRef = { group: spec.group, version: served.name, resource: spec.names.plural };
  const list = async () => (await client.metadataOnly.list(resource)).items;
  const namespaces = new Set((await list()).map(({ metadata }) => metadata.namespace));
  for (const namespace of namespaces) await client.deleteCollection(resource, namespace);
  return namespaces.size === 0 ? 0 : (await list()).length;
}
