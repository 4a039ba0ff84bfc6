import { describe, expect, it } from "vitest";
import type { ConfigurationError } from "../../apimachinery/configuration/parse.ts";
import { parseAuditPolicy } from "./policy-file.ts";

const HEAD = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

function parse(text: string) {
  const mistakes: ConfigurationError[] = [];
  const policy = parseAuditPolicy(text, (error) => mistakes.push(error));
  return { policy, mistakes: mistakes.map(({ message }) => message) };
}

describe("a file with an audit policy", () => {
  it("is read, with all that Kubernetes' own examples say", () => {
    const { policy, mistakes } = parse(`${HEAD}
omitStages: [RequestReceived]
omitManagedFields: true
rules:
  - level: RequestResponse
    resources:
      - group: ""
        resources: ["pods"]
  - level: None
    users: ["system:kube-proxy"]
    verbs: ["watch"]
    resources: [{group: "", resources: ["endpoints", "services"]}]
  - level: None
    userGroups: ["system:authenticated"]
    nonResourceURLs: ["/api*", "/version"]
  - level: Metadata
    omitStages: ["Panic"]
`);
    expect(mistakes).toEqual([]);
    expect(policy).toMatchObject({ omitStages: ["RequestReceived"], omitManagedFields: true });
    expect(policy.rules.map(({ level }) => level)).toEqual(["RequestResponse", "None", "None", "Metadata"]);
  });

  it("is read where it has fields that do not exist, which are told", () => {
    const { policy, mistakes } = parse(`${HEAD}rules: [{level: Metadata, user: [jane]}]`);
    expect(policy.rules).toHaveLength(1);
    expect(mistakes).toEqual(['rules[0]: unknown field "user"']);
  });

  it.each<[string, string, string]>([
    ["no rules", "rules: []", "loaded illegal policy with 0 rules"],
    ["no rules at all", "", "loaded illegal policy with 0 rules"],
    ["a rule without a level", "rules: [{verbs: [get]}]", "rules[0].level: Required value"],
    [
      "a level that does not exist",
      "rules: [{level: All}]",
      'rules[0].level: Unsupported value: "All": supported values: "None", "Metadata", "Request", "RequestResponse"',
    ],
    [
      "a stage that does not exist",
      "omitStages: [Start]\nrules: [{level: None}]",
      'omitStages[0]: Invalid value: "Start": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic',
    ],
    [
      "a path without a slash",
      "rules: [{level: None, nonResourceURLs: [healthz]}]",
      `rules[0].nonResourceURLs[0]: Invalid value: "healthz": non-resource URL rules must begin with a '/' character`,
    ],
    [
      "a star within a path",
      "rules: [{level: None, nonResourceURLs: [/a*/b]}]",
      `rules[0].nonResourceURLs[0]: Invalid value: "/a*/b": non-resource URL wildcards '*' must be the final character of the rule`,
    ],
    [
      "resources and paths",
      'rules: [{level: None, nonResourceURLs: ["/a", "*"], namespaces: [b]}]',
      'rules[0].nonResourceURLs: Invalid value: ["/a","*"]: rules cannot apply to both regular resources and non-resource URLs',
    ],
    [
      "names without a resource",
      "rules: [{level: None, resources: [{resourceNames: [a]}]}]",
      'rules[0].resources.resourceNames: Invalid value: ["a"]: using resourceNames requires at least one resource',
    ],
    ["another kind", "rules: [{level: None}]\nkind: Event", "kind: must be Policy"],
  ])("is refused for %s", (_, text, message) => {
    const head = text.includes("kind:") ? HEAD.replace("kind: Policy\n", "") : HEAD;
    expect(() => parse(`${head}${text}\n`)).toThrow(message);
  });

  it("is refused for a group with its version", () => {
    const text = `${HEAD}rules: [{level: None, resources: [{group: rbac.authorization.k8s.io/v1}]}]`;
    expect(() => parse(text)).toThrow(
      /^rules\[0\]\.resources\.group: Invalid value: "rbac\.authorization\.k8s\.io\/v1": a lowercase RFC 1123 subdomain/,
    );
  });
});
