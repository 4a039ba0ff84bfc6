import { equalJson, semanticallyEqual } from "../../apimachinery/json/equal.ts";
import type { JsonValue } from "../../apimachinery/json/value.ts";
import { apiVersionOf, type KubeObject, type ManagedFieldsEntry } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { decodeBuiltin } from "../encodings/decode-builtin.ts";
import { refuseBody } from "../encodings/refusal.ts";
import type { Part } from "../strategy/update.ts";
import { Untypable } from "./compare.ts";
import { difference, isEmpty, union } from "./field-set.ts";
import { entriesOf, isReset, type Owner, ownersOf, readOwners } from "./managed-fields.ts";
import { Changes, capUpdaters, disown, fieldsOf, reconcileOwners, withOwner, writtenBy } from "./owners.ts";
import { NEVER_OWNED } from "./reset-fields.ts";
import { NoSuchVersion, type Versions } from "./versions.ts";

/** Who writes what, and when. */
export interface Write {
  readonly manager: string;
  readonly part: Part;
  /** RFC 3339, in seconds. */
  readonly time: string;
}

/** Keeps metadata.managedFields of one kind's objects in every write that is no apply. */
export class FieldManager {
  readonly #versions: Versions;
  readonly #kind: KindDefinition;
  readonly #apiVersion: string;
  #empty: KubeObject | undefined;

  constructor(kind: KindDefinition, versions: Versions) {
    this.#kind = kind;
    this.#versions = versions;
    this.#apiVersion = apiVersionOf(kind);
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

  #track(live: KubeObject, object: KubeObject, before: readonly Owner[], { manager, part, time }: Write): void {
    let entries: ManagedFieldsEntry[] | undefined;
    try {
      const changes = new Changes(this.#versions, part, live, object);
      const owners: Owner[] = [];
      for (const owner of reconcileOwners(before, this.#versions)) {
        const left = disown(owner, changes);
        if (left !== undefined) owners.push(left);
      }
      const written = difference(writtenBy(changes), NEVER_OWNED);
      entries = entriesOf(capUpdaters(isEmpty(written) ? owners : this.#withWriter(owners, manager, part, time, written)));
    } catch (error) {
      if (!(error instanceof Untypable) && !(error instanceof NoSuchVersion)) throw error;
      entries = live.metadata.managedFields;
    }
    if (entries !== undefined) object.metadata.managedFields = entries;
  }

  #withWriter(owners: Owner[], manager: string, part: Part, time: string, written: Owner["fields"]): Owner[] {
    const writer: Owner = { manager, operation: "Update", apiVersion: this.#apiVersion, subresource: part, time, fields: written };
    return withOwner(owners, { ...writer, fields: union(written, fieldsOf(owners, writer)) });
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
        ? { apiVersion: this.#apiVersion, kind: this.#kind.kind, metadata: {} }
        : (decodeBuiltin(this.#kind, "{}", false, refuseBody(this.#kind, Buffer.from("{}"))).value as unknown as KubeObject);
    return this.#empty;
  }
}

/**
 * Takes back times that are all that a write would change: then nothing is written at all. True where that is so; `object` has the live
 * object's entries then (k8s.io/apiserver, pkg/endpoints/handlers/fieldmanager/equality.go).
 */
export function isUnchanged(live: KubeObject, object: KubeObject): boolean {
  const entries = object.metadata.managedFields;
  if (!differInTimesOnly(live.metadata.managedFields, entries)) return semanticallyEqual(asValue(object), asValue(live));
  object.metadata.managedFields = live.metadata.managedFields as ManagedFieldsEntry[];
  if (semanticallyEqual(asValue(object), asValue(live))) return true;
  object.metadata.managedFields = entries as ManagedFieldsEntry[];
  return false;
}

function differInTimesOnly(a: readonly ManagedFieldsEntry[] = [], b: readonly ManagedFieldsEntry[] = []): boolean {
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

const asValue = (object: KubeObject): JsonValue => object as unknown as JsonValue;
