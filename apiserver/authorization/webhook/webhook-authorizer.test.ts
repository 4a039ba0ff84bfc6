import { beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../apimachinery/json/value.ts";
import { WebhookError } from "../../../client/webhook-error.ts";
import type { UserInfo } from "../../request.ts";
import { Query } from "../../routing/query.ts";
import { requestInfo } from "../../routing/request-info.ts";
import { type WebhookAuthorizerOptions, webhookAuthorizer } from "./webhook-authorizer.ts";

const jane: UserInfo = { name: "jane", uid: "u-1", groups: ["a", "b"], extra: { scopes: ["x"] } };
const ask = (path: string, query = "", user = jane) => ({ user, info: requestInfo("GET", path, Query.parse(query)) });
const CONFIG_MAPS = "/api/v1/namespaces/ns/configmaps";

// biome-ignore lint/suspicious/noExplicitAny: questions are looked at as they were sent
let asked: any[];
let answer: () => JsonObject | Promise<JsonObject>;
let problems: string[];
let now: number;

beforeEach(() => {
  asked = [];
  problems = [];
  now = 0;
  answer = () => ({ status: { allowed: true } });
});

const authorizerOf = (options: Partial<WebhookAuthorizerOptions> = {}) =>
  webhookAuthorizer({
    name: "hook",
    ask: async (question) => {
      asked.push(question);
      return answer();
    },
    version: "v1",
    authorizedTtl: 1_000,
    unauthorizedTtl: 100,
    onFailure: "no-opinion",
    onProblem: ({ message }) => problems.push(message),
    now: () => now,
    ...options,
  }).authorizer;
const status = (members: JsonObject) => () => ({ kind: "SubjectAccessReview", apiVersion: "authorization.k8s.io/v1", status: members });

describe("a webhook that authorizes", () => {
  it("is asked about the user, and what the request wants", async () => {
    const authorizer = authorizerOf();
    await authorizer(ask(`${CONFIG_MAPS}/one`));
    await authorizer(ask("/metrics"));
    await authorizer(ask("/apis/a.io/v1/things/x/status", "", { name: "", groups: [] }));
    const user = { user: "jane", groups: ["a", "b"], extra: { scopes: ["x"] }, uid: "u-1" };
    expect(asked.map(({ spec }) => spec)).toEqual([
      { resourceAttributes: { namespace: "ns", verb: "get", version: "v1", resource: "configmaps", name: "one" }, ...user },
      { nonResourceAttributes: { path: "/metrics", verb: "get" }, ...user },
      { resourceAttributes: { verb: "get", group: "a.io", version: "v1", resource: "things", subresource: "status", name: "x" } },
    ]);
    expect(asked[0]).toMatchObject({ kind: "SubjectAccessReview", apiVersion: "authorization.k8s.io/v1", status: { allowed: false } });
  });

  it("is asked in the older version, where the groups are called group", async () => {
    await authorizerOf({ version: "v1beta1" })(ask("/metrics"));
    expect(asked).toMatchObject([{ apiVersion: "authorization.k8s.io/v1beta1", spec: { group: ["a", "b"] } }]);
    expect(asked[0].spec).not.toHaveProperty("groups");
  });

  it("is told what is selected, as far as it can be said", async () => {
    await authorizerOf()(ask(CONFIG_MAPS, "labelSelector=a,!b,c in (x,y),d!=z,e>1&fieldSelector=metadata.name!=one,f=g"));
    expect(asked[0].spec.resourceAttributes.labelSelector.requirements).toEqual([
      { key: "a", operator: "Exists" },
      { key: "b", operator: "DoesNotExist" },
      { key: "c", operator: "In", values: ["x", "y"] },
      { key: "d", operator: "NotIn", values: ["z"] },
    ]);
    expect(asked[0].spec.resourceAttributes.fieldSelector.requirements).toEqual([
      { key: "f", operator: "In", values: ["g"] },
      { key: "metadata.name", operator: "NotIn", values: ["one"] },
    ]);
    await authorizerOf()(ask(CONFIG_MAPS, "labelSelector=((&fieldSelector=x"));
    expect(asked[1].spec.resourceAttributes).not.toHaveProperty("labelSelector");
    expect(asked[1].spec.resourceAttributes).not.toHaveProperty("fieldSelector");
  });

  it.each([
    [
      { allowed: true, reason: "ok" },
      { verdict: "allow", reason: "ok" },
    ],
    [
      { allowed: false, reason: "why not" },
      { verdict: "no-opinion", reason: "why not" },
    ],
    [
      { allowed: false, denied: true, reason: "no" },
      { verdict: "deny", reason: "no" },
    ],
    [
      { allowed: true, denied: true },
      { verdict: "deny", error: "webhook subject access review returned both allow and deny response" },
    ],
    [{}, { verdict: "no-opinion" }],
  ])("decides by its answer %j", async (given, decision) => {
    answer = status(given);
    expect(await authorizerOf()(ask("/metrics"))).toEqual(decision);
  });

  it.each<[JsonObject, string]>([
    [{ status: { allowed: "true" } }, "json: cannot unmarshal string into Go struct field SubjectAccessReview.status.allowed of type bool"],
    [{ status: [] }, "json: cannot unmarshal array into Go struct field SubjectAccessReview.status of type v1.SubjectAccessReviewStatus"],
    [{ kind: "Pod", apiVersion: "v1", status: { allowed: true } }, '"Pod" of "v1" is no SubjectAccessReview of "authorization.k8s.io/v1"'],
    [
      { kind: "SubjectAccessReview", apiVersion: "authorization.k8s.io/v1beta1", status: { allowed: true } },
      '"SubjectAccessReview" of "authorization.k8s.io/v1beta1" is no SubjectAccessReview of "authorization.k8s.io/v1"',
    ],
    [{ kind: "Status", apiVersion: "v1", message: "out of order" }, "out of order"],
  ])("that answers %j has failed", async (given, error) => {
    answer = () => given;
    expect(await authorizerOf()(ask("/metrics"))).toEqual({ verdict: "no-opinion", error });
    expect(await authorizerOf({ onFailure: "deny" })(ask("/metrics"))).toEqual({ verdict: "deny", error });
    expect(problems).toEqual([error, error]);
  });

  it("that cannot be asked is asked again by the next request", async () => {
    answer = () => {
      throw new WebhookError("gone");
    };
    const authorizer = authorizerOf();
    for (let i = 0; i < 3; i++) expect(await authorizer(ask("/metrics"))).toEqual({ verdict: "no-opinion", error: "gone" });
    expect(asked).toHaveLength(3);
  });

  it("is not asked what it has answered, for the time that the answer counts", async () => {
    const authorizer = authorizerOf();
    await authorizer(ask("/metrics"));
    expect(authorizer(ask("/metrics"))).toEqual({ verdict: "allow" });
    await authorizer(ask("/metrics", "", { ...jane, groups: ["b", "a"] }));
    expect(asked).toHaveLength(2);
    now = 1_000;
    answer = status({ allowed: false });
    await authorizer(ask("/metrics"));
    expect(asked).toHaveLength(3);
    now = 1_099;
    expect(authorizer(ask("/metrics"))).toEqual({ verdict: "no-opinion" });
    now = 1_100;
    await authorizer(ask("/metrics"));
    expect(asked).toHaveLength(4);
  });

  it("is asked one question once at a time, unless its answers are not to count for others", async () => {
    const authorizer = authorizerOf();
    await Promise.all(Array.from({ length: 10 }, () => authorizer(ask("/metrics"))));
    expect(asked).toHaveLength(1);
    const forgetful = authorizerOf({ authorizedTtl: 0 });
    await Promise.all(Array.from({ length: 10 }, () => forgetful(ask("/metrics"))));
    expect(asked).toHaveLength(11);
  });

  it("has its answers remembered for the last 8,192 questions, and none for a very long one", async () => {
    const authorizer = authorizerOf({ authorizedTtl: 1e9 });
    await authorizer(ask("/first"));
    for (let i = 0; i < 8_191; i++) await authorizer(ask(`/metrics/${i}`));
    await authorizer(ask("/first"));
    await authorizer(ask("/one-more"));
    expect(asked).toHaveLength(8_193);
    await authorizer(ask("/first"));
    expect(asked).toHaveLength(8_193);
    await authorizer(ask("/metrics/0"));
    expect(asked).toHaveLength(8_194);
    for (let i = 0; i < 2; i++) await authorizer(ask(`/${"x".repeat(10_000)}`));
    expect(asked).toHaveLength(8_196);
  });

  it("is passed over where it is not concerned, and has failed where that cannot be told", async () => {
    const onlyPods = authorizerOf({ concerns: ({ resourceAttributes }) => resourceAttributes?.resource === "pods" });
    expect(onlyPods(ask(CONFIG_MAPS))).toEqual({ verdict: "no-opinion" });
    expect(asked).toEqual([]);
    expect(await onlyPods(ask("/api/v1/pods"))).toEqual({ verdict: "allow" });
    const concerns = () => {
      throw new Error("no such member");
    };
    expect(authorizerOf({ concerns, onFailure: "deny" })(ask(CONFIG_MAPS))).toEqual({ verdict: "deny", error: "no such member" });
  });
});
