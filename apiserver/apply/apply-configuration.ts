import type { JsonObject } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject, type ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { Untypable } from "./compare.ts";
import { ApplyConflicts, type Conflict } from "./conflicts.ts";
import type { Write } from "./field-manager.ts";
import { difference, EMPTY, equalSets, intersection, isEmpty, union } from "./field-set.ts";
import { fieldSetOf } from "./field-set-of.ts";
import { appliedBefore, KUBECTL } from "./last-applied.ts";
import { entriesOf, isSameOwner, type Owner } from "./managed-fields.ts";
import { mergeObjects } from "./merge.ts";
import { Changes, disown, reconcileOwners, withOwner } from "./owners.ts";
import { prune } from "./prune.ts";
import { NEVER_OWNED } from "./reset-fields.ts";
import { sameValue } from "./shapes.ts";
import type { Versions } from "./versions.ts";

export interface Applied {
  /** The live object with the configuration in it; undefined where that changes nothing. */
  readonly object: JsonObject | undefined;
  readonly entries: ManagedFieldsEntry[] | undefined;
}

export interface ApplyWrite extends Write {
  /** Take over what others own. */
  readonly force: boolean;
}

/**
 * Server-side apply (KEP-555; reference, section 5.4). Played through with an object that two managers applied,
 *
 *     live           {"data": {"a": "1", "b": "1", "c": "1"}}        manager x owns a and b, manager y owns b and c
 *     x applies      {"data": {"a": "2", "d": "1"}}
 *
 *     merged         {"data": {"a": "2", "b": "1", "c": "1", "d": "1"}}
 *     x's new set    a, d
 *     pruned         the same: x gives up b, but y owns it; of what x had alone, everything is applied again
 *     conflicts      what y owns among what changed (a, d): none. Had x set c to "2", c would be one
 *     owners         x owns a and d, y owns b and c
 *
 * @param live of the version of the write, and what it becomes is too
 * @param config fits the schema
 * @throws ApplyConflicts; Untypable and NoSuchVersion where another manager's version gets in the way
 */
export function applyConfiguration(
  versions: Versions,
  live: KubeObject,
  owners: readonly Owner[],
  config: JsonObject,
  write: ApplyWrite,
): Applied {
  if (write.force || write.manager !== KUBECTL) return attempt(versions, live, owners, config, write);
  try {
    return attempt(versions, live, owners, config, write);
  } catch (error) {
    if (!(error instanceof ApplyConflicts)) throw error;
    const left = error.without(appliedBefore(live, versions.own));
    if (left !== undefined) throw left;
    return attempt(versions, live, owners, config, { ...write, force: true });
  }
}

function attempt(versions: Versions, live: KubeObject, before: readonly Owner[], config: JsonObject, write: ApplyWrite): Applied {
  const { own } = versions;
  const owners = reconcileOwners(before, versions, asJson(live));
  const applier = { manager: write.manager, operation: "Apply", apiVersion: own.apiVersion, subresource: write.part } as const;
  const last = owners.find((owner) => isSameOwner(owner, applier));
  const applied = own.filter(write.part)(fieldSetOf(own.type, config));
  const others = owners.filter((owner) => owner !== last);

  const fields = difference(applied, NEVER_OWNED);
  const ownsTheSame = last !== undefined && equalSets(fields, last.fields);
  const wanted = withOwner(others, { ...applier, time: undefined, fields: applied });
  const object = prunedObject(versions, mergeObjects(own.type, asJson(live), config), wanted, last, applied);
  const changed = !sameValue(object, asJson(live));
  const left = changed ? release(others, new Changes(versions, write.part, asJson(live), object), write.force) : others;

  const time = changed ? write.time : last?.time;
  const isAsBefore = ownsTheSame && last.entry !== undefined && last.apiVersion === own.apiVersion && time === last.time;
  const owner: Owner = isAsBefore ? last : { ...applier, time, fields: ownsTheSame ? last.fields : fields };
  return { object: changed ? object : undefined, entries: entriesOf(withOwner(left, owner)) };
}

function prunedObject(versions: Versions, merged: JsonObject, owners: readonly Owner[], last: Owner | undefined, applied: Owner["fields"]) {
  if (last === undefined || isEmpty(last.fields)) return merged;
  try {
    return prune(versions, merged, owners, last, applied);
  } catch (error) {
    throw error instanceof Untypable ? new Untypable(`failed to prune fields: ${error.message}`) : error;
  }
}

/** What is left of the other owners. @throws ApplyConflicts unless forced, Untypable */
function release(owners: readonly Owner[], changes: Changes, force: boolean): Owner[] {
  // where there is no other owner too: pruning may leave what does not fit
  changes.check();
  const conflicts: Conflict[] = [];
  const left: Owner[] = [];
  for (const owner of owners) {
    const { modified, added } = changes.at(owner.apiVersion) ?? { modified: EMPTY, added: EMPTY };
    const fields = intersection(owner.fields, union(modified, added));
    if (!isEmpty(fields)) conflicts.push({ owner, fields });
    const rest = disown(owner, changes);
    if (rest !== undefined) left.push(rest);
  }
  if (conflicts.length > 0 && !force) throw new ApplyConflicts(conflicts);
  return left;
}
