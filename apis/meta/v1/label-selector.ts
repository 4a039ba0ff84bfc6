import { type FieldError, forbidden, invalid, required } from "../../../apimachinery/field/error.ts";
import type { FieldPath } from "../../../apimachinery/field/path.ts";
import { quote } from "../../../apimachinery/go-text.ts";
import { type LabelOperator, LabelRequirement, LabelSelector } from "../../../apimachinery/labels/selector.ts";
import { validateLabelValue, validateQualifiedName } from "../../../apimachinery/validation/names.ts";
import { validateLabels } from "../../../apimachinery/validation/object-meta.ts";
import { ParseError } from "../../../apimachinery/validation/parse-error.ts";
import { go, list, map, object, optional, type Static, string } from "../../typed-schema.ts";

const DEFINITION = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** One condition of a selector: metav1.LabelSelectorRequirement. */
export const labelSelectorRequirement = object(
  "One condition on one label.",
  {
    key: string("The label.", go({ zero: "" })),
    operator: string("How it compares: In, NotIn, Exists or DoesNotExist.", go({ type: "v1.LabelSelectorOperator", zero: "" })),
    values: optional(
      list("What In and NotIn look for; for the other two there is nothing.", string("One value."), { "x-kubernetes-list-type": "atomic" }),
    ),
  },
  go({ struct: "LabelSelectorRequirement", type: "v1.LabelSelectorRequirement", definition: `${DEFINITION}.LabelSelectorRequirement` }),
);

/** metav1.LabelSelector. An empty one selects everything. */
export const labelSelector = (description: string) =>
  object(
    description,
    {
      matchLabels: optional(map("Labels and the values that they must have.", string("The value."))),
      matchExpressions: optional(
        list("Conditions that have to hold too.", labelSelectorRequirement, { "x-kubernetes-list-type": "atomic" }),
      ),
    },
    go(
      { struct: "LabelSelector", type: "v1.LabelSelector", definition: `${DEFINITION}.LabelSelector` },
      { "x-kubernetes-map-type": "atomic" },
    ),
  );

export type LabelRequirementObject = Static<typeof labelSelectorRequirement>;
export type LabelSelectorObject = Static<ReturnType<typeof labelSelector>>;

const OPERATORS: Readonly<Record<string, LabelOperator>> = { In: "in", NotIn: "notin", Exists: "exists", DoesNotExist: "!" };

/**
 * The selector at work (k8s.io/apimachinery, pkg/apis/meta/v1/helpers.go, LabelSelectorAsSelector).
 * @throws ParseError for one that {@link labelSelectorErrors} finds fault with
 */
export function selectorOf({ matchLabels = {}, matchExpressions = [] }: LabelSelectorObject): LabelSelector {
  return new LabelSelector([
    ...Object.entries(matchLabels).map(([key, value]) => new LabelRequirement(key, "=", [value])),
    ...matchExpressions.map(labelRequirementOf),
  ]);
}

/** @throws ParseError for one that {@link labelRequirementErrors} finds fault with */
export function labelRequirementOf({ key, operator, values }: LabelRequirementObject): LabelRequirement {
  const known = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (known === undefined) throw new ParseError(`${quote(operator)} is not a valid label selector operator`);
  return new LabelRequirement(key, known, values);
}

/** What is wrong with a selector (k8s.io/apimachinery, pkg/apis/meta/v1/validation, ValidateLabelSelector). */
export function labelSelectorErrors({ matchLabels, matchExpressions = [] }: LabelSelectorObject, path: FieldPath): FieldError[] {
  const ofExpressions = matchExpressions.flatMap((expression, index) =>
    labelRequirementErrors(expression, path.child("matchExpressions").index(index)),
  );
  return [...validateLabels(matchLabels, path.child("matchLabels")), ...ofExpressions];
}

/** @param options of an operator that is not known, nothing may be said: whoever asks for it is told otherwise */
export function labelRequirementErrors(
  { key, operator, values = [] }: LabelRequirementObject,
  path: FieldPath,
  { anyOperator = false } = {},
): FieldError[] {
  const errors: FieldError[] = [];
  const many = operator === "In" || operator === "NotIn";
  if (!Object.hasOwn(OPERATORS, operator)) {
    if (!anyOperator) errors.push(invalid(path.child("operator"), operator, "not a valid selector operator"));
  } else if (many && values.length === 0) {
    errors.push(required(path.child("values"), "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (!many && values.length > 0) {
    errors.push(forbidden(path.child("values"), "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  }
  errors.push(...validateQualifiedName(key).map((text) => invalid(path.child("key"), key, text)));
  for (const [i, value] of values.entries()) {
    errors.push(...validateLabelValue(value).map((text) => invalid(path.child("values").index(i), value, text)));
  }
  return errors;
}
