import { beforeEach, describe, expect, it } from "vitest";
import type { Subject } from "../../../apis/rbac/v1/binding.ts";
import type { UserInfo } from "../../request.ts";
import { Query } from "../../routing/query.ts";
import { requestInfo } from "../../routing/request-info.ts";
import { Policy } from "./policy.ts";

const CONFIG_MAPS = { verbs: ["get"], apiGroups: [""], resources: ["configmaps"] };
const anna: UserInfo = { name: "anna", groups: ["cooks", "system:authenticated"] };
const robot: UserInfo = { name: "system:serviceaccount:n:robot", groups: ["system:serviceaccounts"] };

let policy: Policy;
beforeEach(() => {
  policy = new Policy();
});

const decide = (user: UserInfo, path = "/api/v1/namespaces/n/configmaps/one", method = "GET") =>
  policy.decide({ user, info: requestInfo(method, path, Query.empty) });
const bind = (namespace: string, name: string, kind: string, role: string, ...subjects: Subject[]) =>
  policy.setBinding(namespace, { metadata: { name }, roleRef: { apiGroup: "", kind, name: role }, subjects });
const user = (name: string): Subject => ({ kind: "User", name });
const group = (name: string): Subject => ({ kind: "Group", name });

describe("a decision by roles", () => {
  it("says by which binding somebody is allowed", () => {
    policy.setRole("", "reader", [CONFIG_MAPS, { verbs: ["get"], nonResourceURLs: ["/shed/*"] }]);
    bind("n", "b", "ClusterRole", "reader", user("anna"), { kind: "ServiceAccount", name: "robot" });
    bind("", "c", "ClusterRole", "reader", group("cooks"));
    expect(decide({ ...anna, groups: [] }).reason).toBe('RBAC: allowed by RoleBinding "b/n" of ClusterRole "reader" to User "anna"');
    expect(decide(anna).reason).toBe('RBAC: allowed by ClusterRoleBinding "c" of ClusterRole "reader" to Group "cooks"');
    expect(decide(robot).reason).toBe('RBAC: allowed by RoleBinding "b/n" of ClusterRole "reader" to ServiceAccount "robot/n"');
    expect(decide(anna, "/shed/x").verdict).toBe("allow");
    expect(decide(robot, "/shed/x").verdict).toBe("no-opinion");
    expect(decide(robot, "/api/v1/namespaces/m/configmaps/one")).toEqual({ verdict: "no-opinion" });
  });

  it("tells which roles are missing, and allows by the others all the same", () => {
    bind("n", "absent", "Role", "nowhere", user("anna"));
    expect(decide(anna).reason).toBe('RBAC: role.rbac.authorization.k8s.io "nowhere" not found');
    bind("n", "absent-2", "ClusterRole", "none", group("cooks"));
    bind("n", "absent-3", "ClusterRole", "none", user("anna"));
    expect(decide(anna).reason).toBe(
      'RBAC: [role.rbac.authorization.k8s.io "nowhere" not found, clusterrole.rbac.authorization.k8s.io "none" not found]',
    );
    policy.setRole("n", "nowhere", [CONFIG_MAPS]);
    expect(decide(anna).verdict).toBe("allow");
  });

  it("follows every change", () => {
    policy.setRole("n", "r", [CONFIG_MAPS]);
    bind("n", "b", "Role", "r", user("anna"));
    expect(decide(anna).verdict).toBe("allow");
    policy.setRole("n", "r", [{ ...CONFIG_MAPS, resourceNames: ["two"] }]);
    expect(decide(anna).verdict).toBe("no-opinion");
    policy.setRole("n", "r", [{ ...CONFIG_MAPS, resourceNames: ["two", "one"] }]);
    expect(decide(anna).verdict).toBe("allow");
    bind("n", "b", "Role", "r", user("bob"));
    expect(decide(anna).verdict).toBe("no-opinion");
    bind("n", "b", "Role", "r", user("anna"), user("anna"));
    expect(decide(anna).verdict).toBe("allow");
    policy.dropRole("n", "r");
    expect(decide(anna)).toEqual({ verdict: "no-opinion", reason: 'RBAC: role.rbac.authorization.k8s.io "r" not found' });
    policy.dropBinding("n", "b");
    expect(decide(anna)).toEqual({ verdict: "no-opinion" });
    policy.dropBinding("n", "b");
  });

  it("takes nobody for a service account that has no namespace, or for a subject of another kind", () => {
    policy.setRole("", "reader", [CONFIG_MAPS]);
    bind("", "b", "ClusterRole", "reader", { kind: "ServiceAccount", name: "robot" }, { kind: "Robot", name: "anna" });
    for (const name of ["system:serviceaccount::robot", "robot", "anna"]) expect(decide({ name, groups: [] }).verdict).toBe("no-opinion");
    policy.dropBinding("", "b");
  });

  it("takes a role of another namespace, and a cluster role of that name, for others", () => {
    policy.setRole("m", "r", [CONFIG_MAPS]);
    policy.setRole("", "r", [CONFIG_MAPS]);
    bind("n", "b", "Role", "r", user("anna"));
    expect(decide(anna).verdict).toBe("no-opinion");
  });
});
