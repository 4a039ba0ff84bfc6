/**
 * Fields that a write cannot own, because it cannot change them: they are put back before anything is stored (rest.ResetFieldsStrategy;
 * reference, section 5.2).
 */
import type { KindDefinition } from "../../apis/kind.ts";
import type { Part } from "../strategy/update.ts";
import { type FieldSet, isEmpty, LEAF, recursiveDifference, unionOf } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";

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
  const reset = unionOf(resetBy(kind, part).map(setOf));
  return isEmpty(reset) ? (set) => set : (set) => recursiveDifference(set, reset);
}

function resetBy({ flavor, subresources, strategy }: KindDefinition, part: Part): readonly string[] {
  const more = strategy.resets;
  switch (part) {
    case "":
      return [...(subresources.status ? ["status"] : []), ...(more?.object ?? [])];
    case "status":
      return ["spec", ...(flavor === "custom" || strategy.isolatesStatus ? ["metadata"] : []), ...(more?.status ?? [])];
    case "approval":
      return ["spec", ...(more?.approval ?? [])];
    case "finalize":
      return ["status"];
    default:
      return [];
  }
}

/** `status.conditions` as a set. */
const setOf = (way: string): FieldSet => way.split(".").reduceRight<FieldSet>((below, name) => ({ [fieldElement(name)]: below }), LEAF);
