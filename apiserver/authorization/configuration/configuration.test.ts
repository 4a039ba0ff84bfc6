import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { parseAuthorizationConfiguration } from "./configuration.ts";

/** Any file: it is not read here. */
const kubeConfigFile = fileURLToPath(import.meta.url);

const textOf = (...authorizers: object[]) =>
  stringify({ apiVersion: "apiserver.config.k8s.io/v1", kind: "AuthorizationConfiguration", authorizers });
const parse = (...authorizers: object[]) => parseAuthorizationConfiguration(textOf(...authorizers));
const webhook = (members: object = {}, name = "hook") => ({
  type: "Webhook",
  name,
  webhook: {
    timeout: "3s",
    subjectAccessReviewVersion: "v1",
    failurePolicy: "Deny",
    connectionInfo: { type: "KubeConfigFile", kubeConfigFile },
    ...members,
  },
});
const RBAC = { type: "RBAC", name: "rbac" };

describe("an AuthorizationConfiguration", () => {
  it("names authorizers in their order", () => {
    expect(parse(webhook(), RBAC, webhook({ failurePolicy: "NoOpinion" }, "other.example.com"))).toEqual([
      {
        type: "Webhook",
        webhook: {
          name: "hook",
          kubeconfigFile: kubeConfigFile,
          timeout: 3_000,
          version: "v1",
          authorizedTtl: 300_000,
          unauthorizedTtl: 30_000,
          failurePolicy: "Deny",
        },
      },
      { type: "RBAC" },
      expect.objectContaining({ webhook: expect.objectContaining({ name: "other.example.com", failurePolicy: "NoOpinion" }) }),
    ]);
    expect(parse({ type: "AlwaysDeny", name: "alwaysdeny" }, { type: "AlwaysAllow", name: "alwaysallow" })).toEqual([
      { type: "AlwaysDeny" },
      { type: "AlwaysAllow" },
    ]);
  });

  it("says how long answers count, and whether they do", () => {
    const times = (members: object) => {
      const [hook] = parse(webhook(members));
      return hook?.type === "Webhook" && [hook.webhook.authorizedTtl, hook.webhook.unauthorizedTtl];
    };
    expect(times({ authorizedTTL: "1m30s", unauthorizedTTL: "1s" })).toEqual([90_000, 1_000]);
    expect(times({ authorizedTTL: "0s" })).toEqual([300_000, 30_000]);
    expect(times({ cacheAuthorizedRequests: false, cacheUnauthorizedRequests: false })).toEqual([0, 0]);
  });

  it.each<[string, object[], string]>([
    ["no authorizer", [], "authorizers: Required value: at least one authorization mode must be defined"],
    ["no type", [{ name: "a" }], "authorizers[0].type: Required value"],
    [
      "an unknown type",
      [{ type: "Magic", name: "a" }],
      'authorizers[0].type: Unsupported value: "Magic": supported values: "AlwaysAllow", "AlwaysDeny", "RBAC", "Webhook"',
    ],
    [
      "nodes",
      [{ type: "Node", name: "node" }],
      'authorizers[0].type: Invalid value: "Node": is for kubelets, and this server has no nodes',
    ],
    ["a type twice", [RBAC, RBAC], 'authorizers[1].type: Duplicate value: "RBAC"'],
    ["no name", [{ type: "RBAC" }], "authorizers[0].name: Required value"],
    [
      "another name",
      [{ type: "RBAC", name: "roles" }],
      'authorizers[0].name: Invalid value: "roles": expected name rbac for authorizer RBAC',
    ],
    ["a name twice", [webhook(), webhook()], 'authorizers[1].name: Duplicate value: "hook"'],
    [
      "no name at all",
      [webhook({}, "A B")],
      'authorizers[0].name: Invalid value: "A B": authorizer name is invalid: a lowercase RFC 1123 subdomain',
    ],
    ["no webhook", [{ type: "Webhook", name: "a" }], "authorizers[0].webhook: Required value: required when type=Webhook"],
    [
      "a webhook too many",
      [{ ...RBAC, webhook: {} }],
      'authorizers[0].webhook: Invalid value: "non-null": may only be specified when type=Webhook',
    ],
    ["no timeout", [webhook({ timeout: "0s" })], "authorizers[0].timeout: Required value"],
    ["a long timeout", [webhook({ timeout: "1m" })], 'authorizers[0].timeout: Invalid value: "1m0s": must be > 0s and <= 30s'],
    ["no duration", [webhook({ timeout: "soon" })], 'authorizers[0].webhook.timeout: time: invalid duration "soon"'],
    ["a negative time", [webhook({ authorizedTTL: "-1s" })], 'authorizers[0].authorizedTTL: Invalid value: "-1s": must be > 0s'],
    [
      "another version",
      [webhook({ subjectAccessReviewVersion: "v2" })],
      'authorizers[0].subjectAccessReviewVersion: Unsupported value: "v2": supported values: "v1", "v1beta1"',
    ],
    ["no policy", [webhook({ failurePolicy: undefined })], "authorizers[0].failurePolicy: Required value"],
    [
      "another policy",
      [webhook({ failurePolicy: "Allow" })],
      'authorizers[0].failurePolicy: Unsupported value: "Allow": supported values: "NoOpinion", "Deny"',
    ],
    ["no connection", [webhook({ connectionInfo: {} })], "authorizers[0].connectionInfo.type: Required value"],
    [
      "a cluster",
      [webhook({ connectionInfo: { type: "InClusterConfig" } })],
      'authorizers[0].connectionInfo.type: Invalid value: "InClusterConfig": this server runs in no cluster: use KubeConfigFile',
    ],
    ["no file", [webhook({ connectionInfo: { type: "KubeConfigFile" } })], "authorizers[0].connectionInfo.kubeConfigFile: Required value"],
    [
      "a relative path",
      [webhook({ connectionInfo: { type: "KubeConfigFile", kubeConfigFile: "a" } })],
      'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "a": must be an absolute path',
    ],
    [
      "a missing file",
      [webhook({ connectionInfo: { type: "KubeConfigFile", kubeConfigFile: "/no/such" } })],
      'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/no/such": error loading file: stat /no/such: no such file or directory',
    ],
    [
      "a folder",
      [webhook({ connectionInfo: { type: "KubeConfigFile", kubeConfigFile: "/" } })],
      'authorizers[0].connectionInfo.kubeConfigFile: Invalid value: "/": must be a regular file',
    ],
    [
      "conditions",
      [webhook({ matchConditions: [{ expression: "true" }] })],
      "authorizers[0].matchConditionSubjectAccessReviewVersion: Required value: required if match conditions are specified; authorizers[0].matchConditions: Forbidden: expressions in CEL are not evaluated by this server yet",
    ],
    ["an unknown field", [webhook({ retries: 1 })], 'authorizers[0].webhook: unknown field "retries"'],
  ])("with %s is refused", (_, authorizers, message) => {
    expect(() => parse(...authorizers)).toThrow(message);
  });

  it("of another kind or version is refused", () => {
    expect(() => parseAuthorizationConfiguration(textOf(RBAC).replace("/v1", "/v2"))).toThrow(
      "apiVersion: must be apiserver.config.k8s.io/v1",
    );
    expect(() => parseAuthorizationConfiguration("")).toThrow("must be object");
  });

  it("may not leave out later what was there at the start, webhooks apart", () => {
    expect(() => parseAuthorizationConfiguration(textOf(webhook()), ["RBAC", "Webhook", "AlwaysDeny"])).toThrow(
      "missing required types: [AlwaysDeny RBAC]",
    );
    expect(parseAuthorizationConfiguration(textOf(RBAC), ["RBAC", "Webhook"])).toEqual([{ type: "RBAC" }]);
  });
});
