import { apiVersionOf } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { WatchCache } from "../../storage/cache/watch-cache.ts";
import type { ObjectRecord } from "./object-record.ts";
import { Resource } from "./resource.ts";

/** What is served under one group, its versions best first. */
export interface GroupEntry {
  readonly name: string;
  readonly versions: readonly VersionEntry[];
  /** Made of custom kinds only: what is unknown inside it answers in plain text. */
  readonly custom: boolean;
}

export interface VersionEntry {
  readonly version: string;
  /** `apps/v1`, or `v1` for the core group. */
  readonly groupVersion: string;
  /** By plural. */
  readonly resources: ReadonlyMap<string, Resource>;
}

/** The kinds that are served, looked up by group, version and plural. */
export class Registry {
  readonly kinds: readonly KindDefinition[];
  readonly #groups = new Map<string, GroupEntry>();
  readonly #byKeyHead = new Map<string, Resource>();

  constructor(kinds: readonly KindDefinition[], cache: WatchCache<ObjectRecord>) {
    this.kinds = kinds;
    const resources = new Map<string, Resource>();
    const id = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;
    // kinds that others are stored as come first
    for (const kind of [...kinds].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined))) {
      const { storedAs } = kind;
      const storage = storedAs && resources.get(id(storedAs.group, storedAs.version, storedAs.plural));
      const resource = new Resource(kind, cache, storage);
      resources.set(id(kind.group, kind.version, kind.plural), resource);
      if (storage === undefined) this.#byKeyHead.set(resource.keyHead, resource);
    }
    for (const group of new Set(kinds.map((kind) => kind.group))) {
      const ofGroup = kinds.filter((kind) => kind.group === group);
      const versions = [...new Set(ofGroup.map((kind) => kind.version))].sort(compareVersions).map((version) => ({
        version,
        groupVersion: apiVersionOf({ group, version }),
        resources: new Map(
          ofGroup
            .filter((kind) => kind.version === version)
            .map((kind) => [kind.plural, resources.get(id(group, version, kind.plural)) as Resource]),
        ),
      }));
      this.#groups.set(group, { name: group, versions, custom: ofGroup.every((kind) => kind.flavor === "custom") });
    }
  }

  /** Groups in the order of discovery: the core group first if present, the rest by {@link GROUP_PRIORITY}, then by name. */
  get groups(): readonly GroupEntry[] {
    return [...this.#groups.values()].sort(
      (a, b) => priority(b.name) - priority(a.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    );
  }

  group(name: string): GroupEntry | undefined {
    return this.#groups.get(name);
  }

  version(group: string, version: string): VersionEntry | undefined {
    return this.#groups.get(group)?.versions.find((entry) => entry.version === version);
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.version(group, version)?.resources.get(plural);
  }

  /** The resource that stores under a key, told by what precedes the control plane in it. */
  ofKey(key: string): Resource | undefined {
    const first = key.indexOf("/");
    return this.#byKeyHead.get(key.slice(0, key.indexOf("/", first + 1) + 1));
  }
}

/** groupPriorityMinimum of kube-apiserver's own APIServices; groups of custom kinds have 1000. */
const GROUP_PRIORITY: Readonly<Record<string, number>> = {
  "": 18_000,
  "apiregistration.k8s.io": 18_000,
  "events.k8s.io": 17_750,
  "authentication.k8s.io": 17_700,
  "authorization.k8s.io": 17_600,
  "certificates.k8s.io": 17_300,
  "rbac.authorization.k8s.io": 17_000,
  "admissionregistration.k8s.io": 16_700,
  "apiextensions.k8s.io": 16_700,
  "coordination.k8s.io": 16_500,
  "flowcontrol.apiserver.k8s.io": 16_100,
};

const priority = (group: string) => GROUP_PRIORITY[group] ?? 1000;

/**
 * Kubernetes' order of versions, best first: stable, beta, alpha, higher numbers first; names of another form last, by name
 * (k8s.io/apimachinery, pkg/version/helpers.go).
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionRank(a), versionRank(b)];
  if (x === undefined || y === undefined) return x === y ? (a < b ? -1 : a > b ? 1 : 0) : x === undefined ? 1 : -1;
  return y.stage - x.stage || y.major - x.major || y.minor - x.minor;
}

function versionRank(version: string): { stage: number; major: number; minor: number } | undefined {
  const found = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (found === null) return undefined;
  return { stage: found[2] === undefined ? 2 : found[2] === "beta" ? 1 : 0, major: Number(found[1]), minor: Number(found[3] ?? 0) };
}
