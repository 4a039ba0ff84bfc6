import type { KubeObject } from "../../apimachinery/object.ts";
import { isCountable, namesOfCount } from "../../apis/core/v1/resource-quota.ts";
import type { Client } from "../../client/client.ts";
import type { DiscoveredResource } from "../runtime/discovery.ts";
import { Reflector } from "../runtime/reflector.ts";

const idOf = ({ group, resource }: DiscoveredResource) => `${resource}.${group}`;

/** The resources that quotas count, watched as long as one of them does: only of what is counted has anybody to know. */
export class CountedResources {
  readonly #client: Client;
  readonly #onChange: (namespace: string, resource: DiscoveredResource) => void;
  readonly #onError: (error: unknown) => void;
  /** By the names that limits may have. */
  #served: ReadonlyMap<string, DiscoveredResource> = new Map();
  readonly #watches = new Map<string, AbortController>();
  readonly #running = new Set<Promise<void>>();

  /** @param onChange told of every object that comes, changes or goes */
  constructor(client: Client, onChange: (namespace: string, resource: DiscoveredResource) => void, onError: (error: unknown) => void) {
    this.#client = client.metadataOnly;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /** These are served from now on. */
  serve(resources: readonly DiscoveredResource[]): void {
    const counted = resources.filter(({ preferred, namespaced, verbs }) => preferred && namespaced && verbs.includes("list"));
    this.#served = new Map(
      counted.filter(isCountable).flatMap((resource) => namesOfCount(resource).map((name) => [name, resource] as const)),
    );
  }

  /** The resource that a limit counts: `count/leases.coordination.k8s.io`, `secrets`. Undefined for what is measured otherwise, or not served. */
  named(limit: string): DiscoveredResource | undefined {
    return this.#served.get(limit);
  }

  /** How many objects there are in a namespace. */
  async count(resource: DiscoveredResource, namespace: string): Promise<number> {
    let counted = 0;
    let next: string | undefined;
    do {
      const page = await this.#client.list(resource, namespace, { limit: counted === 0 ? 1 : 500, continue: next });
      const { remainingItemCount, continue: token } = page.metadata ?? {};
      counted += page.items.length;
      // a list without selectors says how many more there are
      if (remainingItemCount !== undefined) return counted + Number(remainingItemCount);
      next = token;
    } while (next);
    return counted;
  }

  /** Watches what these limits count, and nothing else any more. */
  follow(limits: Iterable<string>): void {
    const wanted = new Map<string, DiscoveredResource>();
    for (const limit of limits) {
      const resource = this.named(limit);
      if (resource !== undefined) wanted.set(`${idOf(resource)}/${resource.version}`, resource);
    }
    for (const [id, watch] of this.#watches) {
      if (wanted.has(id)) continue;
      this.#watches.delete(id);
      watch.abort();
    }
    for (const [id, resource] of wanted) if (!this.#watches.has(id)) this.#watch(id, resource);
  }

  async close(): Promise<void> {
    this.follow([]);
    await Promise.all(this.#running);
  }

  #watch(id: string, resource: DiscoveredResource): void {
    const stopping = new AbortController();
    this.#watches.set(id, stopping);
    const tell = ({ metadata }: KubeObject) => this.#onChange(metadata.namespace ?? "", resource);
    const mirror = { begin() {}, put: tell, remove: tell, end() {} };
    const running = new Reflector(this.#client, resource, mirror, this.#onError)
      .run(stopping.signal)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }
}
