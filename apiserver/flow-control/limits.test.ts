import { describe, expect, it } from "vitest";
import type { PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import { PRIORITY_LEVELS } from "../../controllers/flow-control/suggested.ts";
import { lend } from "./lending.ts";
import { Level } from "./level.ts";
import { divide, limitsOf, SeatDemand } from "./limits.ts";

const SPECS = new Map(PRIORITY_LEVELS.map(({ metadata, spec }) => [metadata.name as string, spec as PriorityLevelSpec]));

describe("the seats of a server", () => {
  it("are divided as kube-apiserver's documentation says", () => {
    const limits = limitsOf(SPECS, 600);
    expect(Object.fromEntries([...limits].map(([name, { nominal, least, widest }]) => [name, [nominal, least, widest]]))).toEqual({
      exempt: [0, 0, 10],
      "catch-all": [13, 13, 10],
      system: [74, 50, 12],
      "node-high": [98, 73, 15],
      "leader-election": [25, 25, 4],
      "workload-high": [98, 49, 15],
      "workload-low": [245, 24, 37],
      "global-default": [49, 24, 8],
    });
  });

  it("may be borrowed as far as a level may, and none are where nobody has shares", () => {
    const level = (limited: object): PriorityLevelSpec => ({ type: "Limited", limited: { limitResponse: { type: "Reject" }, ...limited } });
    const [a, b] = limitsOf(
      new Map([
        ["a", level({ nominalConcurrencyShares: 1, borrowingLimitPercent: 150 })],
        ["b", level({ nominalConcurrencyShares: 3, lendablePercent: 50 })],
      ]),
      100,
    ).values();
    expect([a, b]).toEqual([
      { nominal: 25, least: 25, most: 63, initial: 25, widest: 10 },
      { nominal: 75, least: 37, most: 175, initial: 56, widest: 10 },
    ]);
    expect(limitsOf(new Map([["a", level({ nominalConcurrencyShares: 0 })]]), 100).get("a")?.nominal).toBe(0);
  });

  it("are divided in proportion to targets, within bounds", () => {
    const free = { least: 0, most: 1_000 };
    const shares = (sum: number, claims: Parameters<typeof divide>[1]) => divide(sum, claims).map((seats) => Math.round(seats * 100) / 100);
    expect(
      shares(30, [
        { ...free, target: 1 },
        { ...free, target: 2 },
      ]),
    ).toEqual([10, 20]);
    expect(
      shares(30, [
        { ...free, target: 1 },
        { least: 0, most: 5, target: 2 },
      ]),
    ).toEqual([25, 5]);
    expect(
      shares(30, [
        { least: 25, most: 1_000, target: 1 },
        { ...free, target: 2 },
      ]),
    ).toEqual([25, 5]);
    expect(
      shares(30, [
        { ...free, target: 0 },
        { ...free, target: 0 },
      ]),
    ).toEqual([15, 15]);
    expect(shares(0, [{ ...free, target: 3 }])).toEqual([0]);
  });
});

describe("a demand for seats", () => {
  it("is its mean and how much it varies, and is forgotten slowly", () => {
    let now = 0;
    const demand = new SeatDemand(() => now);
    demand.set(10);
    now = 5_000;
    demand.set(0);
    now = 10_000;
    expect(demand.endPeriod()).toBe(10);
    expect(demand.smoothed).toBeCloseTo(5 + 5);
    for (let period = 0; period < 30; period++) {
      now += 10_000;
      demand.endPeriod();
    }
    expect(demand.smoothed).toBeCloseTo(10 / 2, 0);
  });
});

describe("levels", () => {
  let now = 0;
  const levels = () => {
    const limits = limitsOf(SPECS, 600);
    return new Map([...SPECS].map(([name, spec]) => [name, at(name, spec, limits)] as const));
  };
  const at = (name: string, spec: PriorityLevelSpec, limits: ReturnType<typeof limitsOf>) => {
    const level = new Level(name, () => now);
    level.configure("", spec, limits.get(name)!);
    return level;
  };
  const limitsNow = (all: ReturnType<typeof levels>) => Object.fromEntries([...all].map(([name, { queues }]) => [name, queues.limit]));

  it("start with half of what they would lend", () => {
    expect(limitsNow(levels())).toMatchObject({ "global-default": 37, "workload-low": 135, "catch-all": 13 });
  });

  it("lend to those who need more, and get back what they need themselves", () => {
    const all = levels();
    const greedy = all.get("global-default")!;
    greedy.demand.set(300);
    now += 10_000;
    expect(lend([...all.values()])).toBe(true);
    const lent = limitsNow(all);
    expect(lent["global-default"]).toBeGreaterThan(250);
    for (const [name, { limits }] of all) if (name !== "exempt") expect(lent[name]).toBeGreaterThanOrEqual(limits.least);
    expect(Object.values(lent).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(605);

    all.get("workload-low")!.demand.set(400);
    now += 10_000;
    lend([...all.values()]);
    expect(all.get("workload-low")!.queues.limit).toBeGreaterThanOrEqual(245);
    expect(greedy.queues.limit).toBeGreaterThanOrEqual(49);
  });

  it("keep what they may not lend while exempt requests have taken everything", () => {
    const all = levels();
    all.get("exempt")!.demand.set(600);
    now += 10_000;
    lend([...all.values()]);
    for (const { name, limits, queues } of all.values()) if (name !== "exempt") expect(queues.limit).toBe(limits.least);
  });

  it("are at rest when nobody has asked for a while", () => {
    const all = [...levels().values()];
    all[4]!.demand.set(3);
    now += 10_000;
    expect(lend(all)).toBe(true);
    all[4]!.demand.set(0);
    let periods = 0;
    do {
      now += 10_000;
      periods++;
    } while (lend(all));
    expect(periods).toBeLessThan(120);
  });
});
