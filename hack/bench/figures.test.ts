import { describe, expect, it } from "vitest";
import { median, table } from "./figures.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";

describe("the figures of the benchmark", () => {
  it("are medians: the middle one, or the mean of the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 100])).toBe(3);
  });

  it("stand in columns, with the digits that mean something and nothing where there is none", () => {
    const figures = [
      { what: "GET", unit: "ms", ours: 0.254, bare: 12.345, kube: 217.4 },
      { what: "start", unit: "s", ours: 0.3, aim: 0.35 },
    ];
    expect(table(figures, false).split("\n")).toEqual([
      "what   unit  ours  bare Node  kube-apiserver   aim",
      "-----  ----  ----  ---------  --------------  ----",
      "GET    ms    0.25       12.3             217",
      "start  s     0.30                             0.35",
    ]);
    expect(table(figures, true).split("\n")[2]).toBe("| GET   | ms   | 0.25 |      12.3 |            217 |      |");
  });

  it("come from the kernel's accounts of a process", () => {
    const { user, system } = process.cpuUsage();
    expect(cpuSeconds(process.pid)).toBeCloseTo((user + system) / 1e6, 0);
    expect(residentBytes(process.pid)).toBeGreaterThan(10e6);
  });
});
