/** The documents of discovery in protobuf (generated.proto of k8s.io/apimachinery, meta/v1, and of k8s.io/api, apidiscovery/v2). */
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { type Message, message } from "./message.ts";
import { listMeta, objectMeta } from "./messages.ts";
import { WireWriter } from "./wire-writer.ts";
import { writeMessage } from "./write-message.ts";

const serverAddress = message("ServerAddressByClientCIDR", [1, "clientCIDR", "string"], [2, "serverAddress", "string"]);

const apiVersions = message(
  "APIVersions",
  [1, "versions", "string", "repeated"],
  [2, "serverAddressByClientCIDRs", serverAddress, "repeated"],
);

const groupVersion = message("GroupVersionForDiscovery", [1, "groupVersion", "string"], [2, "version", "string"]);

const apiGroup = message(
  "APIGroup",
  [1, "name", "string"],
  [2, "versions", groupVersion, "repeated"],
  [3, "preferredVersion", groupVersion],
  [4, "serverAddressByClientCIDRs", serverAddress, "repeated"],
);

const apiGroupList = message("APIGroupList", [1, "groups", apiGroup, "repeated"]);

const apiResource = message(
  "APIResource",
  [1, "name", "string"],
  [2, "namespaced", "bool"],
  [3, "kind", "string"],
  [4, "verbs", message("Verbs", [1, "items", "string", "repeated"]), "pointer"],
  [5, "shortNames", "string", "repeated"],
  [6, "singularName", "string"],
  [7, "categories", "string", "repeated"],
  [8, "group", "string"],
  [9, "version", "string"],
  [10, "storageVersionHash", "string"],
);

const apiResourceList = message("APIResourceList", [1, "groupVersion", "string"], [2, "resources", apiResource, "repeated"]);

const groupVersionKind = message("GroupVersionKind", [1, "group", "string"], [2, "version", "string"], [3, "kind", "string"]);

const subresource = message(
  "APISubresourceDiscovery",
  [1, "subresource", "string"],
  [2, "responseKind", groupVersionKind, "pointer"],
  [3, "acceptedTypes", groupVersionKind, "repeated"],
  [4, "verbs", "string", "repeated"],
);

const resource = message(
  "APIResourceDiscovery",
  [1, "resource", "string"],
  [2, "responseKind", groupVersionKind, "pointer"],
  [3, "scope", "string"],
  [4, "singularResource", "string"],
  [5, "verbs", "string", "repeated"],
  [6, "shortNames", "string", "repeated"],
  [7, "categories", "string", "repeated"],
  [8, "subresources", subresource, "repeated"],
);

const version = message(
  "APIVersionDiscovery",
  [1, "version", "string"],
  [2, "resources", resource, "repeated"],
  [3, "freshness", "string"],
);

const group = message("APIGroupDiscovery", [1, "metadata", objectMeta], [2, "versions", version, "repeated"]);

const groupDiscoveryList = message("APIGroupDiscoveryList", [1, "metadata", listMeta], [2, "items", group, "repeated"]);

const DOCUMENTS: ReadonlyMap<string, Message> = new Map(
  [apiVersions, apiGroup, apiGroupList, apiResourceList, groupDiscoveryList].map((document) => [document.name, document]),
);

/** The bare message of a document of discovery; undefined for anything else. */
export function encodeDiscovery(document: { readonly kind: string }): Buffer | undefined {
  const found = DOCUMENTS.get(document.kind);
  if (found === undefined) return undefined;
  const writer = new WireWriter();
  writeMessage(writer, found, (found === apiResourceList ? withVerbLists(document) : document) as unknown as JsonObject);
  return writer.finish();
}

/** What is a list in JSON is a message of its own here. */
function withVerbLists(document: object): object {
  const { resources = [] } = document as { resources?: readonly { verbs: readonly string[] }[] };
  return { ...document, resources: resources.map((entry) => ({ ...entry, verbs: { items: entry.verbs } })) };
}
