import { type FieldError, forbidden, invalid, required, tooLong } from "../field/error.ts";
import { FieldPath } from "../field/path.ts";
import { marshal, quote } from "../go-text.ts";
import type { ObjectMeta, OwnerReference } from "../object.ts";
import { validateManagedFields } from "./managed-fields.ts";
import { validateDnsLabel, validateLabelValue, validateQualifiedName } from "./names.ts";

/** All of an object's annotations together, keys and values, in bytes. */
export const MAX_ANNOTATIONS_SIZE = 256 * 1024;

/** Finalizers that Kubernetes itself gives a meaning; any other names its domain. */
export const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** Errors of a name, or with `prefix` of the start of one. */
export type NameRule = (name: string, prefix: boolean) => readonly string[];

const METADATA = FieldPath.of("metadata");
const IMMUTABLE = "field is immutable";

/** Where metadata stands when it is not that of a whole object. */
export interface MetadataPlace {
  readonly path?: FieldPath;
  /** What stands inside another object is not stored by itself, and needs no name. */
  readonly mayLackName?: boolean;
}

/**
 * What is wrong with an object's metadata as it stands, in Kubernetes' order (k8s.io/apimachinery, pkg/api/validation/objectmeta.go).
 * Of managedFields only names are judged: what does not make sense is passed over, not refused.
 *
 * @param namespaced whether there has to be a namespace, or must not be one
 */
export function validateObjectMeta(
  meta: ObjectMeta,
  namespaced: boolean,
  nameRule: NameRule,
  { path = METADATA, mayLackName = false }: MetadataPlace = {},
): FieldError[] {
  const errors: FieldError[] = [];
  if (meta.generateName) {
    for (const text of nameRule(meta.generateName, true)) errors.push(invalid(path.child("generateName"), meta.generateName, text));
  }
  if (!meta.name) {
    if (!mayLackName) errors.push(required(path.child("name"), "name or generateName is required"));
  } else for (const text of nameRule(meta.name, false)) errors.push(invalid(path.child("name"), meta.name, text));
  const namespaceAt = path.child("namespace");
  if (!namespaced) {
    if (meta.namespace) errors.push(forbidden(namespaceAt, "not allowed on this type"));
  } else if (!meta.namespace) errors.push(required(namespaceAt));
  else for (const text of validateDnsLabel(meta.namespace)) errors.push(invalid(namespaceAt, meta.namespace, text));
  if ((meta.generation ?? 0) < 0) errors.push(invalid(path.child("generation"), meta.generation, "must be greater than or equal to 0"));
  return [
    ...errors,
    ...validateLabels(meta.labels, path.child("labels")),
    ...validateAnnotations(meta.annotations, path.child("annotations")),
    ...validateOwnerReferences(meta.ownerReferences ?? [], path.child("ownerReferences")),
    ...validateFinalizers(meta.finalizers ?? [], path.child("finalizers")),
    ...validateManagedFields(meta.managedFields ?? [], path.child("managedFields")),
  ];
}

/**
 * What may not become of an object's metadata, in Kubernetes' order. The resource version is left to whoever holds the optimistic lock.
 * `meta` has its system fields restored already, where Kubernetes restores them in silence.
 */
export function validateObjectMetaUpdate(meta: ObjectMeta, old: ObjectMeta, path = METADATA): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) {
    const before = new Set(old.finalizers);
    const added = [...new Set(meta.finalizers)].filter((finalizer) => !before.has(finalizer)).sort();
    if (added.length > 0) {
      const shown = `[]string{${added.map(quote).join(", ")}}`;
      errors.push(
        forbidden(path.child("finalizers"), `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`),
      );
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(path.child("generation"), meta.generation ?? 0, "must not be decremented"));
  }
  for (const field of ["name", "namespace", "uid"] as const) {
    if ((meta[field] ?? "") !== (old[field] ?? "")) errors.push(invalid(path.child(field), meta[field] ?? "", IMMUTABLE));
  }
  for (const field of ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] as const) {
    if (meta[field] !== old[field]) errors.push(invalid(path.child(field), meta[field] ?? null, IMMUTABLE));
  }
  return [
    ...errors,
    ...validateLabels(meta.labels, path.child("labels")),
    ...validateAnnotations(meta.annotations, path.child("annotations")),
    ...validateOwnerReferences(meta.ownerReferences ?? [], path.child("ownerReferences")),
  ];
}

