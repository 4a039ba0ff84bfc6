import { errorText, type FieldError } from "../../apimachinery/field/error.ts";
import type { KindDefinition } from "../../apis/kind.ts";

/** Groups of built-in kinds whose faults are named as often as they are found, as those of custom kinds are. */
const NAMED_AGAIN: ReadonlySet<string> = new Set(["admissionregistration.k8s.io", "apiextensions.k8s.io"]);

/** Errors are compared up to here, beyond what an answer has room for. */
const MAX_COMPARED = 10_000;

/**
 * Kubernetes judges metadata in its generic part and in the kind's own, and a scope for each limit that it does not fit. Most built-in kinds
 * name each fault once all the same (k8s.io/apiserver, pkg/registry/rest/validate.go; recordings: patch/identity, kinds/resource-quotas).
 */
export function withoutRepetition({ flavor, group }: Pick<KindDefinition, "flavor" | "group">, errors: FieldError[]): FieldError[] {
  return flavor === "custom" || NAMED_AGAIN.has(group) ? errors : eachOnce(errors);
}

/** The errors of one judgement of the metadata are told so for every kind. */
export function eachOnce(errors: FieldError[]): FieldError[] {
  if (errors.length < 2) return errors;
  const compared = new Map(errors.slice(0, MAX_COMPARED).map((error) => [errorText(error), error]));
  return [...compared.values(), ...errors.slice(MAX_COMPARED)];
}
