import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Binding } from "../../apis/rbac/v1/binding.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import { GROUP } from "../../apis/rbac/v1/policy-rule.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import type { Controller } from "../runtime/controller.ts";
import { keyOf } from "../runtime/informer.ts";
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
      reconcile(client, CLUSTER_ROLE, CLUSTER_ROLES.map(clusterRoleOf), repairRole),
      reconcile(client, ROLE, SYSTEM_ROLES.map(systemRoleOf), repairRole),
    ]);
    // roles first: a binding to one that is missing would be told of in refusals
    await reconcile(client, CLUSTER_ROLE_BINDING, CLUSTER_ROLE_BINDINGS.map(bindingOf), repairBinding);
  },
  async run() {},
};

type Repair<T extends KubeObject> = (client: Client, resource: ResourceRef, present: T, wanted: T) => Promise<void>;

/** Creates what is missing and repairs the rest, all of them at once. */
async function reconcile<T extends KubeObject>(
  client: Client,
  resource: ResourceRef,
  wanted: readonly T[],
  repair: Repair<T>,
): Promise<void> {
  const { items } = await client.list<T>(resource, wanted[0]?.metadata.namespace);
  const present = new Map(items.map((item) => [keyOf(item), item]));
  await Promise.all(
    wanted.map(async (object) => {
      const { name = "", namespace } = object.metadata;
      const place = namespace === undefined ? { name } : { namespace, name };
      let found = present.get(keyOf(object));
      for (;;) {
        try {
          if (found === undefined) await client.create(resource, namespace, object);
          else await repair(client, resource, found, object);
          return;
        } catch (error) {
          // another server does the same at the same time
          if (!isReason(error, "AlreadyExists") && !isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
          if (isReason(error, "NotFound") && found === undefined) throw error;
        }
        found = await client.get<T>(resource, place).catch((error: unknown) => {
          if (isReason(error, "NotFound")) return undefined;
          throw error;
        });
      }
    }),
  );
}

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
