/**
 * What an applier no longer applies goes from the object, unless someone else owns it
 * (sigs.k8s.io/structured-merge-diff, merge/update.go; reference, section 5.4).
 */
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { difference, type FieldSet, intersection, isEmpty, isWithin, union, unionOf } from "./field-set.ts";
import { mayHoldWholes, namedFieldSetOf, withNamedFields } from "./field-set-of.ts";
import type { Owner } from "./managed-fields.ts";
import { convertTyped } from "./owners.ts";
import { removeFields } from "./remove-fields.ts";
import type { Version, Versions } from "./versions.ts";

/** An object, and the version that it is in at the moment. */
class Versioned {
  readonly version: Version;
  readonly object: JsonObject;
  #fields: FieldSet | undefined;

  constructor(version: Version, object: JsonObject) {
    this.version = version;
    this.object = object;
  }

  /** Its fields, and those that lead to them. */
  get fields(): FieldSet {
    this.#fields ??= namedFieldSetOf(this.version.type, this.object);
    return this.#fields;
  }

  /** @throws Untypable */
  to(version: Version, failed: string): Versioned {
    if (version === this.version) return this;
    return new Versioned(version, convertTyped(this.object, this.version, version, failed));
  }
}

/**
 * @param merged the live object with the configuration laid over it
 * @param owners all of them, the applier with what it applies now
 * @param last the applier as it was before
 * @throws Untypable where the object does not fit a version that is needed
 */
export function prune(versions: Versions, merged: JsonObject, owners: readonly Owner[], last: Owner, applied: FieldSet): JsonObject {
  const { own } = versions;
  const version = versions.at(last.apiVersion);
  if (version === undefined) return merged;
  // the usual case: nothing was given up, and nothing that is owned as a whole can lose what nobody owns in it
  const simple = owners.every((owner) => owner.apiVersion === own.apiVersion) && version === own && !mayHoldWholes(own.type, last.fields);
  if (simple && isWithin(last.fields, applied)) return merged;

  const named = withNamedFields(version.type, last.fields);
  if (simple && isEmpty(difference(named, withNamedFields(own.type, applied)))) return merged;

  const before = new Versioned(own, merged).to(version, "failed to convert merged object to last applied version");
  let pruned = new Versioned(version, removeFields(version.type, before.object, named));
  pruned = keepOwned(versions, before, pruned, owners);
  pruned = keepUnowned(
    before,
    pruned.to(version, "failed add back dangling items: failed to convert pruned object to last applied version"),
    named,
  );
  return pruned.to(own, "failed to convert pruned object").object;
}

/** Puts back what anybody owns, the applier with its new configuration included; each version's owners in that version. */
function keepOwned(versions: Versions, before: Versioned, pruned: Versioned, owners: readonly Owner[]): Versioned {
  const owned = new Map<Version, FieldSet[]>([[before.version, []]]);
  for (const { apiVersion, fields } of owners) {
    const version = versions.at(apiVersion);
    if (version === undefined) continue;
    const others = owned.get(version);
    if (others === undefined) owned.set(version, [fields]);
    else others.push(fields);
  }
  let [merged, kept] = [before, pruned];
  for (const [version, sets] of owned) {
    const fields = unionOf(sets);
    if (isEmpty(fields)) continue;
    const { apiVersion, type } = version;
    merged = merged.to(version, `failed add back owned items: failed to convert merged object at version ${apiVersion}`);
    kept = kept.to(version, `failed add back owned items: failed to convert pruned object at version ${apiVersion}`);
    const wanted = union(kept.fields, withNamedFields(type, fields));
    kept = new Versioned(version, removeFields(type, merged.object, difference(merged.fields, wanted)));
  }
  return kept;
}

/** Puts back what went along although the applier had not owned it. */
function keepUnowned(merged: Versioned, pruned: Versioned, last: FieldSet): Versioned {
  const gone = intersection(difference(merged.fields, pruned.fields), last);
  return new Versioned(merged.version, removeFields(merged.version.type, merged.object, gone));
}
