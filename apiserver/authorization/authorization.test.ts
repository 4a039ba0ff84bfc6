import { describe, expect, it } from "vitest";
import { Query } from "../routing/query.ts";
import { requestInfo } from "../routing/request-info.ts";
import { alwaysAllow, alwaysDeny } from "./always.ts";
import { Authorization, RBAC } from "./authorization.ts";
import type { Decision, NamedAuthorizer, Rights } from "./authorizer.ts";

const READ = { verbs: ["get"], apiGroups: [""], resources: ["configmaps"] };
const named = (name: string, decision: Decision, rights?: Rights): NamedAuthorizer => ({
  name,
  authorizer: () => decision,
  ...(rights && { rulesFor: () => rights }),
});
const rbac = named("rbac", { verdict: "no-opinion", reason: "no role" }, { rules: [READ], incomplete: false, error: "a role is missing" });
const hook = named("hook", { verdict: "deny" }, { rules: [], incomplete: true, error: "cannot tell" });
const asked = (...groups: string[]) => ({ user: { name: "bob", groups }, info: requestInfo("GET", "/metrics", Query.empty) });

describe("the authorizers of a server", () => {
  it("are asked as they are named, RBAC where it stands", () => {
    expect(new Authorization(rbac, [RBAC, hook]).authorizer(asked())).toEqual({ verdict: "deny" });
    expect(new Authorization(rbac, [alwaysDeny, RBAC]).authorizer(asked())).toEqual({
      verdict: "no-opinion",
      reason: "alwaysdeny: Everything is forbidden.\nrbac: no role",
    });
    expect(new Authorization(rbac, [alwaysDeny, alwaysAllow, hook]).authorizer(asked())).toEqual({ verdict: "allow" });
  });

  it("keep nobody of system:masters out, and may be others later", () => {
    const authorization = new Authorization(rbac, [hook]);
    const { authorizer } = authorization;
    expect(authorizer(asked("system:masters"))).toEqual({ verdict: "allow" });
    authorization.configure([]);
    expect(authorizer(asked())).toEqual({ verdict: "no-opinion" });
    expect(authorizer(asked("system:masters"))).toEqual({ verdict: "allow" });
  });

  it("list together what somebody may do, and say what they cannot", async () => {
    const bob = { name: "bob", groups: [] };
    expect(await new Authorization(rbac, [RBAC, alwaysDeny]).rulesFor(bob, "ns")).toEqual({
      rules: [READ],
      incomplete: false,
      error: "a role is missing",
    });
    expect(await new Authorization(rbac, [hook, RBAC, alwaysAllow]).rulesFor(bob, "ns")).toEqual({
      rules: [READ, { verbs: ["*"], apiGroups: ["*"], resources: ["*"] }, { verbs: ["*"], nonResourceURLs: ["*"] }],
      incomplete: true,
      error: "[cannot tell, a role is missing]",
    });
  });
});
