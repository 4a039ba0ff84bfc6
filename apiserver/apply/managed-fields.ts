/**
 * metadata.managedFields as it is worked with: one owner for each manager, operation, subresource and (but for Apply) version, and back.
 * (k8s.io/apimachinery, pkg/util/managedfields/internal/managedfields.go; reference, section 5.1)
 */
import { marshal } from "../../apimachinery/go-text.ts";
import type { ManagedFieldsEntry } from "../../apimachinery/object.ts";
import { compareUtf8 } from "./compare-utf8.ts";
import { EMPTY, type FieldSet, type FieldSetDraft, inOrder, LEAF, noteSize, SELF } from "./field-set.ts";
import { InvalidElement, normaliseElement } from "./path-element.ts";

export interface Owner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** The version that `fields` speaks of. */
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
  /** The entry that this was read from and still says the same. */
  readonly entry?: ManagedFieldsEntry;
}

/** The owners that entries of this server's own stand for. A write to a scale may leave two for one owner, of which the later counts. */
export function ownersOf(entries: readonly ManagedFieldsEntry[] | undefined): Owner[] {
  const owners = (entries ?? []).map((entry) => ownerOf(entry, (entry.fieldsV1 ?? EMPTY) as FieldSet));
  if (owners.length < 2) return owners;
  const latest = new Map(owners.map((owner) => [keyOf(owner), owner]));
  return latest.size === owners.length ? owners : owners.filter((owner) => latest.get(keyOf(owner)) === owner);
}

/** One text for each owner; {@link identifierOf} takes longer. */
const keyOf = ({ manager, operation, apiVersion, subresource }: Identity): string =>
  `${operation}\n${operation === "Apply" ? "" : apiVersion}\n${subresource}\n${manager}`;

function ownerOf(entry: ManagedFieldsEntry, fields: FieldSet): Owner {
  const { manager = "", operation = "Update", apiVersion = "", subresource = "", time } = entry;
  return { manager, operation, apiVersion, subresource, time, fields, entry };
}

/**
 * Reads entries as a client sent them. Of two for the same owner the later counts. Undefined where one of them makes no sense: nobody is
 * told, and the list counts as if it had not been sent.
 */
export function readOwners(entries: readonly ManagedFieldsEntry[]): Owner[] | undefined {
  const owners: Owner[] = [];
  const places = new Map<string, number>();
  for (const entry of entries) {
    if ((entry.operation !== "Apply" && entry.operation !== "Update") || !entry.apiVersion || entry.fieldsType !== "FieldsV1")
      return undefined;
    const fields = readFields(entry.fieldsV1 ?? EMPTY);
    if (fields === undefined) return undefined;
    const { entry: _, ...owner } = ownerOf(entry, fields);
    const identifier = identifierOf(owner);
    const place = places.get(identifier) ?? owners.length;
    places.set(identifier, place);
    owners[place] = owner;
  }
  return owners;
}

export const isSameOwner = (a: Identity, b: Identity): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  (a.operation === "Apply" || a.apiVersion === b.apiVersion);

export type Identity = Pick<Owner, "manager" | "operation" | "apiVersion" | "subresource">;

/** What an owner is known by, as Kubernetes writes it inside; some orders follow it. */
export function identifierOf({ manager, operation, apiVersion, subresource }: Identity): string {
  const members = [
    ...(manager === "" ? [] : [`"manager":${marshal(manager)}`]),
    `"operation":"${operation}"`,
    ...(operation === "Apply" ? [] : [`"apiVersion":${marshal(apiVersion)}`]),
    ...(subresource === "" ? [] : [`"subresource":${marshal(subresource)}`]),
  ];
  return `{${members.join(",")}}`;
}

/** A list that says: forget all owners. */
export const isReset = (entries: readonly ManagedFieldsEntry[]): boolean =>
  entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] as object).length === 0);

/** A tree of fields in this server's spelling; undefined for what is none. */
function readFields(sent: unknown): FieldSet | undefined {
  try {
    return readBelow(sent, false);
  } catch (error) {
    if (error instanceof InvalidElement) return undefined;
    throw error;
  }
}

function readBelow(sent: unknown, isField: boolean): FieldSet {
  if (sent === null) return LEAF;
  if (typeof sent !== "object" || Array.isArray(sent)) throw new InvalidElement("no tree of fields");
  const members = sent as { readonly [element: string]: unknown };
  const node: FieldSetDraft = isField && Object.hasOwn(members, SELF) ? { [SELF]: LEAF } : {};
  let size = 0;
  for (const text of Object.keys(members)) {
    const element = text === SELF ? undefined : normaliseElement(text);
    if (element === undefined) continue;
    node[element] = readBelow(members[text], true);
    size += 1;
  }
  return size === 0 ? LEAF : noteSize(node, size);
}

/** The entries of owners, in Kubernetes' order; undefined for none. Owners of nothing must have been left out. */
export function entriesOf(owners: readonly Owner[]): ManagedFieldsEntry[] | undefined {
  if (owners.length === 0) return undefined;
  return [...owners].sort(compareOwners).map((owner) => owner.entry ?? entryOf(owner));
}

function compareOwners(a: Owner, b: Owner): number {
  return (
    (a.operation < b.operation ? -1 : a.operation > b.operation ? 1 : 0) ||
    secondsOf(a.time) - secondsOf(b.time) ||
    compareUtf8(a.manager, b.manager) ||
    compareUtf8(a.apiVersion, b.apiVersion) ||
    compareUtf8(a.subresource, b.subresource)
  );
}

/** Seconds since the epoch; no time at all comes first. */
export const secondsOf = (time: string | undefined): number => (time === undefined ? 0 : Math.floor(Date.parse(time) / 1000));

function entryOf({ manager, operation, apiVersion, subresource, time, fields }: Owner): ManagedFieldsEntry {
  const entry: ManagedFieldsEntry = {};
  if (manager !== "") entry.manager = manager;
  entry.operation = operation;
  entry.apiVersion = apiVersion;
  if (time !== undefined) entry.time = time;
  entry.fieldsType = "FieldsV1";
  entry.fieldsV1 = inOrder(fields) as Record<string, unknown>;
  if (subresource !== "") entry.subresource = subresource;
  return entry;
}
