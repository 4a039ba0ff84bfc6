import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { PolicyRule } from "../../apis/rbac/v1/policy-rule.ts";
import type { Attributes } from "../../apiserver/authorization/authorizer.ts";
import { Policy } from "../../apiserver/authorization/rbac/policy.ts";
import { Query } from "../../apiserver/routing/query.ts";
import { requestInfo } from "../../apiserver/routing/request-info.ts";
import type { Bench, Measurement } from "./bench.ts";
import { type Figure, median } from "./figures.ts";

const BINDINGS = 100;
const ROUNDS = 7;

/** Five rules such as people write, about things of which nobody else's role speaks. */
const rulesOf = (role: number): PolicyRule[] =>
  Array.from({ length: 5 }, (_, rule) => ({
    verbs: ["get", "list", "watch", "create", "update"],
    apiGroups: rule === 0 ? [""] : [`group-${rule}.example.com`],
    resources: [`things-${role}`, `things-${role}/status`, `others-${role}-${rule}`],
    ...(rule === 4 && { resourceNames: ["one", "two", "three"] }),
  }));

/** What a decision by roles costs, without a request around it; and what bindings weigh. */
export const authorize: Measurement = {
  name: "authorize",
  async run(bench) {
    const policy = new Policy();
    for (let role = 0; role < BINDINGS; role++) {
      policy.setRole("", `role-${role}`, rulesOf(role));
      bind(policy, "ns", role, "User", "anna");
      bind(policy, "ns", role, "Group", `group-${role % 10}`);
    }
    const groups = Array.from({ length: 10 }, (_, index) => `group-${index}`);
    const anna = (resource: string): Attributes => question("anna", [], resource);
    const bob = (resource: string): Attributes => question("bob", groups, resource);
    const last = `things-${BINDINGS - 1}`;
    const decided = (what: string, attributes: Attributes, verdict: string): Figure => ({
      what: `decision, 100 bindings, ${what}`,
      unit: "CPU µs",
      ours: microseconds(bench, policy, attributes, verdict),
      aim: 5,
    });
    return [
      decided("the last one allows", anna(last), "allow"),
      decided("none allows", anna("secrets"), "no-opinion"),
      decided("in 10 groups, the last allows", bob(last), "allow"),
      decided("in 10 groups, none allows", bob("secrets"), "no-opinion"),
      ...weight(bench.quick ? 1_000 : 10_000),
    ];
  },
};

function bind(policy: Policy, namespace: string, role: number, kind: "User" | "Group", name: string, suffix = ""): void {
  policy.setBinding(namespace, {
    metadata: { name: `${kind.toLowerCase()}-${role}${suffix}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: `role-${role}` },
    subjects: [{ kind, apiGroup: "rbac.authorization.k8s.io", name }],
  });
}

const question = (name: string, groups: readonly string[], resource: string): Attributes => ({
  user: { name, groups },
  info: requestInfo("GET", `/api/v1/namespaces/ns/${resource}/one`, Query.empty),
});

/** Of the processor: the machine may have other things to do. */
function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function microseconds({ quick }: Bench, policy: Policy, attributes: Attributes, verdict: string): number {
  const decisions = quick ? 1_000 : 50_000;
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const before = cpuMicroseconds();
    for (let i = 0; i < decisions; i++) {
      if (policy.decide(attributes).verdict !== verdict) throw new Error("decided otherwise");
    }
    times.push((cpuMicroseconds() - before) / decisions);
  }
  // the first ones warm up
  return median(times.slice(2));
}

/** Bindings in a hundred namespaces, each of a user of its own to one of a hundred roles. */
function weight(count: number): Figure[] {
  const policy = new Policy();
  for (let role = 0; role < BINDINGS; role++) policy.setRole("", `role-${role}`, rulesOf(role));
  const before = heapUsed();
  const start = cpuMicroseconds();
  for (let i = 0; i < count; i++) bind(policy, `ns-${i % 100}`, i % BINDINGS, "User", `user-${i}`, `-${i}`);
  const took = cpuMicroseconds() - start;
  const bytes = heapUsed() - before;
  if (policy.decide(question("user-0", [], "secrets")).verdict !== "no-opinion") throw new Error("decided otherwise");
  const all = count.toLocaleString("en");
  return [
    { what: `${all} bindings taken in, each`, unit: "CPU µs", ours: took / count },
    { what: `${all} bindings, memory of each`, unit: "bytes", ours: bytes / count, aim: 1_000 },
  ];
}

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
