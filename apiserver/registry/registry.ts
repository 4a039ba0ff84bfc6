import { compareVersions } from "../../apimachinery/kube-version.ts";
import { apiVersionOf } from "../../apimachinery/object.ts";
import type { KindDefinition, StoredAs } from "../../apis/kind.ts";
import type { WatchCache } from "../../storage/cache/watch-cache.ts";
import type { ObjectRecord } from "./object-record.ts";
import { keyHeadOf, Resource } from "./resource.ts";

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

/** The kinds that CustomResourceDefinitions bring, each with all its versions, the stored one among them. */
export interface DefinedKinds {
  readonly versions: readonly KindDefinition[];
  /** The definition is being deleted: nothing new is created. */
  readonly terminating: boolean;
}

/**
 * The kinds that are served, looked up by group, version and plural. Some are there from the start; others come, change and go with
 * CustomResourceDefinitions.
 */
export class Registry {
  readonly #cache: WatchCache<ObjectRecord>;
  readonly #groups = new Map<string, GroupEntry>();
  /** Of each group all resources, those of versions that are not served too. */
  readonly #resources = new Map<string, Resource[]>();
  readonly #byKeyHead = new Map<string, Resource>();
  readonly #defined = new Map<string, readonly Resource[]>();
  /** Where what is there from the start lies. */
  readonly #fixed: ReadonlySet<string>;
  #kinds: readonly KindDefinition[] | undefined;
  #changes = 0;

  constructor(kinds: readonly KindDefinition[], cache: WatchCache<ObjectRecord>) {
    this.#cache = cache;
    this.#add(kinds);
    this.#fixed = new Set(this.#byKeyHead.keys());
    for (const group of new Set(kinds.map((kind) => kind.group))) this.#arrange(group);
  }

  /** Every kind in every version that is served. The array is another one after every change. */
  get kinds(): readonly KindDefinition[] {
    this.#kinds ??= [...this.#resources.values()].flatMap((resources) => resources.filter(isServed).map(({ kind }) => kind));
    return this.#kinds;
  }

  /** How often what is served has changed: what was made of it is good while this stays. */
  get changes(): number {
    return this.#changes;
  }

  /**
   * Serves what a definition says from now on, in place of what it said before; undefined: nothing any more. What was cached is read anew
   * under the new schema, and watches end. The very same kinds leave everything as it is. What is served from the start cannot be defined.
   * @param name the definition's
   */
  define(name: string, defined: DefinedKinds | undefined): void {
    const before = this.#defined.get(name) ?? [];
    const versions = (defined?.versions ?? []).filter((kind) => !this.#fixed.has(keyHeadOf(kind)));
    const same = before.length === versions.length && before.every(({ kind }, index) => kind === versions[index]);
    if (!same) {
      for (const resource of before) this.#remove(resource);
      this.#defined.delete(name);
      if (versions.length > 0) this.#defined.set(name, this.#add(versions));
      for (const { keyHead } of new Set([...before, ...(this.#defined.get(name) ?? [])])) this.#cache.forget(keyHead);
    }
    for (const resource of this.#defined.get(name) ?? []) resource.terminating = defined?.terminating ?? false;
    for (const group of new Set([...before.map(({ kind }) => kind.group), ...versions.map((kind) => kind.group)])) this.#arrange(group);
    this.#changes += 1;
    this.#kinds = undefined;
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

  /** All that are stored where a resource is, in every version, itself among them. */
  storedLike({ storage }: Resource): readonly Resource[] {
    return [...this.#resources.values()].flatMap((resources) => resources.filter((other) => other.storage === storage));
  }

  /** The resource that stores under a key, told by what precedes the control plane in it. */
  ofKey(key: string): Resource | undefined {
    const first = key.indexOf("/");
    return this.#byKeyHead.get(key.slice(0, key.indexOf("/", first + 1) + 1));
  }

  /** The resources of these kinds, in their order. */
  #add(kinds: readonly KindDefinition[]): readonly Resource[] {
    const added = new Map<KindDefinition, Resource>();
    // kinds that others are stored as come first
    for (const kind of [...kinds].sort((a, b) => Number(a.storedAs !== undefined) - Number(b.storedAs !== undefined))) {
      const { storedAs } = kind;
      const storage = storedAs && [...added.values()].find(({ kind: other }) => isKind(other, storedAs));
      const resource = new Resource(kind, this.#cache, storage);
      added.set(kind, resource);
      if (storage === undefined) this.#byKeyHead.set(resource.keyHead, resource);
    }
    const resources = kinds.map((kind) => added.get(kind) as Resource);
    for (const resource of resources) {
      const ofGroup = this.#resources.get(resource.kind.group);
      if (ofGroup === undefined) this.#resources.set(resource.kind.group, [resource]);
      else ofGroup.push(resource);
    }
    return resources;
  }

  #remove(resource: Resource): void {
    const { group } = resource.kind;
    this.#resources.set(
      group,
      (this.#resources.get(group) ?? []).filter((other) => other !== resource),
    );
    if (resource.storage === resource) this.#byKeyHead.delete(resource.keyHead);
  }

  /** Makes what a group is seen as; without a version that is served it is gone. */
  #arrange(group: string): void {
    const resources = (this.#resources.get(group) ?? []).filter(isServed);
    if (resources.length === 0) {
      this.#groups.delete(group);
      return;
    }
    const versions = [...new Set(resources.map(({ kind }) => kind.version))].sort(compareVersions).map((version) => ({
      version,
      groupVersion: apiVersionOf({ group, version }),
      resources: new Map(resources.filter(({ kind }) => kind.version === version).map((resource) => [resource.kind.plural, resource])),
    }));
    this.#groups.set(group, { name: group, versions, custom: resources.every(({ custom }) => custom) });
  }
}

const isServed = ({ kind }: Resource): boolean => kind.served !== false;

const isKind = (kind: KindDefinition, { group, version, plural }: StoredAs): boolean =>
  kind.group === group && kind.version === version && kind.plural === plural;

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
