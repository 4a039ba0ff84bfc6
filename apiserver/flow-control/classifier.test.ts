import { describe, expect, it } from "vitest";
import type { FlowSchemaSpec } from "../../apis/flowcontrol/v1/flow-schema.ts";
import { comparePrecedence } from "../../apis/flowcontrol/v1/flow-schema.ts";
import type { FlowSubject, PolicyRules } from "../../apis/flowcontrol/v1/policy-rules.ts";
import { FLOW_SCHEMAS } from "../../controllers/flow-control/suggested.ts";
import type { UserInfo } from "../request.ts";
import { type Classified, Classifier } from "./classifier.ts";

interface Named {
  readonly name: string;
  readonly spec: FlowSchemaSpec;
}

const REQUEST: Classified = { verb: "get", isResource: true, path: "", group: "", resource: "configmaps", subresource: "", namespace: "a" };
const resource = (more: Partial<Classified>): Classified => ({ ...REQUEST, ...more });
const document = (path: string, verb = "get"): Classified => ({ ...REQUEST, isResource: false, path, verb, resource: "", namespace: "" });
const everybody = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, "system:authenticated"] });

describe("the schemas that every server has", () => {
  const named: Named[] = [...FLOW_SCHEMAS]
    .sort(comparePrecedence)
    .map(({ metadata, spec }) => ({ name: metadata.name as string, spec: spec as FlowSchemaSpec }));
  const classifier = new Classifier(named, named.at(-1)!);
  const account = everybody("system:serviceaccount:kube-system:x", "system:serviceaccounts", "system:serviceaccounts:kube-system");
  const lease = resource({ group: "coordination.k8s.io", resource: "leases" });

  it.each<[string, UserInfo, Classified, string]>([
    ["an administrator", everybody("root", "system:masters"), REQUEST, "exempt"],
    ["an administrator's probe", everybody("root", "system:masters"), document("/readyz"), "exempt"],
    ["a probe", { name: "system:anonymous", groups: ["system:unauthenticated"] }, document("/readyz"), "probes"],
    ["a probe of one check", everybody("jane"), document("/livez/etcd"), "probes"],
    ["a path that begins like a probe's", everybody("jane"), document("/readyzz"), "global-default"],
    ["a lease of a system account", account, lease, "system-leader-election"],
    ["another verb on it", account, { ...lease, verb: "list" }, "kube-system-service-accounts"],
    ["a lease of the controller manager", everybody("system:kube-controller-manager"), lease, "system-leader-election"],
    ["anything else of it", everybody("system:kube-controller-manager"), REQUEST, "kube-controller-manager"],
    ["a node's lease", everybody("system:node:a", "system:nodes"), lease, "system-node-high"],
    ["a node's status", everybody("n", "system:nodes"), resource({ resource: "nodes", subresource: "status" }), "system-node-high"],
    ["a node's reading", everybody("n", "system:nodes"), REQUEST, "system-nodes"],
    ["an account", everybody("system:serviceaccount:a:b", "system:serviceaccounts"), REQUEST, "service-accounts"],
    ["a user", everybody("jane"), REQUEST, "global-default"],
    ["nobody that is known", { name: "system:anonymous", groups: ["system:unauthenticated"] }, document("/version"), "global-default"],
    ["somebody in no group", { name: "jane", groups: [] }, REQUEST, "catch-all"],
  ])("take %s", (_, user, request, schema) => {
    expect(classifier.schemaOf(user, request).name).toBe(schema);
    // the second time it is remembered
    expect(classifier.schemaOf({ ...user, groups: [...user.groups] }, request).name).toBe(schema);
  });

  it("know a user by its groups too", () => {
    expect(classifier.schemaOf(everybody("x"), REQUEST).name).toBe("global-default");
    expect(classifier.schemaOf(everybody("x", "system:masters"), REQUEST).name).toBe("exempt");
    expect(classifier.schemaOf(everybody("x"), REQUEST).name).toBe("global-default");
  });
});

