/**
 * Who owns the replicas, told in terms of the scale and back (k8s.io/apimachinery, pkg/util/managedfields/scalehandler.go).
 *
 *     the object's entries                            as the scale's
 *     aa, Apply, example.com/v1: spec.size, spec.x    aa, Apply, autoscaling/v1: spec.replicas
 *     bb, Update, example.com/v1: spec.x              –
 *
 * After a write to the scale: who still has the replicas there keeps its entry as it was, who has them no longer loses the path, and who is new
 * gets an entry with nothing but the path.
 */
import { apiVersionOf, type ManagedFieldsEntry } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { namesIn } from "../../openapi/structural/scale.ts";
import { difference, type FieldSet, intersection, isEmpty, LEAF } from "../apply/field-set.ts";
import { entriesOf, identifierOf, type Owner, ownersOf } from "../apply/managed-fields.ts";

const AUTOSCALING = "autoscaling/v1";
const REPLICAS: FieldSet = { "f:spec": { "f:replicas": LEAF } };

/** Where each version of a kind has its replicas; undefined for a version without a scale. */
export type ReplicasPaths = ReadonlyMap<string, FieldSet | undefined>;

export function replicasPaths(versions: readonly KindDefinition[]): ReplicasPaths {
  return new Map(
    versions.map((kind) => [apiVersionOf(kind), kind.subresources.scale && setOf(namesIn(kind.subresources.scale.specReplicasPath))]),
  );
}

const setOf = (names: readonly string[]): FieldSet => names.reduceRight<FieldSet>((below, name) => ({ [`f:${name}`]: below }), LEAF);

/** The entries of the object that speak of the replicas, as entries of the scale. */
export function toScaleEntries(entries: readonly ManagedFieldsEntry[] | undefined, paths: ReplicasPaths): ManagedFieldsEntry[] | undefined {
  const owners = ownersOf(entries).filter(({ apiVersion, fields }) => has(fields, paths.get(apiVersion)));
  return entriesOf(owners.map((owner) => ({ ...bare(owner), apiVersion: AUTOSCALING, fields: REPLICAS })));
}

/** The entries of the object after its scale was written. @param own the version through which that was */
export function toObjectEntries(
  entries: readonly ManagedFieldsEntry[] | undefined,
  scaleEntries: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
  own: string,
): ManagedFieldsEntry[] | undefined {
  const ofScale = new Map(ownersOf(scaleEntries).map((owner) => [identifierOf(owner), owner]));
  const owners: Owner[] = [];
  for (const owner of ownersOf(entries)) {
    // nobody knows what an entry of a version that is no more speaks of
    if (!paths.has(owner.apiVersion)) continue;
    const path = paths.get(owner.apiVersion);
    if (path === undefined || !has(owner.fields, path) || ofScale.delete(identifierOf(owner))) {
      owners.push(owner);
      continue;
    }
    const fields = difference(owner.fields, path);
    if (!isEmpty(fields)) owners.push({ ...bare(owner), fields });
  }
  for (const owner of ofScale.values()) {
    if (has(owner.fields, REPLICAS)) owners.push({ ...bare(owner), apiVersion: own, time: undefined, fields: paths.get(own) as FieldSet });
  }
  return entriesOf(owners);
}

const has = (set: FieldSet, path: FieldSet | undefined): boolean => path !== undefined && !isEmpty(intersection(set, path));

/** Without the entry that it was read from: it says something else now. */
function bare({ entry: _, ...owner }: Owner): Owner {
  return owner;
}
