import { type FieldError, forbidden, invalid, invalidWithoutValue, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import { stringify } from "../../../apimachinery/json/stringify.ts";
import type { ObjectMeta } from "../../../apimachinery/object.ts";
import { labelRequirementErrors } from "../../meta/v1/label-selector.ts";
import { objectMeta } from "../../meta/v1/object-meta.ts";
import type { AccessReview, AccessSpec } from "./access-review.ts";
import type { FieldSelectorAttributes, LabelSelectorAttributes, ResourceAttributes } from "./attributes.ts";

const SPEC = FieldPath.of("spec");
const RESOURCE = SPEC.child("resourceAttributes");

/** What is wrong with a review of somebody (kubernetes, pkg/apis/authorization/validation). */
export function subjectAccessReviewErrors({ metadata, spec }: AccessReview): FieldError[] {
  return [...specErrors(spec, true), ...metadataErrors(metadata, "must be empty")];
}

export function selfSubjectAccessReviewErrors({ metadata, spec }: AccessReview): FieldError[] {
  return [...specErrors(spec, false), ...metadataErrors(metadata, "must be empty")];
}

export function localSubjectAccessReviewErrors({ metadata, spec }: AccessReview): FieldError[] {
  const errors = specErrors(spec, true);
  const { resourceAttributes, nonResourceAttributes } = spec;
  errors.push(...metadataErrors(metadata, "must be empty except for namespace", "namespace"));
  const namespace = resourceAttributes?.namespace ?? "";
  if (resourceAttributes !== undefined && namespace !== (metadata.namespace ?? "")) {
    errors.push(invalid(RESOURCE.child("namespace"), namespace, "must match metadata.namespace"));
  }
  if (nonResourceAttributes !== undefined) {
    errors.push(invalid(SPEC.child("nonResourceAttributes"), pathValue(spec), "disallowed on this kind of request"));
  }
  return errors;
}

/** As Go prints the internal type, which has no names for JSON. */
const pathValue = ({ nonResourceAttributes: path }: AccessSpec) =>
  path === undefined ? null : { Path: path.path ?? "", Verb: path.verb ?? "" };

function specErrors(spec: AccessSpec, ofSomebody: boolean): FieldError[] {
  const { resourceAttributes, nonResourceAttributes, user, groups = [] } = spec;
  const errors: FieldError[] = [];
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined)) {
    errors.push(invalid(SPEC, pathValue(spec), "exactly one of nonResourceAttributes or resourceAttributes must be specified"));
  }
  if (ofSomebody && !user && groups.length === 0) {
    errors.push(invalid(SPEC.child("user"), "", "at least one of user or group must be specified"));
  }
  return resourceAttributes === undefined ? errors : [...errors, ...resourceErrors(resourceAttributes)];
}

function metadataErrors(metadata: ObjectMeta, rule: string, ...allowed: (keyof ObjectMeta)[]): FieldError[] {
  const free = new Set<string>(["managedFields", ...allowed]);
  if (Object.entries(metadata).every(([name, value]) => value === undefined || free.has(name))) return [];
  // in the order of the Go type
  const members = Object.keys(objectMeta.properties ?? {}) as (keyof ObjectMeta)[];
  const shown = Object.fromEntries(members.map((name) => [name, metadata[name]]).filter(([, value]) => value !== undefined));
  return [invalidWithoutValue("metadata", `${stringify(shown)}: ${rule}`)];
}

function resourceErrors({ fieldSelector, labelSelector }: ResourceAttributes): FieldError[] {
  return [
    ...(fieldSelector === undefined ? [] : fieldSelectorErrors(fieldSelector, RESOURCE.child("fieldSelector"))),
    ...(labelSelector === undefined ? [] : labelSelectorAttributesErrors(labelSelector, RESOURCE.child("labelSelector"))),
  ];
}

function eitherErrors(
  { rawSelector = "", requirements = [] }: { rawSelector?: string; requirements?: unknown[] },
  path: FieldPath,
): FieldError[] {
  if (rawSelector !== "" && requirements.length > 0) {
    return [invalid(path.child("rawSelector"), rawSelector, "may not specified at the same time as requirements")];
  }
  if (rawSelector !== "" || requirements.length > 0) return [];
  return [required(path.child("requirements"), `when ${path} is specified, requirements or rawSelector is required`)];
}

/** Operators that nobody knows are not refused: such a condition is left out of account when the question is answered. */
function fieldSelectorErrors(selector: FieldSelectorAttributes, path: FieldPath): FieldError[] {
  const errors = eitherErrors(selector, path);
  for (const [index, { key, operator, values = [] }] of (selector.requirements ?? []).entries()) {
    const at = path.child("requirements").index(index);
    if (key === "") errors.push(required(at.child("key"), "must be specified"));
    const many = operator === "In" || operator === "NotIn";
    const none = operator === "Exists" || operator === "DoesNotExist";
    if (many && values.length === 0) {
      errors.push(required(at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (none && values.length > 0) {
      errors.push(forbidden(at.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    }
  }
  return errors;
}

function labelSelectorAttributesErrors(selector: LabelSelectorAttributes, path: FieldPath): FieldError[] {
  const { requirements = [] } = selector;
  return [
    ...eitherErrors(selector, path),
    ...requirements.flatMap((requirement, index) =>
      labelRequirementErrors(requirement, path.child("requirements").index(index), { anyOperator: true }),
    ),
  ];
}
