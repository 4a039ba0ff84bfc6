import { setImmediate } from "node:timers/promises";
import type { ObjectMeta, OwnerReference } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, ObjectRef } from "../../client/client.ts";
import type { ReconcileResult } from "../runtime/controller.ts";
import type { Graph } from "./graph.ts";
import type { Judge, Verdict } from "./judge.ts";
import { FOREGROUND, type Node, ORPHAN, type Owner } from "./node.ts";

/** Milliseconds until an object is looked at again that changed just when something was done about it, or whose surroundings are not known yet. */
const SOON = 100;

/** Dependents that are orphaned at once. */
const AT_ONCE = 64;

/**
 * Does what has to be done about one object: deletes what has no owner left, takes away references to owners that went, lets go what waited
 * for its dependents (kubernetes, pkg/controller/garbagecollector/garbagecollector.go).
 *
 * Whatever it does holds for the revision that it saw, or is refused as a conflict and looked at again. So it does no harm if another server
 * on the same store does the same.
 */
export class Collector {
  readonly #client: Client;
  readonly #graph: Graph;
  readonly #judge: Judge;
  readonly #isComplete: () => boolean;

  /** @param isComplete whether the graph has every object that there is */
  constructor(client: Client, graph: Graph, judge: Judge, isComplete: () => boolean) {
    this.#client = client.metadataOnly;
    this.#graph = graph;
    this.#judge = judge;
    this.#isComplete = isComplete;
  }

  async look(uid: string): Promise<ReconcileResult> {
    // what needs no writing would otherwise follow one another without letting go of the event loop
    await setImmediate();
    const node = this.#graph.get(uid);
    if (node === undefined || node.state === "going") return undefined;
    if (node.state !== "alive" && !this.#isComplete()) return { requeueAfter: SOON };
    try {
      if (node.state === "orphaning") return await this.#orphan(node);
      if (node.state === "waiting") return await this.#waited(node);
      return await this.#collect(node);
    } catch (error) {
      // it is gone, and the watch will tell; or it changed, which may be no reason for the graph to have it looked at
      if (isReason(error, "NotFound")) return undefined;
      if (isReason(error, "Conflict")) return { requeueAfter: SOON };
      throw error;
    }
  }

  /** Deletes the object if no owner of it is left, or only such as wait for it. */
  async #collect(node: Node): Promise<ReconcileResult> {
    const { owners, resourceVersion } = node;
    const verdicts = new Map<Owner, Verdict>();
    for (const owner of owners) verdicts.set(owner, await this.#judge.ownerOf(node, owner));
    const of = (...among: Verdict[]) => owners.filter((owner) => among.includes(verdicts.get(owner) as Verdict));
    if (owners.length === 0 || of("unknown").length > 0) return undefined;
    const [present, gone, waiting] = [of("there", "unseen"), of("absent", "waiting"), of("waiting")];
    if (present.length === 0) {
      // what has dependents itself goes after them if its owner does; else its finalizers say how it goes
      const foreground = waiting.length > 0 && this.#graph.dependentsOf(node.uid).size > 0;
      await this.#client.delete(node.resource, refOf(node), {
        ...(foreground && { propagationPolicy: "Foreground" }),
        preconditions: { uid: node.uid, resourceVersion },
      });
      return undefined;
    }
    if (gone.length > 0) await this.#withoutOwners(node, new Set(gone.map(({ uid }) => uid)));
    return of("unseen").length > 0 ? { requeueAfter: SOON } : undefined;
  }

  /** Lets the object go that waited for dependents, if none holds it any more. */
  async #waited(node: Node): Promise<ReconcileResult> {
    if (!this.#graph.isBlocked(node)) await this.#release(node, FOREGROUND);
    // one of those that wait for one another has to stop blocking the others
    else if (this.#graph.waitsForItself(node)) {
      await this.#changeOwners(node, (references) => references.map((reference) => ({ ...reference, blockOwnerDeletion: false })));
    }
    return undefined;
  }

  /** Makes the dependents forget the object, then lets it go. */
  async #orphan(node: Node): Promise<ReconcileResult> {
    const dependents = [...this.#graph.dependentsOf(node.uid)].values();
    const gone = new Set([node.uid]);
    const work = async () => {
      for (const dependent of dependents) {
        try {
          await this.#withoutOwners(dependent, gone);
        } catch (error) {
          if (!isReason(error, "NotFound")) throw error;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await this.#release(node, ORPHAN);
    return undefined;
  }

  #withoutOwners(node: Node, uids: ReadonlySet<string>): Promise<void> {
    return this.#changeOwners(node, (references) => references.filter(({ uid }) => !uids.has(uid)));
  }

  #changeOwners(node: Node, change: (references: OwnerReference[]) => OwnerReference[]): Promise<void> {
    return this.#change(node, ({ ownerReferences = [] }) => ({ ownerReferences: change(ownerReferences) }));
  }

  #release(node: Node, finalizer: string): Promise<void> {
    return this.#change(node, ({ finalizers = [] }) => ({ finalizers: finalizers.filter((name) => name !== finalizer) }));
  }

  /** Patches the object's metadata, at the revision that `change` was told of. */
  async #change(node: Node, change: (present: ObjectMeta) => Partial<ObjectMeta>): Promise<void> {
    const { metadata } = await this.#client.get(node.resource, refOf(node));
    if (metadata.uid !== node.uid) return;
    const patch = { metadata: { resourceVersion: metadata.resourceVersion, ...change(metadata) } };
    await this.#client.patch(node.resource, refOf(node), "application/merge-patch+json", patch);
  }
}

const refOf = ({ namespace, name }: Node): ObjectRef => ({ ...(namespace !== "" && { namespace }), name });
