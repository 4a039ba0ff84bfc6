import type { FieldError } from "../../../apimachinery/field/error.ts";
import { FieldPath } from "../../../apimachinery/field/path.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { validatePathSegmentName } from "../../../apimachinery/validation/names.ts";
import { CREATED_AT } from "../../columns.ts";
import { defineKind, NAME_COLUMN } from "../../define-kind.ts";
import { go, object, optional, type Static } from "../../typed-schema.ts";
import { DEFINITION, dropNoRules, GROUP, ruleErrors, rules } from "./policy-rule.ts";

const schema = object(
  "Rights inside one namespace; bindings give them to somebody.",
  { rules: optional(rules("The rights.")) },
  go({ struct: "Role", definition: `${DEFINITION}.Role` }),
);

export type Role = KubeObject & Static<typeof schema>;

export const role = defineKind({
  group: GROUP,
  version: "v1",
  kind: "Role",
  plural: "roles",
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
  return ruleErrors((object as Role).rules ?? [], true, FieldPath.of("rules"));
}
