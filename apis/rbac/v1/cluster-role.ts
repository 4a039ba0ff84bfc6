import { type FieldError, invalid, required } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validatePathSegmentName } from "../../../apimachinery/validation/names.ts";
import { CREATED_AT } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { labelSelector, labelSelectorErrors } from "../../meta/v1/label-selector.ts";
import { go, list, object, optional, type Static } from "../../typed-schema.ts";
import { DEFINITION, dropNoRules, GROUP, ruleErrors, rules } from "./policy-rule.ts";

const aggregationRule = object(
  "Which cluster roles this one is the sum of; a controller writes the rules then.",
  {
    clusterRoleSelectors: optional(
      list("Selectors of cluster roles; each that one of them selects is a part.", labelSelector("One selector."), {
        "x-kubernetes-list-type": "atomic",
      }),
    ),
  },
  go({ struct: "AggregationRule", type: "v1.AggregationRule", definition: `${DEFINITION}.AggregationRule`, pointer: true }),
);

const schema = object(
  "Rights in all namespaces and over what is in none. Bound in a namespace, a cluster role gives its rights there.",
  { rules: optional(rules("The rights.")), aggregationRule: optional(aggregationRule) },
  go({ struct: "ClusterRole", definition: `${DEFINITION}.ClusterRole` }),
);

export type ClusterRole = KubeObject & Static<typeof schema>;

export const clusterRole = defineKind({
  group: GROUP,
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  scope: "Cluster",
  flavor: "builtin",
  schema,
  columns: [NAME_COLUMN, CREATED_AT],
  strategy: {
    allowUnconditionalUpdate: true,
    allowCreateOnUpdate: true,
    validateName: (name) => validatePathSegmentName(name),
    prepareForCreate: dropNoRules,
    prepareForUpdate: dropNoRules,
    validate,
    validateUpdate: validate,
  },
});

function validate(object: KubeObject): FieldError[] {
  const { rules = [], aggregationRule } = object as ClusterRole;
  const ofRules = ruleErrors(rules ?? [], false, FieldPath.of("rules"));
  return aggregationRule === undefined ? ofRules : [...ofRules, ...selectorErrors(aggregationRule.clusterRoleSelectors ?? [])];
}

function selectorErrors(selectors: readonly Static<ReturnType<typeof labelSelector>>[]): FieldError[] {
  const path = FieldPath.of("aggregationRule", "clusterRoleSelectors");
  if (selectors.length === 0) return [required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return selectors.flatMap((selector, index) => {
    const at = path.index(index);
    const errors = labelSelectorErrors(selector, at);
    return errors.length === 0 ? [] : [...errors, invalid(at, null, "invalid label selector.")];
  });
}