/** Reads every rule of every schema for every request, as the API's own words say (k8s.io/api, flowcontrol/v1/types.go). */
function naive(schemas: readonly Named[], user: UserInfo, request: Classified): string {
  const covers = (list: readonly string[], value: string) => list.some((entry) => entry === "*" || entry === value);
  const isSubject = ({ kind, user: named, group, serviceAccount: account }: FlowSubject) => {
    if (kind === "User") return named!.name === "*" || named!.name === user.name;
    if (kind === "Group") return group!.name === "*" || user.groups.some((name) => name === group!.name);
    const [, , namespace, name] = /^(system:serviceaccount):([^:]*):(.*)$/.exec(user.name) ? user.name.split(":") : [];
    return namespace === account!.namespace && (account!.name === "*" || account!.name === name);
  };
  const isAsked = ({ resourceRules = [], nonResourceRules = [] }: PolicyRules) => {
    if (!request.isResource) {
      return nonResourceRules.some(
        ({ verbs, nonResourceURLs }) =>
          covers(verbs, request.verb) &&
          nonResourceURLs.some((url) => {
            if (url === "*" || url === request.path) return true;
            const parts = url.replace(/\/?\*?$/, "").split("/");
            const asked = request.path.split("/");
            return asked.length > parts.length && parts.every((part, i) => part === asked[i]);
          }),
      );
    }
    const named = request.subresource === "" ? request.resource : `${request.resource}/${request.subresource}`;
    return resourceRules.some(
      ({ verbs, apiGroups, resources, clusterScope, namespaces = [] }) =>
        covers(verbs, request.verb) &&
        covers(apiGroups, request.group) &&
        covers(resources, named) &&
        (request.namespace === "" ? clusterScope === true : covers(namespaces, request.namespace)),
    );
  };
  const matching = schemas.find(({ spec }) => spec.rules?.some((rule) => rule.subjects.some(isSubject) && isAsked(rule)));
  return matching?.name ?? "otherwise";
}

it.each([11, 12, 13, 14])("requests at random go where one who reads every rule would put them (%i)", (seed) => {
  let state = seed;
  const pick = <T>(...values: readonly T[]): T => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return values[(state >>> 8) % values.length] as T;
  };
  const some = (...values: string[]): string[] => pick(["*"], [pick(...values)], [pick(...values), pick(...values)]);
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  const subject = (): FlowSubject =>
    pick<() => FlowSubject>(
      () => ({ kind: "User", user: { name: pick("*", "ann", "bob") } }),
      () => ({ kind: "Group", group: { name: pick("*", "g", "h") } }),
      () => ({ kind: "ServiceAccount", serviceAccount: { namespace: pick("a", "b"), name: pick("*", "x", "y") } }),
    )();
  const rule = (): PolicyRules => ({
    subjects: times(pick(1, 1, 2), subject),
    resourceRules: times(pick(0, 1, 2), () => ({
      verbs: some("get", "list"),
      apiGroups: some("", "apps"),
      resources: some("pods", "pods/status"),
      clusterScope: pick(true, false),
      namespaces: pick([], some("a", "b")),
    })),
    nonResourceRules: times(pick(0, 1), () => ({ verbs: some("get", "post"), nonResourceURLs: some("/", "/a", "/a/*", "/a/b") })),
  });
  for (let round = 0; round < 60; round++) {
    const schemas = times(pick(1, 3, 6), () => ({
      name: "",
      spec: { priorityLevelConfiguration: { name: "p" }, rules: times(pick(0, 1, 2), rule) },
    })).map((schema, i) => ({ ...schema, name: `s${i}` }));
    const classifier = new Classifier<Named>(schemas, { name: "otherwise", spec: { priorityLevelConfiguration: { name: "p" } } });
    for (let i = 0; i < 80; i++) {
      const user = {
        name: pick("ann", "bob", "system:serviceaccount:a:x", "system:serviceaccount:b:y", "system:serviceaccount:ab:x"),
        groups: pick([], ["g"], ["g", "h"]),
      };
      const request = pick(
        document(pick("/", "/a", "/a/b", "/a/b/c", "/ab", "/b"), pick("get", "post")),
        resource({
          verb: pick("get", "list"),
          group: pick("", "apps"),
          resource: "pods",
          subresource: pick("", "status"),
          namespace: pick("", "a", "b"),
        }),
      );
      expect(classifier.schemaOf(user, request).name, JSON.stringify({ user, request, schemas })).toBe(naive(schemas, user, request));
    }
  }
});
