import type { Binding } from "../../apis/rbac/v1/binding.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import { GROUP } from "../../apis/rbac/v1/policy-rule.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import type { Controller } from "../runtime/controller.ts";
import { ensureAll } from "../runtime/ensure.ts";
import { AUTOUPDATE, reconciledBinding, reconciledRole } from "./reconcile.ts";
import { type BootstrapBinding, type BootstrapRole, CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, SYSTEM_ROLES } from "./roles.ts";

const of = (resource: string): ResourceRef => ({ group: GROUP, version: "v1", resource });
const CLUSTER_ROLE = of("clusterroles");
const CLUSTER_ROLE_BINDING = of("clusterrolebindings");
const ROLE = of("roles");

/**
 * Sees to it, before anyone is served, that the roles and bindings are there that every server has, with all that belongs in them (kubernetes,
 * pkg/registry/rbac/rest/storage_rbac.go). After that they are the administrators' until the next start.
 */
export const bootstrapPolicyController: Controller = {
  name: "bootstrap-policy",
  async prepare({ client }) {
    await Promise.all([
      ensureAll(client, CLUSTER_ROLE, CLUSTER_ROLES.map(clusterRoleOf), repairRole),
      ensureAll(client, ROLE, SYSTEM_ROLES.map(systemRoleOf), repairRole),
    ]);
    // roles first: a binding to one that is missing would be told of in refusals
    await ensureAll(client, CLUSTER_ROLE_BINDING, CLUSTER_ROLE_BINDINGS.map(bindingOf), repairBinding);
  },
  async run() {},
};

async function repairRole(client: Client, resource: ResourceRef, present: ClusterRole, wanted: ClusterRole): Promise<void> {
  const role = reconciledRole(present, wanted);
  if (role !== undefined) await client.update(resource, role);
}

async function repairBinding(client: Client, resource: ResourceRef, present: Binding, wanted: Binding): Promise<void> {
  const repair = reconciledBinding(present, wanted);
  if (repair.do === "update") await client.update(resource, repair.binding);
  if (repair.do !== "recreate") return;
  const { name = "", uid = "" } = present.metadata;
  await client.delete(resource, { name }, { preconditions: { uid } });
  await client.create(resource, undefined, repair.binding);
}

const metadataOf = (name: string, labels: BootstrapRole["labels"] = {}) => ({
  name,
  labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
  annotations: { [AUTOUPDATE]: "true" },
});

const apiVersion = `${GROUP}/v1`;

function clusterRoleOf({ name, labels, rules = [], aggregates }: BootstrapRole): ClusterRole {
  return {
    apiVersion,
    kind: "ClusterRole",
    metadata: metadataOf(name, labels),
    rules: [...rules],
    ...(aggregates !== undefined && { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: "true" } }] } }),
  };
}

function systemRoleOf(role: BootstrapRole): ClusterRole {
  const object = clusterRoleOf(role);
  return { ...object, kind: "Role", metadata: { ...object.metadata, namespace: "kube-system" } };
}

function bindingOf({ role, groups }: BootstrapBinding): Binding {
  return {
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata: metadataOf(role),
    subjects: groups.map((name) => ({ kind: "Group", apiGroup: GROUP, name })),
    roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: role },
  };
}
