import { apiVersionOf } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client } from "../../client/client.ts";
import type { DiscoveredResource } from "../runtime/discovery.ts";
import { AbsentOwners } from "./absent-owners.ts";
import type { Graph } from "./graph.ts";
import { type Node, type Owner, stateOf } from "./node.ts";

/**
 * - `there`: it exists, and its dependents may stay
 * - `unseen`: the same, but the graph does not know it yet: its end might not be told
 * - `waiting`: it exists, and waits for its dependents to go
 * - `absent`: nothing of that uid has that name
 * - `unknown`: nothing can be said: the kind is not served, or cannot own the object
 */
export type Verdict = "there" | "unseen" | "waiting" | "absent" | "unknown";

/**
 * Finds out what has become of owners. The graph's word is enough for one that stays; before a dependent pays for it, the server is asked
 * whether the owner's name still stands for that uid.
 */
export class Judge {
  readonly #client: Client;
  readonly #graph: Graph;
  readonly #absent = new AbsentOwners();
  /** By apiVersion and kind. */
  #kinds: ReadonlyMap<string, DiscoveredResource> = new Map();

  constructor(client: Client, graph: Graph) {
    this.#client = client.metadataOnly;
    this.#graph = graph;
  }

  /** What is served from now on. */
  follow(resources: readonly DiscoveredResource[]): void {
    this.#kinds = new Map(resources.map((resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource]));
  }

  async ownerOf(node: Node, owner: Owner): Promise<Verdict> {
    const known = this.#graph.ownerState(node, owner);
    if (known !== undefined && known !== "waiting") return "there";
    const resource = this.#kinds.get(`${owner.apiVersion} ${owner.kind}`);
    if (resource === undefined || (resource.namespaced && node.namespace === "")) return "unknown";
    const key = JSON.stringify([resource.namespaced ? node.namespace : "", owner.apiVersion, owner.kind, owner.name, owner.uid]);
    if (this.#absent.has(key)) return "absent";
    try {
      const { metadata } = await this.#client.get(resource, {
        ...(resource.namespaced && { namespace: node.namespace }),
        name: owner.name,
      });
      if (metadata.uid === owner.uid) {
        if (stateOf(metadata) === "waiting") return "waiting";
        return this.#graph.get(owner.uid) === undefined ? "unseen" : "there";
      }
    } catch (error) {
      if (!isReason(error, "NotFound")) throw error;
    }
    this.#absent.add(key);
    return "absent";
  }
}
