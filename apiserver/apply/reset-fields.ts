/**
 * Fields that a write cannot own, because it cannot change them: they are put back before anything is stored (rest.ResetFieldsStrategy;
 * reference, section 5.2).
 */
import type { KindDefinition } from "../../apis/kind.ts";
import type { Part } from "../strategy/update.ts";
import { EMPTY, type FieldSet, isEmpty, LEAF, recursiveDifference, within } from "./field-set.ts";

export type Filter = (set: FieldSet) => FieldSet;

/** What nobody owns, whoever sets it: the identity of the object and what the server keeps. */
export const NEVER_OWNED: FieldSet = {
  "f:apiVersion": LEAF,
  "f:kind": LEAF,
  "f:metadata": {
    ".": LEAF,
    "f:clusterName": LEAF,
    "f:creationTimestamp": LEAF,
    "f:generation": LEAF,
    "f:managedFields": LEAF,
    "f:name": LEAF,
    "f:namespace": LEAF,
    "f:resourceVersion": LEAF,
    "f:selfLink": LEAF,
    "f:uid": LEAF,
  },
};

/** Takes out of a set what a write to this part of an object resets. */
export function resetFilter(kind: KindDefinition, part: Part): Filter {
  if (part === "finalize") return (set) => within(set, ["f:spec", "f:finalizers"]);
  if (part === "approval") return (set) => recursiveDifference(set, { "f:spec": LEAF, "f:status": { "f:certificate": LEAF } });
  const reset = part === "scale" || part === "token" ? EMPTY : resetBy(kind, part);
  return isEmpty(reset) ? (set) => set : (set) => recursiveDifference(set, reset);
}

function resetBy({ flavor, subresources, strategy }: KindDefinition, part: "" | "status"): FieldSet {
  if (part === "") return subresources.status ? { "f:status": LEAF } : EMPTY;
  return flavor === "custom" || strategy.isolatesStatus ? { "f:metadata": LEAF, "f:spec": LEAF } : { "f:spec": LEAF };
}
