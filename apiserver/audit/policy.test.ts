import { describe, expect, it } from "vitest";
import type { UserInfo } from "../request.ts";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { AuditPolicy, type PolicyRule } from "./policy.ts";

const JANE: UserInfo = { name: "jane", groups: ["devs", "system:authenticated"] };

/** Whether a rule is for `GET /path`, or for another method. */
function fits(rule: Omit<PolicyRule, "level">, request: string): boolean {
  const [method = "", target = ""] = request.split(" ");
  const [path = "", query = ""] = target.split("?");
  const policy = new AuditPolicy({ rules: [{ level: "Metadata", ...rule }] });
  return policy.treatmentOf(requestInfo(method, path, Query.parse(query)), JANE).level === "Metadata";
}

const POD = "GET /api/v1/namespaces/a/pods/p";
const LOG = "GET /api/v1/namespaces/a/pods/p/log";
const SCALE = "GET /apis/apps/v1/namespaces/a/deployments/d/scale";
const NODE = "GET /api/v1/nodes/n";
const PATH = "GET /healthz/ping";

describe("a rule of the audit policy", () => {
  it.each<[string, Omit<PolicyRule, "level">, readonly string[], readonly string[]]>([
    ["that says nothing is for all", {}, [POD, LOG, NODE, PATH], []],
    ["with empty lists too", { users: [], verbs: null, resources: [], nonResourceURLs: [] }, [POD, PATH], []],
    ["names users", { users: ["joe", "jane"] }, [POD, PATH], []],
    ["names other users", { users: ["joe"] }, [], [POD, PATH]],
    ["names groups", { userGroups: ["ops", "devs"] }, [POD], []],
    ["names other groups", { userGroups: ["ops"] }, [], [POD]],
    ["names verbs", { verbs: ["list", "watch"] }, ["GET /api/v1/pods", "GET /api/v1/pods?watch=1"], [POD, "DELETE /api/v1/pods"]],
    ["names the method of a path in lower case", { verbs: ["post"] }, ["POST /healthz"], [PATH]],
    ["has to fit in all it says", { users: ["jane"], verbs: ["create"] }, [], [POD]],
    ["names a group alone", { resources: [{ group: "apps" }] }, [SCALE], [POD, PATH]],
    ["names the core group", { resources: [{ group: "" }] }, [POD, LOG, NODE], [SCALE, PATH]],
    ["names the core group by leaving it out", { resources: [{}] }, [POD], [SCALE]],
    ["names all groups", { resources: [{ group: "*" }] }, [POD, SCALE], [PATH]],
    ["names a resource, and none of its subresources", { resources: [{ resources: ["pods"] }] }, [POD], [LOG, NODE]],
    ["names a subresource", { resources: [{ resources: ["pods/log"] }] }, [LOG], [POD, "GET /api/v1/namespaces/a/pods/p/status"]],
    ["names a resource with all subresources", { resources: [{ resources: ["pods/*"] }] }, [LOG, POD], [NODE]],
    ["names all resources", { resources: [{ resources: ["*"] }] }, [POD, LOG, NODE], [SCALE]],
    ["names a subresource of all", { resources: [{ group: "*", resources: ["*/scale"] }] }, [SCALE], [POD, LOG]],
    ["names objects", { resources: [{ resources: ["pods"], resourceNames: ["p", "q"] }] }, [POD], ["GET /api/v1/namespaces/a/pods/r"]],
    ["names objects of what is not asked", { resources: [{ resources: ["nodes"], resourceNames: ["p"] }] }, [], [POD]],
    ["has a second resource", { resources: [{ group: "apps" }, { resources: ["nodes"] }] }, [SCALE, NODE], [POD]],
    ["names namespaces", { namespaces: ["a"] }, [POD, SCALE], [NODE, PATH, "GET /api/v1/pods"]],
    ["names what is in none", { namespaces: [""] }, [NODE, "GET /api/v1/pods"], [POD, PATH]],
    ["names a path", { nonResourceURLs: ["/healthz/ping"] }, [PATH], [POD, "GET /healthz"]],
    ["names what begins so", { nonResourceURLs: ["/healthz*"] }, [PATH, "GET /healthz"], [POD, "GET /livez"]],
    ["names all paths", { nonResourceURLs: ["*"] }, [PATH, "GET /"], [POD]],
  ])("%s", (_, rule, wanted, others) => {
    expect(wanted.filter((request) => !fits(rule, request))).toEqual([]);
    expect(others.filter((request) => fits(rule, request))).toEqual([]);
  });

  it("that names users or groups is not for whom nobody knows", () => {
    const policy = new AuditPolicy({
      rules: [{ level: "Metadata", users: [""] }, { level: "Metadata", userGroups: ["devs"] }, { level: "Request" }],
    });
    expect(policy.treatmentOf(requestInfo("GET", "/", Query.empty), undefined).level).toBe("Request");
  });
});

describe("an audit policy", () => {
  const info = requestInfo("GET", "/api/v1/nodes", Query.empty);

  it("goes by the first rule that fits", () => {
    const policy = new AuditPolicy({
      rules: [{ level: "None", verbs: ["get"] }, { level: "Request", verbs: ["list"] }, { level: "Metadata" }],
    });
    expect(policy.treatmentOf(info, JANE).level).toBe("Request");
  });

  it("records nothing where none does", () => {
    expect(new AuditPolicy({ rules: [{ level: "Request", verbs: ["get"] }] }).treatmentOf(info, JANE).level).toBe("None");
  });

  it("leaves out the stages that the policy names and those that the rule does", () => {
    const policy = new AuditPolicy({ omitStages: ["Panic"], rules: [{ level: "Metadata", omitStages: ["RequestReceived"] }] });
    expect([...policy.treatmentOf(info, JANE).omitStages].sort()).toEqual(["Panic", "RequestReceived"]);
  });

  it("leaves out managed fields as it says, unless the rule says otherwise", () => {
    const omits = (rule: boolean | null | undefined) =>
      new AuditPolicy({ omitManagedFields: true, rules: [{ level: "Request", omitManagedFields: rule }] }).treatmentOf(info, JANE)
        .omitManagedFields;
    expect([omits(undefined), omits(null), omits(true), omits(false)]).toEqual([true, true, true, false]);
  });
});
