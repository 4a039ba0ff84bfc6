import { defineKind } from "../../define-kind.ts";
import { bindingColumns, bindingSchema, bindingStrategy } from "./binding.ts";
import { GROUP } from "./policy-rule.ts";

export const roleBinding = defineKind({
  group: GROUP,
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  flavor: "builtin",
  schema: bindingSchema(
    "RoleBinding",
    "Gives the rights of a role of its namespace, or of a cluster role, to somebody, inside its namespace.",
  ),
  columns: bindingColumns,
  strategy: bindingStrategy({ namespaced: true }),
});