/** Errors stand at the field, without the key. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const text of validateQualifiedName(key)) errors.push(invalid(path, key, text));
    for (const text of validateLabelValue(value)) errors.push(invalid(path, value, text));
  }
  return errors;
}

/** Keys are judged in lower case; values may be anything that fits. */
export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const text of validateQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, text));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > MAX_ANNOTATIONS_SIZE) errors.push(tooLong(path, MAX_ANNOTATIONS_SIZE));
  return errors;
}

/** `v1`, `/v1`, `apps/v1`. */
const VERSION_AT_THE_END = /^(?:[^/]*\/)?[^/]+$/;

/** Each of these errors shows the whole list: without a limit what is said of a megabyte would take gigabytes. */
const MAX_OTHER_CONTROLLERS = 10;

export function validateOwnerReferences(references: readonly OwnerReference[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  let controller: string | undefined;
  let others = 0;
  let whole: string | undefined;
  for (const [i, reference] of references.entries()) {
    const at = path.index(i);
    if (!reference.apiVersion) errors.push(required(at.child("apiVersion"), "must not be empty"));
    else if (!VERSION_AT_THE_END.test(reference.apiVersion)) {
      errors.push(invalid(at.child("apiVersion"), reference.apiVersion, "must be <group>/<version> or <version>"));
    }
    for (const field of ["kind", "name", "uid"] as const) {
      if (!reference[field]) errors.push(required(at.child(field), "must not be empty"));
    }
    if (reference.kind === "Event" && (reference.apiVersion === "v1" || reference.apiVersion === "/v1")) {
      errors.push(invalidReference(at, referenceText(reference), "/v1, Kind=Event is disallowed from being an owner"));
    }
    if (reference.controller !== true) continue;
    const name = `${reference.kind ?? ""}/${reference.name ?? ""}`;
    if (controller === undefined) controller = name;
    else if (++others <= MAX_OTHER_CONTROLLERS) {
      const rule = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      whole ??= `[${references.map(referenceText).join(",")}]`;
      errors.push(invalidReference(path, whole, rule));
    }
  }
  return errors;
}

const invalidReference = (field: FieldPath, value: string, rule: string): FieldError => ({
  type: "FieldValueInvalid",
  field: String(field),
  body: `Invalid value: ${value}: ${rule}`,
});

/** A reference as Go writes the struct: its members in their declared order, the first four even when empty. */
function referenceText({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): string {
  const members = Object.entries({ apiVersion, kind, name, uid }).map(([member, value]) => `"${member}":${marshal(value ?? "")}`);
  if (controller !== undefined) members.push(`"controller":${controller}`);
  if (blockOwnerDeletion !== undefined) members.push(`"blockOwnerDeletion":${blockOwnerDeletion}`);
  return `{${members.join(",")}}`;
}

export function validateFinalizers(finalizers: readonly string[], path: FieldPath): FieldError[] {
  const errors = finalizers.flatMap((finalizer) => validateQualifiedName(finalizer).map((text) => invalid(path, finalizer, text)));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.push(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

/** The rule of most built-in kinds: a finalizer is one of the standard ones or names its domain. */
export function validateFinalizerIsQualified(finalizer: string, path: FieldPath): FieldError[] {
  if (finalizer.includes("/") || STANDARD_FINALIZERS.has(finalizer)) return [];
  return [invalid(path, finalizer, "name is neither a standard finalizer name nor is it fully qualified")];
}
