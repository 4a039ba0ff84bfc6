import { createHash } from "node:crypto";
import { type KindDefinition, VERBS, type Verb } from "../../apis/kind.ts";
import type { VersionEntry } from "../registry/registry.ts";

/** One entry of an APIResourceList. */
export interface ApiResource {
  name: string;
  singularName: string;
  namespaced: boolean;
  group?: string;
  version?: string;
  kind: string;
  verbs: readonly string[];
  shortNames?: readonly string[];
  categories?: readonly string[];
  storageVersionHash?: string;
}

/** A resource with its subresources, from which both forms of discovery are made. */
export interface DiscoveredResource {
  readonly kind: KindDefinition;
  readonly verbs: readonly string[];
  readonly subresources: readonly DiscoveredSubresource[];
}

export interface DiscoveredSubresource {
  readonly name: string;
  readonly verbs: readonly string[];
  /** Where the subresource speaks in a kind of its own. */
  readonly foreign?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** The order in which the verbs of custom resources are told. */
const CUSTOM_VERBS: readonly Verb[] = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];

const STATUS_VERBS = ["get", "patch", "update"];

/** The resources of a version in the order of discovery: by name. */
export function discoveredResources(version: VersionEntry): DiscoveredResource[] {
  return [...version.resources.values()]
    .map(({ kind, verbs }) => ({
      kind,
      verbs: (kind.flavor === "custom" ? CUSTOM_VERBS : VERBS).filter((verb) => verbs.includes(verb)),
      subresources: subresourcesOf(kind),
    }))
    .sort((a, b) => (a.kind.plural < b.kind.plural ? -1 : 1));
}

function subresourcesOf({ subresources, flavor }: KindDefinition): DiscoveredSubresource[] {
  const all: DiscoveredSubresource[] = [];
  if (subresources.status) all.push({ name: "status", verbs: STATUS_VERBS });
  if (subresources.scale) all.push({ name: "scale", verbs: STATUS_VERBS, foreign: { group: "autoscaling", version: "v1", kind: "Scale" } });
  if (subresources.approval) all.push({ name: "approval", verbs: STATUS_VERBS });
  if (subresources.finalize) all.push({ name: "finalize", verbs: ["update"] });
  if (subresources.token) {
    const { group, version, kind } = subresources.token;
    all.push({ name: "token", verbs: ["create"], foreign: { group, version, kind } });
  }
  return flavor === "custom" ? all : all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Groups whose objects kube-apiserver stores in an older version than it serves: clients may know the hash. */
const STORED_IN: Readonly<Record<string, string>> = { "apiextensions.k8s.io": "v1beta1" };

/** Tells clients whether the stored form of a kind changed (k8s.io/apiserver, pkg/endpoints/discovery/storageversionhash.go). */
export function storageVersionHash(kind: KindDefinition): string {
  let hash = hashes.get(kind);
  if (hash === undefined) {
    const { group, version, kind: name } = kind.storedAs ?? kind;
    hash = createHash("sha256")
      .update(`${group}/${STORED_IN[group] ?? version}/${name}`)
      .digest()
      .subarray(0, 8)
      .toString("base64");
    hashes.set(kind, hash);
  }
  return hash;
}

/** Controllers ask for every group again whenever a definition changes. */
const hashes = new WeakMap<KindDefinition, string>();

/** `/api/v1`, `/apis/{group}/{version}`: an APIResourceList. The core group leaves out its apiVersion. */
export function resourceList(version: VersionEntry): { kind: string; apiVersion?: string; groupVersion: string; resources: ApiResource[] } {
  const resources = discoveredResources(version).flatMap(({ kind, verbs, subresources }): ApiResource[] => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.scope === "Namespaced",
      kind: kind.kind,
      verbs,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}),
      ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      ...(kind.answered ? {} : { storageVersionHash: storageVersionHash(kind) }),
    },
    ...subresources.map(({ name, verbs: subVerbs, foreign }) => ({
      name: `${kind.plural}/${name}`,
      singularName: "",
      namespaced: kind.scope === "Namespaced",
      ...(foreign === undefined ? {} : { group: foreign.group, version: foreign.version }),
      kind: foreign?.kind ?? kind.kind,
      verbs: subVerbs,
    })),
  ]);
  const core = !version.groupVersion.includes("/");
  return { kind: "APIResourceList", ...(core ? {} : { apiVersion: "v1" }), groupVersion: version.groupVersion, resources };
}

/** What `responseKind` says: built-in kinds leave group and version empty, custom ones spell them out. */
export const responseKind = ({ flavor, group, version, kind }: KindDefinition) =>
  flavor === "custom" ? { group, version, kind } : { group: "", version: "", kind };
