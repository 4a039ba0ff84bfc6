import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import type { KindDefinition } from "../../kind.ts";
import { flowSchema } from "./flow-schema.ts";
import { MANDATORY_FLOW_SCHEMAS, MANDATORY_PRIORITY_LEVELS } from "./mandatory.ts";
import { priorityLevelConfiguration } from "./priority-level-configuration.ts";

/** What is said of an object, with its defaults. */
function errorsOf(kind: KindDefinition, name: string, spec: object, status: object = {}): string[] {
  const object = { apiVersion: "", kind: kind.kind, metadata: { name }, spec: structuredClone(spec), status } as KubeObject;
  kind.strategy.setDefaults?.(object);
  return (kind.strategy.validate?.(object) ?? []).map(errorText);
}

const subjects = [{ kind: "User", user: { name: "jane" } }];
const resourceRule = { verbs: ["get"], apiGroups: ["*"], resources: ["*"], namespaces: ["*"] };
const rule = { subjects, resourceRules: [resourceRule] };
const schema = (...rules: object[]) => ({ priorityLevelConfiguration: { name: "batch" }, rules });
const rules = "spec.rules[0]";

describe("a FlowSchema", () => {
  it.each<[string, object, string[]]>([
    ["good", schema(rule), []],
    ["without rules", schema(), []],
    ["without a level", { rules: [rule] }, ["spec.priorityLevelConfiguration.name: Required value: must reference a priority level"]],
    [
      "with a level that cannot be",
      { priorityLevelConfiguration: { name: "A" } },
      [
        "spec.priorityLevelConfiguration.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      ],
    ],
    ["before all", { ...schema(), matchingPrecedence: -1 }, ["spec.matchingPrecedence: Invalid value: -1: must be a positive value"]],
    [
      "behind all",
      { ...schema(), matchingPrecedence: 10_001 },
      ["spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000"],
    ],
    [
      "in the place of the exempt one",
      { ...schema(), matchingPrecedence: 1 },
      ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    ],
    [
      "with flows of another kind",
      { ...schema(), distinguisherMethod: { type: "ByVerb" } },
      ['spec.distinguisherMethod.type: Unsupported value: {"Type":"ByVerb"}: supported values: "ByNamespace", "ByUser"'],
    ],
    [
      "with a rule that says nothing",
      schema({}),
      [
        `${rules}.subjects: Required value: subjects must contain at least one value`,
        `${rules}: Required value: at least one of resourceRules and nonResourceRules has to be non-empty`,
      ],
    ],
    [
      "with subjects that are not what they say",
      schema({
        ...rule,
        subjects: [
          { kind: "User", group: { name: "g" } },
          { kind: "Group", group: { name: "" }, user: { name: "u" }, serviceAccount: { namespace: "a", name: "b" } },
          { kind: "ServiceAccount", serviceAccount: { name: "" } },
          { kind: "Robot" },
        ],
      }),
      [
        `${rules}.subjects[0].user: Required value: user is required when subject kind is 'User'`,
        `${rules}.subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'`,
        `${rules}.subjects[1].group.name: Required value`,
        `${rules}.subjects[1].serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount'`,
        `${rules}.subjects[1].user: Forbidden: user is forbidden when subject kind is not 'User'`,
        `${rules}.subjects[2].serviceAccount.name: Required value`,
        `${rules}.subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account`,
        `${rules}.subjects[3].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"`,
      ],
    ],
    [
      "for all accounts of a namespace",
      schema({ ...rule, subjects: [{ kind: "ServiceAccount", serviceAccount: { namespace: "a", name: "*" } }] }),
      [],
    ],
    [
      "with an empty rule for resources",
      schema({ subjects, resourceRules: [{}] }),
      [
        `${rules}.resourceRules[0].verbs: Required value: verbs must contain at least one value`,
        `${rules}.resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group`,
        `${rules}.resourceRules[0].resources: Required value: resource rules must supply at least one resource`,
        `${rules}.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace`,
      ],
    ],
    [
      "with all and some",
      schema({ subjects, resourceRules: [{ verbs: ["*", "get"], apiGroups: ["*", ""], resources: ["a", "*"], namespaces: ["a", "*"] }] }),
      [
        `${rules}.resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
        `${rules}.resourceRules[0].apiGroups: Invalid value: ["*",""]: if '*' is present, must not specify other api groups`,
        `${rules}.resourceRules[0].resources: Invalid value: ["a","*"]: if '*' is present, must not specify other resources`,
        `${rules}.resourceRules[0].namespaces: Invalid value: ["a","*"]: if '*' is present, must not specify other namespaces`,
      ],
    ],
    [
      "with a verb that does not exist, in a namespace that cannot be",
      schema({ subjects, resourceRules: [{ ...resourceRule, verbs: ["get", "fly"], namespaces: ["a.b"] }] }),
      [
        `${rules}.resourceRules[0].verbs: Unsupported value: ["get","fly"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"`,
        `${rules}.resourceRules[0].namespaces[0]: Invalid value: "a.b": each member of this list must be '*' or a DNS-1123 label; must not contain dots`,
      ],
    ],
    [
      "with paths that are none",
      schema({
        subjects,
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["", "/", "a", "/a b", "/a//b", "/a*", "/*/b", "/*/*", "/a/*", "/a/"] }],
      }),
      [
        `${rules}.nonResourceRules[0].nonResourceURLs[0]: Invalid value: "": must not be empty`,
        `${rules}.nonResourceRules[0].nonResourceURLs[2]: Invalid value: "a": must start with slash`,
        `${rules}.nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/a b": must not contain white-space`,
        `${rules}.nonResourceRules[0].nonResourceURLs[4]: Invalid value: "/a//b": must not contain double slash`,
        ...["/a*", "/*/b", "/*/*"].map(
          (path, i) =>
            `${rules}.nonResourceRules[0].nonResourceURLs[${i + 5}]: Invalid value: "${path}": wildcard can only do suffix matching`,
        ),
      ],
    ],
    [
      "with no path, and with all and some",
      schema({ subjects, nonResourceRules: [{ verbs: [] }, { verbs: ["get"], nonResourceURLs: ["*", "/a"] }] }),
      [
        `${rules}.nonResourceRules[0].verbs: Required value: verbs must contain at least one value`,
        `${rules}.nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value`,
        `${rules}.nonResourceRules[1].nonResourceURLs: Invalid value: ["*","/a"]: if '*' is present, must not specify other non-resource URLs`,
      ],
    ],
  ])("%s is judged as kube-apiserver does", (_, spec, errors) => {
    expect(errorsOf(flowSchema, "x", spec)).toEqual(errors);
  });

  it("that is mandatory cannot be another", () => {
    for (const [name, spec] of MANDATORY_FLOW_SCHEMAS) {
      expect(errorsOf(flowSchema, name, spec)).toEqual([]);
      expect(errorsOf(flowSchema, name, { ...spec, rules: [] })).toEqual([
        `spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"${name}"},"MatchingPrecedence":${spec.matchingPrecedence},"DistinguisherMethod":${name === "exempt" ? "null" : '{"Type":"ByUser"}'},"Rules":[]}: spec of '${name}' must equal the fixed value`,
      ]);
    }
  });

  it("has every condition once, with its type", () => {
    expect(errorsOf(flowSchema, "x", schema(), { conditions: [{ type: "A" }, { type: "A" }, {}] })).toEqual([
      'status.conditions[1].type: Duplicate value: "A"',
      "status.conditions[2].type: Required value: must not be empty",
    ]);
  });
});

