import type { KindDefinition } from "../../apis/kind.ts";
import type { DeleteOptions } from "../options/delete-options.ts";

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/**
 * The finalizers of an object whose deletion was asked for: the garbage collector's own two follow the options, where they say nothing the
 * finalizers that are there (k8s.io/apiserver, pkg/registry/generic/registry/store.go, deletionFinalizersForGarbageCollection).
 * @returns `present` itself where nothing changes
 */
export function finalizersAfterDelete(present: readonly string[], options: DeleteOptions, kind: KindDefinition): readonly string[] {
  const own = present.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  // events have no dependents
  if (kind.kind === "Event" && kind.flavor === "builtin") return sameSet(own, present) ? present : own;
  if (wantsOrphan(present, options)) own.push(ORPHAN);
  if (wantsForeground(present, options)) own.push(FOREGROUND);
  return sameSet(own, present) ? present : own;
}

const sameSet = (names: readonly string[], others: readonly string[]): boolean => {
  const set = new Set(names);
  return set.size === new Set(others).size && others.every((name) => set.has(name));
};

function wantsOrphan(present: readonly string[], { orphanDependents, propagationPolicy }: DeleteOptions): boolean {
  if (orphanDependents !== undefined) return orphanDependents;
  if (propagationPolicy !== undefined) return propagationPolicy === "Orphan";
  return firstOfCollector(present) === ORPHAN;
}

function wantsForeground(present: readonly string[], { orphanDependents, propagationPolicy }: DeleteOptions): boolean {
  if (orphanDependents !== undefined) return false;
  if (propagationPolicy !== undefined) return propagationPolicy === "Foreground";
  return firstOfCollector(present) === FOREGROUND;
}

const firstOfCollector = (present: readonly string[]) => present.find((finalizer) => finalizer === ORPHAN || finalizer === FOREGROUND);
