import { copyJson } from "../../apimachinery/json/copy.ts";
import { equalJson, semanticallyEqual } from "../../apimachinery/json/equal.ts";
import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { asJson, type KubeObject, type ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { unknownError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { decodeBuiltin } from "../encodings/decode-builtin.ts";
import { refuseBody } from "../encodings/refusal.ts";
import type { Part } from "../strategy/update.ts";
import { type ApplyWrite, applyConfiguration } from "./apply-configuration.ts";
import { Untypable } from "./compare.ts";
import { checkConfiguration, checkLive, checkType, checkUnowned, toKind } from "./configuration.ts";
import { ApplyConflicts } from "./conflicts.ts";
import { KUBECTL, rewriteLastApplied } from "./last-applied.ts";
import { entriesOf, isReset, type Owner, ownersOf, readOwners } from "./managed-fields.ts";
import { Changes, checkFits, ownersAfterUpdate } from "./owners.ts";
import { NoSuchVersion, type Versions } from "./versions.ts";

/** Who owns what was there before anybody applied to an object without owners. */
const BEFORE_FIRST_APPLY = "before-first-apply";

/** Who writes what, and when. */
export interface Write {
  readonly manager: string;
  readonly part: Part;
  /** RFC 3339, in seconds. */
  readonly time: string;
}

/** Keeps metadata.managedFields of one kind's objects in every write. */
export class FieldManager {
  readonly #versions: Versions;
  readonly #kind: KindDefinition;
  readonly #toKind: typeof toKind;
  #empty: KubeObject | undefined;

  /** @param convert makes an object of the kind of what an apply changed; it may refuse to */
  constructor(kind: KindDefinition, versions: Versions, convert = toKind) {
    this.#kind = kind;
    this.#toKind = convert;
    this.#versions = versions;
  }

  /** Makes the writer the owner of everything that it sets in a new object. What it sent as managedFields does not count. */
  trackCreate(object: KubeObject, write: Write): void {
    delete object.metadata.managedFields;
    this.#track(this.emptyObject, object, [], write);
  }

  /**
   * Brings the owners up to date with what changes between the live object and the one to be stored; `object` is changed in place. Clients
   * may edit the entries, but not through a subresource. Where ownership cannot be told, the live object's entries stay.
   */
  trackUpdate(live: KubeObject, object: KubeObject, write: Write): void {
    const owners = this.#ownersBefore(live, object, write.part);
    delete object.metadata.managedFields;
    // an object whose owners were forgotten has none until it is applied to
    if (owners.length > 0) this.#track(live, object, owners, write);
  }

  #track(live: KubeObject, object: KubeObject, before: readonly Owner[], write: Write): void {
    let entries: ManagedFieldsEntry[] | undefined;
    try {
      entries = entriesOf(this.#ownersAfter(live, object, before, write));
    } catch (error) {
      if (!(error instanceof Untypable) && !(error instanceof NoSuchVersion)) throw error;
      entries = live.metadata.managedFields;
    }
    if (entries !== undefined) object.metadata.managedFields = entries;
  }

  #ownersAfter(live: KubeObject, object: KubeObject, before: readonly Owner[], { manager, part, time }: Write): readonly Owner[] {
    const versions = this.#versions;
    checkFits(versions.own, asJson(live));
    const writer = { manager, operation: "Update", apiVersion: versions.own.apiVersion, subresource: part, time } as const;
    return ownersAfterUpdate(before, asJson(live), new Changes(versions, part, asJson(live), asJson(object)), versions, writer);
  }

  /**
   * What an apply makes of the live object, owners included; with a live object of undefined, of none at all. An object that had no owners
   * is first given to `before-first-apply`.
   *
   * @param config the configuration as sent, of any type; it is not changed
   * @throws StatusError BadRequest for another type of object, Conflict for what others own, and 500 without a reason where the configuration
   * does not fit the schema
   */
  apply(live: KubeObject | undefined, config: JsonObject, write: ApplyWrite): KubeObject {
    const found = live ?? (copyJson(asJson(this.emptyObject)) as unknown as KubeObject);
    // of the entries only the owners matter: they may be larger than the object
    const { managedFields } = found.metadata;
    const before: KubeObject = { ...found, metadata: { ...found.metadata } };
    delete before.metadata.managedFields;
    const { own } = this.#versions;
    checkType(own, config);
    let owners: readonly Owner[] = ownersOf(managedFields);
    if (owners.length === 0) {
      checkUnowned(own, before);
      owners = this.#ownersAfter(this.emptyObject, before, [], { ...write, manager: BEFORE_FIRST_APPLY });
    }
    checkConfiguration(own, config);
    checkLive(own, before);
    try {
      const applied = applyConfiguration(this.#versions, before, owners, config, write);
      const object = applied.object === undefined ? before : this.#toKind(this.#kind, applied.object, config);
      if (applied.entries !== undefined) object.metadata.managedFields = applied.entries;
      if (write.manager === KUBECTL) rewriteLastApplied(object, config);
      return object;
    } catch (error) {
      if (error instanceof ApplyConflicts) throw error.toStatus();
      throw error instanceof Untypable || error instanceof NoSuchVersion ? unknownError(error.message) : error;
    }
  }

  #ownersBefore({ metadata: live }: KubeObject, { metadata }: KubeObject, part: Part): readonly Owner[] {
    const sent = metadata.managedFields;
    if (part !== "" || sent === undefined || equalJson(sent as JsonValue[], live.managedFields as JsonValue[] | undefined)) {
      return ownersOf(live.managedFields);
    }
    // a custom resource cannot tell an empty list from none
    if (isReset(sent) && (sent.length > 0 || this.#kind.flavor === "builtin")) return [];
    const owners = readOwners(sent);
    return owners === undefined || owners.length === 0 ? ownersOf(live.managedFields) : owners;
  }

  /** An object of the kind that nobody has written to yet. */
  get emptyObject(): KubeObject {
    this.#empty ??=
      this.#kind.flavor === "custom"
        ? { apiVersion: this.#versions.own.apiVersion, kind: this.#kind.kind, metadata: {} }
        : (decodeBuiltin(this.#kind, "{}", false, refuseBody(this.#kind, Buffer.from("{}"))).value as unknown as KubeObject);
    return this.#empty;
  }
}

/**
 * Whether a write changes nothing. Times are no change of their own: where they are all that differs, `object` gets the live object's entries
 * back (k8s.io/apiserver, pkg/endpoints/handlers/fieldmanager/equality.go). A built-in kind's empty member is as good as none.
 */
export function isUnchanged({ flavor }: KindDefinition, live: KubeObject, object: KubeObject): boolean {
  const equal = flavor === "custom" ? equalJson : semanticallyEqual;
  const same = () => equal(asJson(object), asJson(live));
  const before = live.metadata.managedFields;
  const entries = object.metadata.managedFields;
  if (before === undefined || entries === undefined) return before === entries && same();
  if (!differInTimesOnly(before, entries)) {
    // a leaf of a set of fields is empty, which is not as good as absent
    return equalJson(entries as JsonValue[], before as JsonValue[]) && same();
  }
  object.metadata.managedFields = before;
  if (same()) return true;
  object.metadata.managedFields = entries;
  return false;
}

function differInTimesOnly(a: readonly ManagedFieldsEntry[], b: readonly ManagedFieldsEntry[]): boolean {
  if (a.length !== b.length) return false;
  let times = false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    const { time, ...entry } = a[i] as ManagedFieldsEntry;
    const { time: otherTime, ...other } = b[i] as ManagedFieldsEntry;
    if (time !== otherTime) times = true;
    if (!equalJson(entry as JsonValue, other as JsonValue)) return false;
  }
  return times;
}
