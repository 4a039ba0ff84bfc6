/** What a write does to the owners of an object's fields (sigs.k8s.io/structured-merge-diff, merge/update.go; reference, section 5.5). */
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Part } from "../strategy/update.ts";
import { type Comparison, compare, Untypable } from "./compare.ts";
import { compareUtf8 } from "./compare-utf8.ts";
import { difference, EMPTY, type FieldSet, isEmpty, union, unionOf } from "./field-set.ts";
import { type Identity, identifierOf, isSameOwner, type Owner, secondsOf } from "./managed-fields.ts";
import { reconcile } from "./reconcile.ts";
import { NEVER_OWNED } from "./reset-fields.ts";
import { typedErrors } from "./typed-errors.ts";
import { convert, type Version, type Versions } from "./versions.ts";

/**
 * The owners as the present schema sees them; without those of versions that are gone.
 * @throws Untypable where the live object does not fit a version that an owner speaks of
 */
export function reconcileOwners(owners: readonly Owner[], versions: Versions, live: JsonObject): Owner[] {
  const out: Owner[] = [];
  const fitting = new Set([versions.own]);
  for (const owner of owners) {
    const version = versions.at(owner.apiVersion);
    if (version === undefined) continue;
    if (!fitting.has(version)) checkFits(version, convert(live, versions.own, version), { duplicates: false });
    fitting.add(version);
    out.push(withFields(owner, reconcile(version.type, owner.fields)));
  }
  return out;
}

/** The owner with other fields; itself where they are the same. */
export function withFields(owner: Owner, fields: FieldSet): Owner {
  if (fields === owner.fields) return owner;
  const { entry: _, ...rest } = owner;
  return { ...rest, fields };
}

/** The changes that a write makes, seen in each version that an owner speaks of; what the write resets is left out. */
export class Changes {
  readonly #versions: Versions;
  readonly #part: Part;
  readonly #before: JsonObject;
  readonly #after: JsonObject;
  readonly #comparisons = new Map<Version, Comparison>();

  constructor(versions: Versions, part: Part, before: JsonObject, after: JsonObject) {
    this.#versions = versions;
    this.#part = part;
    this.#before = before;
    this.#after = after;
  }

  /** In the version of the write. @throws Untypable */
  get own(): Comparison {
    return this.#in(this.#versions.own);
  }

  /** @throws Untypable where the object does not fit the version of the write, before or after it */
  check(): void {
    this.#in(this.#versions.own);
  }

  /** Undefined for a version that is gone. @throws Untypable, NoSuchVersion */
  at(apiVersion: string): Comparison | undefined {
    const version = this.#versions.at(apiVersion);
    return version && this.#in(version);
  }

