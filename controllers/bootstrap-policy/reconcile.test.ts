import { describe, expect, it } from "vitest";
import type { Binding } from "../../apis/rbac/v1/binding.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import type { PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";
import { reconciledBinding, reconciledRole } from "./reconcile.ts";

const on = (resource: string, ...verbs: string[]): PolicyRule => ({ verbs, apiGroups: [""], resources: [resource] });

const role = (rules: PolicyRule[], metadata: ClusterRole["metadata"] = {}): ClusterRole => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "r", ...metadata },
  rules,
});
const sum = (...labels: string[]): ClusterRole => ({
  ...role([]),
  aggregationRule: { clusterRoleSelectors: labels.map((label) => ({ matchLabels: { [label]: "true" } })) },
});
const binding = (roleName: string, ...groups: string[]): Binding => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRoleBinding",
  metadata: { name: "b" },
  subjects: groups.map((name) => ({ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name })),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: roleName },
});

describe("a role that every server has", () => {
  it("is left alone when it covers what is wanted, in other rules too", () => {
    expect(reconciledRole(role([on("*", "*")]), role([on("configmaps", "get", "list")]))).toBeUndefined();
    expect(
      reconciledRole(role([on("configmaps", "get"), on("configmaps", "list")]), role([on("configmaps", "get", "list")])),
    ).toBeUndefined();
  });

  it("is given the rights that it lacks, and loses none", () => {
    const repaired = reconciledRole(role([on("secrets", "get"), on("configmaps", "get")]), role([on("configmaps", "get", "list")]));
    expect(repaired?.rules).toEqual([on("secrets", "get"), on("configmaps", "get"), on("configmaps", "list")]);
  });

  it("is given labels and annotations that it lacks, and keeps its own values", () => {
    const wanted = role([], { labels: { a: "wanted", b: "wanted" }, annotations: { c: "wanted" } });
    expect(reconciledRole(role([], { labels: { a: "own" } }), wanted)?.metadata).toEqual({
      name: "r",
      labels: { a: "own", b: "wanted" },
      annotations: { c: "wanted" },
    });
  });

  it("is given selectors that it lacks, where it is a sum; its rules are another's affair", () => {
    const present = { ...sum("own"), rules: [on("secrets", "get")] };
    const repaired = reconciledRole(present, sum("wanted"));
    expect(repaired?.aggregationRule?.clusterRoleSelectors).toHaveLength(2);
    expect(repaired?.rules).toEqual([on("secrets", "get")]);
    expect(reconciledRole(present, sum("own"))).toBeUndefined();
  });

  it("is not touched where it says so", () => {
    const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "false" };
    expect(reconciledRole(role([], { annotations }), role([on("secrets", "get")]))).toBeUndefined();
    const present = binding("other");
    expect(reconciledBinding({ ...present, metadata: { name: "b", annotations } }, binding("r", "g"))).toEqual({ do: "nothing" });
  });
});

describe("a binding that every server has", () => {
  it("is given the subjects that it lacks, and keeps others", () => {
    const repair = reconciledBinding(binding("r", "own", "a"), binding("r", "a", "b"));
    expect(repair).toMatchObject({ do: "update", binding: { subjects: [{ name: "own" }, { name: "a" }, { name: "b" }] } });
    expect(reconciledBinding(binding("r", "own", "a"), binding("r", "a"))).toEqual({ do: "nothing" });
  });

  it("is made anew where it refers to another role", () => {
    expect(reconciledBinding(binding("other", "a"), binding("r", "b"))).toEqual({ do: "recreate", binding: binding("r", "b") });
  });
});
