import { describe, expect, it, test } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { resourceQuota } from "./resource-quota.ts";

const quota = (spec: object, status: object = {}): KubeObject =>
  ({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec, status }) as KubeObject;
const { strategy } = resourceQuota;
const faults = (spec: object) => strategy.validate?.(quota(spec)).map(errorText);

describe("a limit", () => {
  it.each([
    [{ pods: "1", "requests.cpu": "1500m", "hugepages-2Mi": "1Gi", "example.com/gpu": "2", "count/x.example.com": "0" }, []],
    [{ storage: "1" }, ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota']],
    [{ "example.com/gpu": "500m" }, ['spec.hard[example.com/gpu]: Invalid value: "500m": must be an integer']],
    [{ "requests.example.com/gpu": "500m", "kubernetes.io/x": "500m" }, []],
    [{ secrets: "500u" }, ['spec.hard[secrets]: Invalid value: "500u": must be an integer']],
    [{ cpu: "-1" }, ['spec.hard[cpu]: Invalid value: "-1": must be greater than or equal to 0']],
  ])("%j is judged", (hard, expected) => {
    expect(faults({ hard })).toEqual(expected);
  });
});

describe("a scope selector", () => {
  const select = (...matchExpressions: object[]) => faults({ scopeSelector: { matchExpressions } });

  it.each([
    [{ scopeName: "PriorityClass", operator: "In", values: ["high"] }, []],
    [
      { scopeName: "PriorityClass", operator: "NotIn" },
      [
        "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
      ],
    ],
    [
      { scopeName: "PriorityClass", operator: "Exists", values: ["a"] },
      [
        `spec.scopeSelector.matchExpressions.values: Invalid value: ["a"]: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
      ],
    ],
    [
      { scopeName: "PriorityClass", operator: "Like" },
      ['spec.scopeSelector.matchExpressions.operator: Invalid value: "Like": not a valid selector operator'],
    ],
    [
      { scopeName: "Weekend", operator: "Exists" },
      ['spec.scopeSelector.matchExpressions.scopeName: Invalid value: "Weekend": unsupported scope'],
    ],
  ])("%j is judged", (expression, expected) => {
    expect(select(expression)).toEqual(expected);
  });

  it("is shown as a whole where a limit does not fit it, and contradicts itself", () => {
    const matchExpressions = [
      { scopeName: "BestEffort", operator: "Exists" },
      { scopeName: "NotBestEffort", operator: "Exists" },
    ];
    const shown =
      '{"MatchExpressions":[{"ScopeName":"BestEffort","Operator":"Exists","Values":null},{"ScopeName":"NotBestEffort","Operator":"Exists","Values":null}]}';
    expect(faults({ hard: { secrets: "1" }, scopeSelector: { matchExpressions } })).toEqual([
      `spec.scopeSelector.matchExpressions: Invalid value: ${shown}: unsupported scope applied to resource`,
      `spec.scopeSelector.matchExpressions: Invalid value: ${shown}: unsupported scope applied to resource`,
      "spec.scopeSelector.matchExpressions: Invalid value: null: conflicting scopes",
    ]);
  });
});

test("scopes stay, in whatever order", () => {
  const update = (scopes: string[], old: string[]) => strategy.validateUpdate?.(quota({ scopes }), quota({ scopes: old })).map(errorText);
  expect(update(["Terminating", "NotBestEffort"], ["NotBestEffort", "Terminating"])).toEqual([]);
  expect(update([], ["Terminating"])).toEqual(["spec.scopes: Invalid value: []: field is immutable"]);
});

test("requests above the limits are warned of when the quota is created", () => {
  const object = quota({ hard: { memory: "2Gi", "limits.memory": "1Gi", "requests.cpu": "1", "limits.cpu": "1", cpu: "9" } });
  expect(strategy.warnings?.(object, undefined)).toEqual(["ResourceQuota memory (2Gi) should be less than limits.memory (1Gi)"]);
  expect(strategy.warnings?.(object, object)).toEqual([]);
});

test("columns tell limits and the rest apart, by name", () => {
  const hard = { "limits.cpu": "2", secrets: "3", "count/leases.coordination.k8s.io": "5" };
  const object = quota({}, { hard, used: { secrets: "1", "limits.cpu": "500m" } });
  const cells = resourceQuota.columns.slice(1, 3).map(({ cell }) => cell?.(object, 0));
  expect(cells).toEqual(["count/leases.coordination.k8s.io: 0/5, secrets: 1/3", "limits.cpu: 500m/2"]);
});
