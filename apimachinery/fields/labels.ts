import { ParseError } from "../validation/parse-error.ts";
import type { FieldSelector } from "./selector.ts";

/** What of a kind decides which fields can be selected. */
export interface SelectableKind {
  readonly scope: "Namespaced" | "Cluster";
  readonly flavor: "builtin" | "custom";
  /** The fields beyond `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: { readonly [label: string]: unknown };
}

/**
 * Refuses a selector on a field that the kind does not offer.
 *
 * Every kind offers `metadata.name`. `metadata.namespace` is offered by namespaced kinds and, finding nothing, by those cluster-scoped
 * built-in kinds that offer no field of their own: these have Kubernetes' default rule and its longer text (reference 6.3).
 *
 * @throws ParseError naming the first such field
 */
export function checkFieldLabels(kind: SelectableKind, selector: FieldSelector): void {
  for (const { field } of selector.requirements) {
    if (!offers(kind, field)) throw new ParseError(unsupportedText(kind, field));
  }
}

const hasDefaultRule = ({ flavor, selectableFields }: SelectableKind) => flavor === "builtin" && Object.keys(selectableFields).length === 0;

function offers(kind: SelectableKind, field: string): boolean {
  if (field === "metadata.name") return true;
  if (field === "metadata.namespace") return kind.scope === "Namespaced" || hasDefaultRule(kind);
  return Object.hasOwn(kind.selectableFields, field);
}

function unsupportedText(kind: SelectableKind, field: string): string {
  if (!hasDefaultRule(kind)) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
