import type { Fields } from "./fields.ts";

/** Who owns which leaves: `ann Update`, `ben Apply`, `cid Update status`; whoever brings a container with its first leaf owns that as well. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

const CONTAINERS = ["metadata.labels", "metadata.annotations", "metadata.finalizers", "data", "spec", "spec.ipam", "status.ipam"];

export const isContainer = (way: string): boolean => CONTAINERS.includes(way);

/** The ways to all leaves, and to the containers that they are in. */
function waysIn(fields: Fields): Set<string> {
  const leaves = [...fields.keys()];
  return new Set([...leaves, ...CONTAINERS.filter((container) => leaves.some((way) => way.startsWith(`${container}.`)))]);
}

/** What comes or has another value. */
function changes(before: Fields, after: Fields): Set<string> {
  const ways = waysIn(before);
  return new Set([...waysIn(after)].filter((way) => !ways.has(way) || before.get(way) !== after.get(way)));
}

const without = (owners: Owners, isTaken: (way: string) => boolean): Map<string, Set<string>> =>
  new Map([...owners].map(([owner, ways]) => [owner, new Set([...ways].filter((way) => !isTaken(way)))]));

/** Whoever writes otherwise than by apply owns what it changes; nobody owns what is gone. */
export function afterUpdate(owners: Owners, writer: string, before: Fields, after: Fields): Owners {
  const changed = changes(before, after);
  const [was, is] = [waysIn(before), waysIn(after)];
  const out = without(owners, (way) => changed.has(way) || (was.has(way) && !is.has(way)));
  return out.set(writer, new Set([...(out.get(writer) ?? []), ...changed]));
}

export interface Applied {
  readonly fields: Fields;
  readonly owners: Owners;
  /** Others own what it changes. */
  readonly conflict: boolean;
}

/**
 * Server-side apply: it owns what it says, what it alone said before and says no more goes. A container that loses its last leaf so keeps its
 * owner, though it is stored no more: it counts as null.
 */
export function afterApply(owners: Owners, applier: string, live: Fields, config: Fields): Applied {
  const fields = new Map([...live, ...config]);
  const others = [...owners].filter(([owner]) => owner !== applier).map(([, ways]) => ways);
  for (const way of owners.get(applier) ?? []) {
    if (!config.has(way) && !others.some((ways) => ways.has(way))) fields.delete(way);
  }
  const changed = changes(live, fields);
  const conflict = [...changed].some((way) => others.some((ways) => ways.has(way)));
  const out = without(owners, (way) => changed.has(way) || (!fields.has(way) && !isContainer(way)));
  return { fields, owners: out.set(applier, new Set(config.keys())), conflict };
}