  #in(version: Version): Comparison {
    let comparison = this.#comparisons.get(version);
    if (comparison === undefined) {
      const { own } = this.#versions;
      const before = convertTyped(this.#before, own, version, "failed to convert old object");
      const after = convertTyped(this.#after, own, version, "failed to convert new object");
      const { removed, modified, added } = compared(version, before, after);
      // that an object's own address keeps the status of a custom kind is known of the version in the address alone
      const isKnown = version === own || this.#part !== "" || version.kind.flavor === "builtin";
      const filter = isKnown ? version.filter(this.#part) : (set: FieldSet) => set;
      comparison = { removed: filter(removed), modified: filter(modified), added: filter(added) };
      this.#comparisons.set(version, comparison);
    }
    return comparison;
  }
}

function compared({ type }: Version, before: JsonObject, after: JsonObject): Comparison {
  try {
    return compare(type, before, after);
  } catch (error) {
    if (!(error instanceof Untypable)) throw error;
    // told anew, with the way from the root
    throw new Untypable(`failed to compare objects: ${typedErrors(type, after, { duplicates: true }) ?? error.message}`);
  }
}

/**
 * An object as one of another version, which it must fit.
 * @throws Untypable which begins with `failed`
 */
export function convertTyped(object: JsonObject, from: Version, to: Version, failed: string): JsonObject {
  if (from === to) return object;
  const converted = convert(object, from, to);
  const errors = typedErrors(to.type, converted);
  if (errors !== undefined) throw new Untypable(`${failed}: ${errors}`);
  return converted;
}

/** Lists may have items that are the same, unless they were converted. @throws Untypable */
export function checkFits({ type }: Version, object: JsonObject, { duplicates } = { duplicates: true }): void {
  const errors = typedErrors(type, object, { duplicates });
  if (errors !== undefined) throw new Untypable(errors);
}

/** Takes what changed from an owner; undefined where nothing is left. @throws Untypable, NoSuchVersion */
export function disown(owner: Owner, changes: Changes): Owner | undefined {
  const comparison = changes.at(owner.apiVersion);
  if (comparison === undefined) return undefined;
  const { removed, modified, added } = comparison;
  const fields = difference(difference(difference(owner.fields, modified), added), removed);
  return isEmpty(fields) ? undefined : withFields(owner, fields);
}

/** More owners by update than this are merged. */
const MAX_UPDATERS = 10;
const ANCIENT: Pick<Owner, "manager" | "operation" | "subresource"> = { manager: "ancient-changes", operation: "Update", subresource: "" };

/**
 * Merges the oldest updaters of the same version into one until no more than ten are left
 * (k8s.io/apimachinery, pkg/util/managedfields/internal/capmanagers.go).
 */
export function capUpdaters(owners: readonly Owner[]): readonly Owner[] {
  const updaters = owners.filter(({ operation }) => operation === "Update");
  if (updaters.length <= MAX_UPDATERS) return owners;
  const oldest = [...updaters].sort((a, b) => secondsOf(a.time) - secondsOf(b.time) || compareUtf8(identifierOf(a), identifierOf(b)));
  /** Those to merge, by version; one alone stays as it is. */
  const merging = new Map<string, Owner[]>();
  let count = updaters.length;
  for (const owner of oldest) {
    if (count <= MAX_UPDATERS) break;
    const present = merging.get(owner.apiVersion);
    if (present === undefined) merging.set(owner.apiVersion, [owner]);
    else {
      present.push(owner);
      count -= 1;
    }
  }
  let left = owners;
  for (const [apiVersion, merged] of merging) {
    if (merged.length === 1) continue;
    const gone = new Set(merged);
    left = left.filter((owner) => !gone.has(owner));
    const ancient = { ...ANCIENT, apiVersion, time: merged[merged.length - 1]?.time };
    left = withOwner(left, { ...ancient, fields: union(unionOf(merged.map(({ fields }) => fields)), fieldsOf(left, ancient)) });
  }
  return left;
}

/** The owners with one more, or in place of what it was. */
export function withOwner(owners: readonly Owner[], owner: Owner): Owner[] {
  const others = owners.filter((other) => !isSameOwner(other, owner));
  return isEmpty(owner.fields) ? others : [...others, owner];
}

export const fieldsOf = (owners: readonly Owner[], identity: Identity): FieldSet =>
  owners.find((owner) => isSameOwner(owner, identity))?.fields ?? EMPTY;

/** What a write that is no apply leaves of the owners, itself among them. @throws Untypable, NoSuchVersion */
export function ownersAfterUpdate(
  before: readonly Owner[],
  live: JsonObject,
  changes: Changes,
  versions: Versions,
  writer: Omit<Owner, "fields">,
): readonly Owner[] {
  const owners: Owner[] = [];
  for (const owner of reconcileOwners(before, versions, live)) {
    const left = disown(owner, changes);
    if (left !== undefined) owners.push(left);
  }
  const { modified, added } = changes.own;
  const written = difference(union(modified, added), NEVER_OWNED);
  return capUpdaters(isEmpty(written) ? owners : withOwner(owners, { ...writer, fields: union(written, fieldsOf(owners, writer)) }));
}
