import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import type { PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { clusterRoleAggregationController } from "./cluster-role-aggregation-controller.ts";

const ROLES = { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles" };

let plane: TestControlPlane;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  plane.run(clusterRoleAggregationController);
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const on = (resource: string): PolicyRule => ({ verbs: ["get"], apiGroups: [""], resources: [resource] });
const create = (name: string, role: Partial<ClusterRole>) =>
  plane.admin.create<ClusterRole>(ROLES, undefined, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    ...role,
    metadata: { name, ...role.metadata },
  });
const part = (name: string, label: string, ...rules: PolicyRule[]) => create(name, { metadata: { labels: { [label]: "yes" } }, rules });
const sumOf = (...labels: string[]) => ({ clusterRoleSelectors: labels.map((label) => ({ matchLabels: { [label]: "yes" } })) });
const resourcesOf = async (name: string) =>
  (await plane.admin.get<ClusterRole>(ROLES, { name })).rules?.flatMap(({ resources = [] }) => resources) ?? [];

describe("a cluster role that is a sum", () => {
  it("has the rules of its parts, each once, selector by selector and in the order of the names", async () => {
    await part("b", "first", on("secrets"), on("configmaps"));
    await part("a", "first", on("configmaps"), on("events"));
    await part("c", "second", on("leases"));
    await create("sum", { aggregationRule: sumOf("second", "first") });
    await eventually(async () => expect(await resourcesOf("sum")).toEqual(["leases", "configmaps", "events", "secrets"]));
  });

  it("follows its parts, those that are sums too, and never itself", async () => {
    await create("sum", { metadata: { labels: { more: "yes", first: "yes" } }, aggregationRule: sumOf("first") });
    await create("all", { aggregationRule: sumOf("more") });
    await part("a", "first", on("events"));
    await eventually(async () => expect(await resourcesOf("all")).toEqual(["events"]));
    await plane.admin.patch(ROLES, { name: "a" }, "application/merge-patch+json", { rules: [on("secrets")] });
    await eventually(async () => expect(await resourcesOf("all")).toEqual(["secrets"]));
    await plane.admin.delete(ROLES, { name: "a" });
    await eventually(async () => expect(await resourcesOf("all")).toEqual([]));
  });

  it("is written again when somebody wrote other rules", async () => {
    await part("a", "first", on("events"));
    await create("sum", { aggregationRule: sumOf("first"), rules: [on("secrets")] });
    await eventually(async () => expect(await resourcesOf("sum")).toEqual(["events"]));
    await plane.admin.patch(ROLES, { name: "sum" }, "application/merge-patch+json", { rules: [on("leases")] });
    await eventually(async () => expect(await resourcesOf("sum")).toEqual(["events"]));
  });
});
