import { defineKind } from "../../define-kind.ts";
import { bindingColumns, bindingSchema, bindingStrategy } from "./binding.ts";
import { GROUP } from "./policy-rule.ts";

export const clusterRoleBinding = defineKind({
  group: GROUP,
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  scope: "Cluster",
  flavor: "builtin",
  schema: bindingSchema("ClusterRoleBinding", "Gives the rights of a cluster role to somebody, in all namespaces and outside of them."),
  columns: bindingColumns,
  strategy: bindingStrategy({ namespaced: false }),
});
