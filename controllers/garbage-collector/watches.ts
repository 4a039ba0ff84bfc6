import type { KubeObject } from "../../apimachinery/object.ts";
import type { Client } from "../../client/client.ts";
import type { DiscoveredResource } from "../runtime/discovery.ts";
import { type Mirror, Reflector } from "../runtime/reflector.ts";
import type { Graph } from "./graph.ts";

/** Neither owners nor owned (kubernetes, pkg/controller/garbagecollector, DefaultIgnoredResources). */
const IGNORED = new Set(["events.", "events.events.k8s.io"]);

const idOf = ({ group, resource }: DiscoveredResource) => `${resource}.${group}`;

const isWatched = (resource: DiscoveredResource) =>
  resource.preferred && !IGNORED.has(idOf(resource)) && ["delete", "list", "watch"].every((verb) => resource.verbs.includes(verb));

/** Feeds the graph from one watch for each kind of object, in the version that its group prefers. */
export class Watches {
  readonly #client: Client;
  readonly #graph: Graph;
  readonly #onError: (error: unknown) => void;
  readonly #present = new Map<string, ResourceWatch>();
  readonly #running = new Set<Promise<void>>();
  #markSynced = () => {};

  /** Resolves when every kind has told its objects for the first time. */
  readonly synced: Promise<void>;

  /** @param onError told of watches that failed; they are tried again */
  constructor(client: Client, graph: Graph, onError: (error: unknown) => void) {
    this.#client = client.metadataOnly;
    this.#graph = graph;
    this.#onError = onError;
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
  }

  /** Every object of every kind has been told: what has no dependents in the graph has none. */
  get areSynced(): boolean {
    return [...this.#present.values()].every(({ isSynced }) => isSynced);
  }

  /** Watches these resources from now on, and no others. Objects of a kind that is no longer served leave the graph. */
  follow(resources: readonly DiscoveredResource[]): void {
    const wanted = new Map(resources.filter(isWatched).map((resource) => [idOf(resource), resource]));
    for (const [id, watch] of this.#present) {
      const successor = wanted.get(id);
      if (successor?.version === watch.resource.version) continue;
      this.#present.delete(id);
      watch.stop();
      if (successor === undefined) watch.forget();
    }
    for (const [id, resource] of wanted) {
      if (this.#present.has(id)) continue;
      const watch = new ResourceWatch(this.#client, resource, this.#graph, this.#onError, () => {
        if (this.areSynced) this.#markSynced();
      });
      this.#present.set(id, watch);
      const running = watch.run().finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  async close(): Promise<void> {
    for (const watch of this.#present.values()) watch.stop();
    await Promise.all(this.#running);
  }
}

class ResourceWatch implements Mirror<KubeObject> {
  readonly resource: DiscoveredResource;
  readonly #graph: Graph;
  readonly #reflector: Reflector<KubeObject>;
  readonly #stopping = new AbortController();
  /** Uids of what was there before the present state came, and did not come again yet. */
  #before = new Set<string>();
  readonly #onSynced: () => void;
  #isSynced = false;

  constructor(client: Client, resource: DiscoveredResource, graph: Graph, onError: (error: unknown) => void, onSynced: () => void) {
    this.resource = resource;
    this.#graph = graph;
    this.#onSynced = onSynced;
    this.#reflector = new Reflector(client, resource, this, onError);
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  run(): Promise<void> {
    return this.#reflector.run(this.#stopping.signal);
  }

  stop(): void {
    this.#stopping.abort();
  }

  /** Takes all objects of the kind out of the graph. */
  forget(): void {
    for (const uid of this.#uids()) this.#graph.remove(uid);
  }

  begin(): void {
    this.#before = this.#uids();
  }

  put({ metadata }: KubeObject): void {
    if (this.#stopping.signal.aborted) return;
    this.#before.delete(metadata.uid as string);
    this.#graph.put(this.resource, metadata);
  }

  remove({ metadata }: KubeObject): void {
    if (!this.#stopping.signal.aborted) this.#graph.remove(metadata.uid as string);
  }

  end(): void {
    for (const uid of this.#before) this.#graph.remove(uid);
    this.#before.clear();
    this.#isSynced = true;
    this.#onSynced();
  }

  #uids(): Set<string> {
    const uids = new Set<string>();
    const id = idOf(this.resource);
    for (const { uid, resource } of this.#graph.nodes()) if (idOf(resource) === id) uids.add(uid);
    return uids;
  }
}
