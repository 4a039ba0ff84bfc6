import { expect, it } from "vitest";
import type { Binding, Subject } from "../../../apis/rbac/v1/binding.ts";
import type { PolicyRule } from "../../../apis/rbac/v1/policy-rule.ts";
import { random } from "../../../test/tools/random.ts";
import type { UserInfo } from "../../request.ts";
import type { RequestInfo } from "../../routing/request-info.ts";
import { Policy } from "./policy.ts";

/** Rounds of each run; `RBAC_ROUNDS=100000` asks longer. */
const ROUNDS = Number(process.env.RBAC_ROUNDS ?? 3_000);

const VERBS = ["get", "list", "create", "*"];
const GROUPS = ["", "apps", "a.io", "*"];
const RESOURCES = ["pods", "pods/status", "gears", "gears/scale", "*/status", "*/scale", "*", "pods/*"];
const NAMES = ["one", "two", ""];
const PATHS = ["/a", "/a/*", "/a*", "*", "/b", "/b**", "/"];
const NAMESPACES = ["n", "m"];
const USERS = ["anna", "bob", "system:serviceaccount:n:robot", "system:serviceaccount:m:robot"];
const TEAMS = ["cooks", "waiters", "anna"];
const ROLE_NAMES = ["r1", "r2", "r3"];
const BINDING_NAMES = ["b1", "b2", "b3", "b4"];

type Below = (below: number) => number;
type StoredBinding = Pick<Binding, "metadata" | "roleRef" | "subjects">;

/** What is stored, as plain lists: the naive evaluator reads all of it for every question. */
class Stored {
  readonly roles = new Map<string, PolicyRule[]>();
  readonly bindings = new Map<string, StoredBinding>();
}

function randomRule(below: Below, paths: boolean): PolicyRule {
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const some = <T>(from: readonly T[]) => [pick(from), ...from.filter(() => below(4) === 0)];
  if (paths && below(3) === 0) return { verbs: some(VERBS), nonResourceURLs: some(PATHS) };
  return {
    verbs: some(VERBS),
    apiGroups: some(GROUPS),
    resources: some(RESOURCES),
    ...(below(3) === 0 && { resourceNames: some(NAMES) }),
  };
}

function randomSubject(below: Below): Subject {
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const kind = pick(["User", "Group", "ServiceAccount"]);
  if (kind === "Group") return { kind, name: pick(TEAMS) };
  if (kind === "User") return { kind, name: pick(USERS) };
  return { kind, name: "robot", ...(below(2) === 0 && { namespace: pick(NAMESPACES) }) };
}

/** Changes what is stored in one way, and tells the policy. */
function change(below: Below, stored: Stored, policy: Policy): void {
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const namespace = pick(["", ...NAMESPACES]);
  if (below(2) === 0) {
    const name = pick(ROLE_NAMES);
    if (below(4) === 0) {
      stored.roles.delete(`${namespace}/${name}`);
      policy.dropRole(namespace, name);
    } else {
      const rules = Array.from({ length: below(4) }, () => randomRule(below, namespace === ""));
      stored.roles.set(`${namespace}/${name}`, rules);
      policy.setRole(namespace, name, rules);
    }
    return;
  }
  const name = pick(BINDING_NAMES);
  if (below(4) === 0) {
    stored.bindings.delete(`${namespace}/${name}`);
    policy.dropBinding(namespace, name);
    return;
  }
  const binding: StoredBinding = {
    metadata: { name, namespace },
    roleRef: { apiGroup: "", kind: namespace === "" ? "ClusterRole" : pick(["Role", "ClusterRole"]), name: pick(ROLE_NAMES) },
    subjects: Array.from({ length: below(4) }, () => randomSubject(below)),
  };
  stored.bindings.set(`${namespace}/${name}`, binding);
  policy.setBinding(namespace, binding);
}