const limited = (limitResponse: object, more: object = {}) => ({ type: "Limited", limited: { limitResponse, ...more } });
const queue = (queuing: object) => limited({ type: "Queue", queuing });
const reject = { type: "Reject" };
const queuing = "spec.limited.limitResponse.queuing";

describe("a PriorityLevelConfiguration", () => {
  it.each<[string, object, string[]]>([
    ["that rejects", limited(reject), []],
    ["that queues", queue({}), []],
    ["for nobody", limited(reject, { nominalConcurrencyShares: 0 }), []],
    ["without a type", {}, ["spec.type: Required value"]],
    ["of a type that does not exist", { type: "Open" }, ['spec.type: Unsupported value: "Open": supported values: "Exempt", "Limited"']],
    [
      "that is exempt under another name",
      { type: "Exempt" },
      [`spec.type: Invalid value: "Exempt": type must be 'Exempt' if and only if name is 'exempt'`],
    ],
    ["without limits", { type: "Limited" }, ["spec.limited: Required value"]],
    ["with limits and none", { ...limited(reject), exempt: {} }, ["spec.exempt: Forbidden"]],
    [
      "with numbers out of range",
      limited(reject, { nominalConcurrencyShares: -1, lendablePercent: 101, borrowingLimitPercent: -1 }),
      [
        "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer",
        "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive",
        "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer",
      ],
    ],
    ["that does not say what becomes of requests", limited({}), ["spec.limited.limitResponse.type: Required value"]],
    [
      "that does something else with them",
      limited({ type: "Drop" }),
      ['spec.limited.limitResponse.type: Unsupported value: "Drop": supported values: "Queue", "Reject"'],
    ],
    ["that queues nowhere", limited({ type: "Queue" }), [`${queuing}: Required value`]],
    ["that rejects into queues", limited({ type: "Reject", queuing: {} }), [`${queuing}: Forbidden`]],
    [
      "with negative queues",
      queue({ queues: -1, handSize: -1, queueLengthLimit: -1 }),
      ["queueLengthLimit", "queues", "handSize"].map((member) => `${queuing}.${member}: Invalid value: -1: must be positive`),
    ],
    [
      "with more queues than there may be",
      queue({ queues: 2_147_483_647, handSize: 3 }),
      [
        `${queuing}.queues: Invalid value: 2147483647: must not be greater than 10000000`,
        `${queuing}.handSize: Invalid value: 3: required entropy bits of deckSize 2147483647 and handSize 3 should not be greater than 60`,
      ],
    ],
    ["with as many queues as there may be", queue({ queues: 10_000_000, handSize: 2 }), []],
    [
      "with a hand larger than the deck",
      queue({ queues: 7 }),
      [`${queuing}.handSize: Invalid value: 8: should not be greater than queues (7)`],
    ],
    [
      "with a hand that takes more than a hash has",
      queue({ queues: 128, handSize: 10 }),
      [`${queuing}.handSize: Invalid value: 10: required entropy bits of deckSize 128 and handSize 10 should not be greater than 60`],
    ],
  ])("%s is judged as kube-apiserver does", (_, spec, errors) => {
    expect(errorsOf(priorityLevelConfiguration, "x", spec)).toEqual(errors);
  });

  it("that is mandatory cannot be another, but the exempt one may keep seats", () => {
    for (const [name, spec] of MANDATORY_PRIORITY_LEVELS) expect(errorsOf(priorityLevelConfiguration, name, spec)).toEqual([]);
    expect(errorsOf(priorityLevelConfiguration, "exempt", { type: "Exempt", exempt: { nominalConcurrencyShares: 5 } })).toEqual([]);
    expect(errorsOf(priorityLevelConfiguration, "exempt", { type: "Exempt", exempt: { lendablePercent: -1 } })).toEqual([
      "spec.exempt.lendablePercent: Invalid value: -1: must be between 0 and 100, inclusive",
    ]);
    const limits =
      '"Limited":{"NominalConcurrencyShares":30,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null}';
    expect(errorsOf(priorityLevelConfiguration, "exempt", limited(reject))).toEqual([
      `spec.type: Invalid value: "Limited": type must be 'Exempt' if and only if name is 'exempt'`,
      `spec: Invalid value: {"Type":"Limited",${limits},"Exempt":null}: spec of 'exempt' except the 'spec.exempt' field must equal the fixed value`,
    ]);
    expect(errorsOf(priorityLevelConfiguration, "catch-all", limited(reject))).toEqual([
      `spec: Invalid value: {"Type":"Limited",${limits},"Exempt":null}: spec of 'catch-all' must equal the fixed value`,
    ]);
  });
});
