import { describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { lease } from "./lease.ts";

const { strategy, columns } = lease;
const object = (spec?: Record<string, unknown>): KubeObject => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "l" },
  ...(spec === undefined ? {} : { spec }),
});

describe("a Lease", () => {
  it("refuses a duration of nothing and transitions below zero", () => {
    expect(strategy.validate?.(object({ leaseDurationSeconds: 0, leaseTransitions: -5, holderIdentity: "" })).map(errorText)).toEqual([
      "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
      "spec.leaseTransitions: Invalid value: -5: must be greater than or equal to 0",
    ]);
    expect(strategy.validate?.(object({ leaseDurationSeconds: 1, leaseTransitions: 0 }))).toEqual([]);
    expect(strategy.validate?.(object())).toEqual([]);
  });

  it("drops what belongs to coordinated elections", () => {
    const mine = object({ holderIdentity: "a", strategy: "Best", preferredHolder: "b" });
    strategy.prepareForCreate?.(mine, { name: "", groups: [] });
    expect(mine.spec).toEqual({ holderIdentity: "a" });
  });

  it("is made by a PUT too, and a PUT must state its version", () => {
    expect(strategy).toMatchObject({ allowCreateOnUpdate: true });
    expect(strategy.allowUnconditionalUpdate).toBeUndefined();
  });

  it("shows its holder", () => {
    const holder = columns.find(({ name }) => name === "Holder");
    expect(holder?.cell?.(object({ holderIdentity: "me" }), 0)).toBe("me");
    expect(holder?.cell?.(object(), 0)).toBe("");
  });
});
