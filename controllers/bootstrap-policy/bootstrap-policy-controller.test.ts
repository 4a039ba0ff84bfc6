import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Binding } from "../../apis/rbac/v1/binding.ts";
import type { ClusterRole } from "../../apis/rbac/v1/cluster-role.ts";
import type { Client } from "../../client/client.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { systemNamespacesController } from "../system-namespaces/system-namespaces-controller.ts";
import { bootstrapPolicyController } from "./bootstrap-policy-controller.ts";
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES } from "./roles.ts";

const of = (resource: string) => ({ group: "rbac.authorization.k8s.io", version: "v1", resource });
const ROLES = of("clusterroles");
const BINDINGS = of("clusterrolebindings");

let plane: TestControlPlane;
let admin: Client;
beforeEach(async () => {
  plane = await TestControlPlane.start();
  admin = plane.admin;
  await systemNamespacesController.prepare?.(surroundings());
});
afterEach(() => plane.close());

const surroundings = () => ({ client: plane.client(), now: Date.now, log: { info: () => {}, error: () => {} } });
const prepare = async () => bootstrapPolicyController.prepare?.(surroundings());

describe("the roles and bindings that every server has", () => {
  it("are there before anyone is served, and are not written again", async () => {
    await prepare();
    const roles = (await admin.list<ClusterRole>(ROLES)).items;
    expect(roles.map(({ metadata }) => metadata.name)).toEqual(CLUSTER_ROLES.map(({ name }) => name).sort());
    const bindings = (await admin.list<Binding>(BINDINGS)).items;
    expect(bindings.map(({ metadata }) => metadata.name)).toEqual(CLUSTER_ROLE_BINDINGS.map(({ role }) => role).sort());
    await admin.get(of("roles"), { namespace: "kube-system", name: "extension-apiserver-authentication-reader" });
    const revision = await plane.storage.currentRevision();
    await prepare();
    expect(await plane.storage.currentRevision()).toBe(revision);
  });

  it("are repaired at the start", async () => {
    await prepare();
    await admin.delete(ROLES, { name: "system:basic-user" });
    const discovery = await admin.get<ClusterRole>(ROLES, { name: "system:discovery" });
    await admin.update(ROLES, { ...discovery, rules: [{ verbs: ["get"], nonResourceURLs: ["/mine"] }] });
    const { metadata, ...binding } = await admin.get<Binding>(BINDINGS, { name: "system:discovery" });
    await admin.delete(BINDINGS, { name: "system:discovery" });
    await admin.create(BINDINGS, undefined, {
      ...binding,
      metadata: { name: metadata.name as string },
      roleRef: { ...binding.roleRef, name: "view" },
    });
    await prepare();
    expect((await admin.get<ClusterRole>(ROLES, { name: "system:basic-user" })).rules).toHaveLength(2);
    const repaired = await admin.get<ClusterRole>(ROLES, { name: "system:discovery" });
    expect(repaired.rules?.flatMap(({ nonResourceURLs = [] }) => nonResourceURLs)).toEqual(
      expect.arrayContaining(["/mine", "/api", "/apis/*"]),
    );
    expect((await admin.get<Binding>(BINDINGS, { name: "system:discovery" })).roleRef.name).toBe("system:discovery");
  });

  it("get back the subjects that somebody took, unless they are not to be touched", async () => {
    await prepare();
    const take = async (name: string, annotations: Record<string, string>) => {
      const binding = await admin.get<Binding>(BINDINGS, { name });
      await admin.update(BINDINGS, {
        ...binding,
        metadata: { ...binding.metadata, annotations: { ...binding.metadata.annotations, ...annotations } },
        subjects: [{ kind: "User", name: "anna" }],
      });
    };
    await take("system:discovery", {});
    await take("system:basic-user", { "rbac.authorization.kubernetes.io/autoupdate": "false" });
    const role = await admin.get<ClusterRole>(ROLES, { name: "view" });
    await admin.update(ROLES, { ...role, metadata: { ...role.metadata, labels: {} } });
    await prepare();
    const subjectsOf = async (name: string) => (await admin.get<Binding>(BINDINGS, { name })).subjects?.map((subject) => subject.name);
    expect(await subjectsOf("system:discovery")).toEqual(["anna", "system:authenticated"]);
    expect(await subjectsOf("system:basic-user")).toEqual(["anna"]);
    expect((await admin.get<ClusterRole>(ROLES, { name: "view" })).metadata.labels).toMatchObject({
      "kubernetes.io/bootstrapping": "rbac-defaults",
      "rbac.authorization.k8s.io/aggregate-to-edit": "true",
    });
  });

  it("may be made by several servers at once", async () => {
    await Promise.all([prepare(), prepare(), prepare()]);
    expect((await admin.list(ROLES)).items).toHaveLength(CLUSTER_ROLES.length);
  });
});