function randomQuestion(below: Below): { user: UserInfo; info: RequestInfo } {
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const user = { name: pick(USERS), groups: TEAMS.filter(() => below(3) === 0) };
  const nothing = { controlPlane: "root", group: "", version: "", namespace: "", resource: "", subresource: "", name: "" };
  const verb = pick(["get", "list", "create", "fly", "*"]);
  if (below(4) === 0)
    return { user, info: { ...nothing, isResource: false, verb, path: pick(["/a", "/a/b", "/ab", "/b", "/", "*", "/b*"]) } };
  return {
    user,
    info: {
      ...nothing,
      path: "",
      isResource: true,
      verb,
      group: pick(["", "apps", "a.io", "b.io", "*"]),
      namespace: pick(["", "n", "m", "other"]),
      resource: pick(["pods", "gears", "*", "things"]),
      subresource: pick(["", "", "status", "scale", "*"]),
      name: pick(["", "one", "two"]),
    },
  };
}

/** Kubernetes' rules in the fewest words (pkg/registry/rbac/validation/rule.go): every binding, every subject, every rule. */
function naive({ roles, bindings }: Stored, { user, info }: ReturnType<typeof randomQuestion>) {
  const missing: string[] = [];
  const rules: PolicyRule[] = [];
  for (const [key, { metadata, roleRef, subjects = [] }] of [...bindings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const namespace = metadata.namespace as string;
    if (key !== `${namespace}/${metadata.name}`) throw new Error("the binding lies elsewhere");
    if (namespace !== "" && namespace !== info.namespace) continue;
    if (!subjects.some((subject) => isUser(subject, user, namespace))) continue;
    const ofRole = roles.get(`${roleRef.kind === "Role" ? namespace : ""}/${roleRef.name}`);
    if (ofRole === undefined) missing.push(`${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`);
    else rules.push(...ofRole);
  }
  return { allowed: rules.some((rule) => allows(rule, info)), missing, rules };
}

function isUser({ kind, name, namespace }: Subject, user: UserInfo, ofBinding: string): boolean {
  if (kind === "Group") return user.groups.includes(name);
  if (kind === "User") return user.name === name;
  return user.name === `system:serviceaccount:${namespace ?? ofBinding}:${name}`;
}

function allows(rule: PolicyRule, info: RequestInfo): boolean {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (!verbs.includes("*") && !verbs.includes(info.verb)) return false;
  if (!info.isResource) {
    return nonResourceURLs.some((path) => path === info.path || (path.endsWith("*") && info.path.startsWith(path.replace(/\**$/, ""))));
  }
  const whole = info.subresource === "" ? info.resource : `${info.resource}/${info.subresource}`;
  return (
    (apiGroups.includes("*") || apiGroups.includes(info.group)) &&
    resources.some((one) => one === "*" || one === whole || (info.subresource !== "" && one === `*/${info.subresource}`)) &&
    (resourceNames.length === 0 || resourceNames.includes(info.name))
  );
}

it.each([1, 2, 3, 4])("decides as one who reads every rule for every question (seed %i)", (seed) => {
  const below = random(seed);
  const stored = new Stored();
  const policy = new Policy();
  let allowed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    change(below, stored, policy);
    for (let i = 0; i < 5; i++) {
      const question = randomQuestion(below);
      const due = naive(stored, question);
      const { verdict, reason } = policy.decide(question);
      const wanted = due.allowed ? ["allow", "", due.rules, due.missing] : ["no-opinion", reasonOf(due.missing), due.rules, due.missing];
      const { rules, errors } = policy.rulesFor(question.user, question.info.namespace);
      const found = [verdict, due.allowed ? "" : reason, rules, errors];
      if (JSON.stringify(found) !== JSON.stringify(wanted)) {
        expect([found, question, [...stored.bindings], [...stored.roles]], `round ${round}`).toEqual([wanted]);
      }
      if (due.allowed) allowed += 1;
    }
  }
  // both answers come, and often
  expect(allowed).toBeGreaterThan(ROUNDS / 5);
  expect(allowed).toBeLessThan(ROUNDS * 4);
});

function reasonOf(missing: readonly string[]): string | undefined {
  const texts = [...new Set(missing)];
  if (texts.length === 0) return undefined;
  return `RBAC: ${texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`}`;
}
