import { copyMembers } from "../../apimachinery/json/copy.ts";
import { type FieldSet, type FieldSetDraft, isEmpty, LEAF, SELF } from "./field-set.ts";
import { memberType } from "./shapes.ts";
import { isDeduced, type ValueType } from "./value-type.ts";

/**
 * A set as it reads under the present schema: what was owned part by part and is owned as one now counts as owned as one; the other way
 * round nothing changes (sigs.k8s.io/structured-merge-diff, typed/reconcile_schema.go). The set itself where it fits.
 */
export function reconcile(type: ValueType, set: FieldSet): FieldSet {
  if (isEmpty(set)) return set;
  const { map, scalar, list } = type;
  if (map !== undefined) {
    if (isDeduced(map)) return set;
    return map.atomic ? LEAF : below(set, (element) => (element.startsWith("f:") ? memberType(map, element.slice(2)) : map.values));
  }
  if (scalar !== undefined || list === undefined) return set;
  return list.atomic ? LEAF : below(set, () => list.items);
}

function below(set: FieldSet, typeAt: (element: string) => ValueType | undefined): FieldSet {
  let out: FieldSetDraft | undefined;
  for (const element in set) {
    if (element === SELF) continue;
    const node = set[element] as FieldSet;
    const type = typeAt(element);
    const reconciled = type === undefined ? node : reconcile(type, node);
    if (reconciled === node) continue;
    out ??= copyMembers(set);
    out[element] = reconciled;
  }
  return out ?? set;
}
