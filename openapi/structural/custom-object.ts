import { type FieldError, invalid, invalidWithoutValue } from "../../apimachinery/field/error.ts";
import { FieldPath } from "../../apimachinery/field/path.ts";
import type { JsonObject, JsonValue } from "../../apimachinery/json/value.ts";
import { apiVersionOf } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { Schema } from "../../apis/schema.ts";
import { type ValidateMetadata, validateEmbedded } from "./embedded.ts";
import { hasRules, propertyOf } from "./node.ts";
import { validateScaleSpec, validateScaleStatus } from "./scale.ts";
import { findDuplicates } from "./uniqueness.ts";
import { validateSchema, validateUpdate } from "./validate.ts";

/** What of metadata concerns the validation of an object, and is judged elsewhere. */
export interface MetadataRules {
  /** Errors of the object's own metadata: they come first, and count when it is decided whether rules can be checked. */
  readonly errors: readonly FieldError[];
  readonly validate: ValidateMetadata;
}

/**
 * Everything wrong with a custom object about to be created, or, with `old`, to be updated, in kube-apiserver's order: metadata, schema,
 * scale, embedded resources, duplicates (kube-api-behaviour 7.4; apiextensions-apiserver, pkg/registry/customresource/strategy.go).
 *
 * Of an update, what was wrong already and has not changed is let through, and duplicates count only where there were none. CEL rules are
 * not part of this: where the kind has some and errors forbid to look at them, a last error says so.
 */
export function validateCustomObject(
  kind: KindDefinition,
  object: JsonObject,
  old: JsonObject | undefined,
  metadata: MetadataRules,
): FieldError[] {
  const wrongType = validateType(kind, object);
  // nothing else is known of such an object
  if (wrongType.length > 0) return old === undefined ? wrongType : metadata.errors.concat(wrongType);
  const { schema, subresources } = kind;
  const judged = judgedSchema(kind);
  const errors = metadata.errors.concat(old === undefined ? validateSchema(judged, object) : validateUpdate(judged, object, old));
  const scale = subresources.scale;
  if (scale !== undefined) errors.push(...validateScaleSpec(scale, object), ...validateScaleStatus(scale, object));
  return withUncheckedRules(kind, errors.concat(validateEmbedded(schema, object, metadata.validate), newDuplicates(kind, object, old)));
}

/** The same for a write of the status, which changes nothing else: of the schema, only the part that describes the status is looked at. */
export function validateCustomStatus(kind: KindDefinition, object: JsonObject, old: JsonObject, metadata: MetadataRules): FieldError[] {
  const schema = propertyOf(kind.schema, "status");
  const status: JsonValue | undefined = object.status;
  const ofStatus = schema === undefined || status === undefined ? [] : validateUpdate(schema, status, old.status, FieldPath.of("status"));
  const errors = metadata.errors.concat(ofStatus);
  const scale = kind.subresources.scale;
  if (scale !== undefined) errors.push(...validateScaleStatus(scale, object));
  return withUncheckedRules(kind, errors.concat(newDuplicates(kind, object, old)));
}

const withNames = new WeakMap<KindDefinition, Schema>();

/** The schema of a kind, and what it wants of names. */
function judgedSchema(kind: KindDefinition): Schema {
  const { schema, metadataSchema } = kind;
  if (metadataSchema === undefined) return schema;
  let judged = withNames.get(kind);
  if (judged === undefined) {
    judged = { ...schema, properties: { ...schema.properties, metadata: metadataSchema } };
    withNames.set(kind, judged);
  }
  return judged;
}

function validateType(kind: KindDefinition, { apiVersion, kind: found }: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (found !== kind.kind) errors.push(invalid("kind", found, `must be ${kind.kind}`));
  const wanted = apiVersionOf(kind);
  if (apiVersion !== wanted) errors.push(invalid("apiVersion", apiVersion, `must be ${wanted}`));
  return errors;
}

function newDuplicates({ schema }: KindDefinition, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const duplicates = findDuplicates(schema, object);
  return duplicates.length > 0 && old !== undefined && findDuplicates(schema, old).length > 0 ? [] : duplicates;
}

/** Errors after which rules cannot be evaluated: what they would look at may not be what they expect. */
const BLOCKING: ReadonlySet<string> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

const RULES_NOT_CHECKED = invalidWithoutValue(
  FieldPath.root,
  "null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

/** Whether rules may be evaluated on an object with these errors. */
export const mayCheckRules = (errors: readonly FieldError[]): boolean => !errors.some(({ type }) => BLOCKING.has(type));

function withUncheckedRules({ schema }: KindDefinition, errors: FieldError[]): FieldError[] {
  if (hasRules(schema) && !mayCheckRules(errors)) errors.push(RULES_NOT_CHECKED);
  return errors;
}
