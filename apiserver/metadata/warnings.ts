import { quote } from "../../apimachinery/go-text.ts";
import type { ObjectMeta, OwnerReference } from "../../apimachinery/object.ts";
import { validateQualifiedName } from "../../apimachinery/validation/names.ts";
import { STANDARD_FINALIZERS } from "../../apimachinery/validation/object-meta.ts";

/**
 * Removes owner references that repeat an earlier one in every member, and returns the warning about it if there were any. Changes `meta`.
 * Creates and updates are looked at before and after mutating admission, patches only after.
 */
export function dedupeOwnerReferences(meta: ObjectMeta, afterMutatingAdmission: boolean): string | undefined {
  const references = meta.ownerReferences;
  if (references === undefined || references.length < 2) return undefined;
  const seen = new Set<string>();
  const duplicates: string[] = [];
  const kept = references.filter((reference) => {
    const identity = identityOf(reference);
    if (seen.has(identity)) duplicates.push(reference.uid);
    return seen.size !== seen.add(identity).size;
  });
  if (duplicates.length === 0) return undefined;
  meta.ownerReferences = kept;
  return (
    `.metadata.ownerReferences contains duplicate entries${afterMutatingAdmission ? " after mutating admission happens" : ""}; ` +
    "API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; " +
    `duplicate UID(s) observed: ${duplicates.join(", ")}`
  );
}

function identityOf({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): string {
  return JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion]);
}

/** The headers of an answer have room for fewer. */
const MAX_WARNINGS = 1_000;

/** What custom kinds say about finalizers that the write adds and that name no domain. */
export function finalizerWarnings(meta: ObjectMeta, old: ObjectMeta | undefined): string[] {
  if (meta.finalizers === undefined) return [];
  const before = new Set(old?.finalizers);
  const added = [...new Set(meta.finalizers)].filter((finalizer) => !before.has(finalizer)).sort();
  return added.slice(0, MAX_WARNINGS).flatMap((finalizer) => {
    const warnings: string[] = [...validateQualifiedName(finalizer)];
    if (!finalizer.includes("/") && !STANDARD_FINALIZERS.has(finalizer)) {
      const how = finalizer.includes(".") ? " including a path (/)" : "";
      warnings.push(`prefer a domain-qualified finalizer name${how} to avoid accidental conflicts with other finalizer writers`);
    }
    return warnings.map((warning) => `metadata.finalizers: ${quote(finalizer)}: ${warning}`);
  });
}
