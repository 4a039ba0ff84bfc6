import { apiVersionOf, type ObjectMeta, type OwnerReference } from "../../apimachinery/object.ts";
import type { DiscoveredResource } from "../runtime/discovery.ts";
import type { Interner } from "./interner.ts";

/** The finalizers of an object whose deletion the garbage collector has to finish. */
export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/**
 * - `alive`: nobody deleted it
 * - `orphaning`: deleted, once its dependents no longer name it
 * - `waiting`: deleted, once the dependents that block it are gone
 * - `going`: deleted, and held by others if at all
 */
export type State = "alive" | "orphaning" | "waiting" | "going";

/** What the collector knows of an object: who it is, whom it belongs to, and at which revision that was so. */
export interface Node {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  resource: DiscoveredResource;
  resourceVersion: string;
  owners: readonly Owner[];
  state: State;
}

/** An owner reference, without what does not matter here. */
export interface Owner {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** blockOwnerDeletion */
  readonly blocks: boolean;
}

export function stateOf({ deletionTimestamp, finalizers = [] }: ObjectMeta): State {
  if (deletionTimestamp === undefined) return "alive";
  if (finalizers.includes(ORPHAN)) return "orphaning";
  return finalizers.includes(FOREGROUND) ? "waiting" : "going";
}

const NONE: readonly Owner[] = [];

export function ownersOf(references: readonly OwnerReference[] | undefined, texts: Interner): readonly Owner[] {
  if (references === undefined || references.length === 0) return NONE;
  return references.map(({ uid, apiVersion, kind, name, blockOwnerDeletion }) => ({
    uid: texts.intern(uid),
    apiVersion: texts.intern(apiVersion),
    kind: texts.intern(kind),
    name: texts.intern(name),
    blocks: blockOwnerDeletion === true,
  }));
}

/** Whether an object is what a reference in `namespace` says: its kind, name, and a place where that reference can reach it. */
export function isNamedBy(node: Node, { apiVersion, kind, name }: Owner, namespace: string): boolean {
  return node.name === name && node.resource.kind === kind && apiVersionOf(node.resource) === apiVersion && isReachable(node, namespace);
}

/** Objects of a namespace can own what is in it, those without one anything. */
export const isReachable = (owner: Node, namespace: string): boolean => owner.namespace === "" || owner.namespace === namespace;
