import type { ObjectMeta } from "../../apimachinery/object.ts";
import type { DiscoveredResource } from "../runtime/discovery.ts";
import { Interner } from "./interner.ts";
import { isNamedBy, isReachable, type Node, type Owner, ownersOf, type State, stateOf } from "./node.ts";

/** Told what follows from a change of the graph. */
export interface GraphListener {
  /** Something may have to be done about the object. */
  look(node: Node): void;
  /** A reference of the object names an owner that is in another namespace. */
  outOfReach(node: Node, owner: Owner): void;
}

/**
 * All objects and whom they belong to, as the watches told it (kubernetes, pkg/controller/garbagecollector/graph_builder.go). It decides
 * nothing: it names the objects that have to be looked at.
 *
 *     put b, owner a      b is looked at: a is not known. It may be absent, or just not have been told yet.
 *     put a               nothing: b says of it what it is
 *     put b, changed      nothing: its owner is there
 *     put a, waiting      a is looked at, and b, which a waits for
 *     remove b            a is looked at: nothing may block it any more
 *     remove a            whatever names it is looked at
 *
 * An owner needs no node for its dependents to be known: they are kept by its uid.
 */
export class Graph {
  readonly #nodes = new Map<string, Node>();
  readonly #dependents = new Map<string, Set<Node>>();
  readonly #texts = new Interner();
  readonly #listener: GraphListener;

  constructor(listener: GraphListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(uid: string): Node | undefined {
    return this.#nodes.get(uid);
  }

  nodes(): Iterable<Node> {
    return this.#nodes.values();
  }

  dependentsOf(uid: string): ReadonlySet<Node> {
    return this.#dependents.get(uid) ?? NOBODY;
  }

  /** What the graph knows of an owner; undefined where only the server can tell. */
  ownerState(node: Node, owner: Owner): State | undefined {
    const known = this.#nodes.get(owner.uid);
    return known !== undefined && isNamedBy(known, owner, node.namespace) ? known.state : undefined;
  }

  /** Whether a dependent holds the object's deletion up. */
  isBlocked({ uid }: Node): boolean {
    for (const dependent of this.dependentsOf(uid)) if (dependent.owners.some((owner) => owner.uid === uid && owner.blocks)) return true;
    return false;
  }

  /** Whether the object waits for itself: up the references that block, over others that wait too, it is reached again. */
  waitsForItself(node: Node): boolean {
    const seen = new Set<Node>();
    const above = [node];
    for (let next = above.pop(); next !== undefined; next = above.pop()) {
      for (const { uid, blocks } of next.owners) {
        const owner = blocks ? this.#nodes.get(uid) : undefined;
        if (owner === node) return true;
        if (owner?.state !== "waiting" || seen.has(owner)) continue;
        seen.add(owner);
        above.push(owner);
      }
    }
    return false;
  }

  put(resource: DiscoveredResource, metadata: ObjectMeta): void {
    const { uid = "", name = "", namespace = "", resourceVersion = "", ownerReferences } = metadata;
    const owners = ownersOf(ownerReferences, this.#texts);
    const state = stateOf(metadata);
    const known = this.#nodes.get(uid);
    if (known === undefined) {
      const node = { uid, namespace: this.#texts.intern(namespace), name, resource, resourceVersion, owners, state };
      this.#nodes.set(uid, node);
      for (const owner of owners) this.#link(node, owner);
      this.inspect(node);
      if (state === "waiting" || state === "orphaning") this.#begin(node);
      else for (const dependent of this.dependentsOf(uid)) this.inspect(dependent);
      for (const dependent of this.dependentsOf(uid)) this.#checkReach(dependent, node);
      return;
    }
    const { owners: ownersBefore, state: stateBefore } = known;
    Object.assign(known, { resource, resourceVersion, owners, state });
    this.#relink(known, ownersBefore);
    this.inspect(known);
    if (state !== stateBefore && (state === "waiting" || state === "orphaning")) this.#begin(known);
  }

  remove(uid: string): void {
    const node = this.#nodes.get(uid);
    if (node === undefined) return;
    this.#nodes.delete(uid);
    for (const owner of node.owners) {
      this.#unlink(node, owner);
      this.#lookIfWaiting(owner);
    }
    for (const dependent of this.dependentsOf(uid)) this.#listener.look(dependent);
  }

  /** Has the object looked at if an owner of it may be gone, or waits for it; or if it waits itself, and may wait for itself. */
  inspect(node: Node): void {
    if (node.state === "alive") {
      const doubtful = node.owners.some((owner) => {
        const state = this.ownerState(node, owner);
        return state === undefined || state === "waiting";
      });
      if (doubtful) this.#listener.look(node);
    } else if (node.state === "waiting" && node.owners.some(({ blocks }) => blocks)) this.#listener.look(node);
  }

  /** Its deletion begins. */
  #begin(node: Node): void {
    this.#listener.look(node);
    if (node.state === "waiting") for (const dependent of this.dependentsOf(node.uid)) this.inspect(dependent);
  }

  #relink(node: Node, before: readonly Owner[]): void {
    for (const old of before) {
      const now = node.owners.find(({ uid }) => uid === old.uid);
      if (now === undefined) this.#unlink(node, old);
      if (old.blocks && !now?.blocks) this.#lookIfWaiting(old);
    }
    for (const owner of node.owners) if (!before.some(({ uid }) => uid === owner.uid)) this.#link(node, owner);
  }

  #link(node: Node, owner: Owner): void {
    const dependents = this.#dependents.get(owner.uid);
    if (dependents === undefined) this.#dependents.set(owner.uid, new Set([node]));
    else dependents.add(node);
    const known = this.#nodes.get(owner.uid);
    if (known !== undefined && !isReachable(known, node.namespace)) this.#listener.outOfReach(node, owner);
  }

  #unlink(node: Node, { uid }: Owner): void {
    const dependents = this.#dependents.get(uid);
    dependents?.delete(node);
    if (dependents?.size === 0) this.#dependents.delete(uid);
  }

  #checkReach(node: Node, owner: Node): void {
    if (node === owner || isReachable(owner, node.namespace)) return;
    const reference = node.owners.find(({ uid }) => uid === owner.uid);
    if (reference !== undefined) this.#listener.outOfReach(node, reference);
  }

  #lookIfWaiting({ uid }: Owner): void {
    const owner = this.#nodes.get(uid);
    if (owner?.state === "waiting") this.#listener.look(owner);
  }
}

const NOBODY: ReadonlySet<Node> = new Set();
