import { describe, expect, it } from "vitest";
import { readOwners } from "./managed-fields.ts";
import { capUpdaters } from "./owners.ts";

const entries = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    manager: `m${i}`,
    operation: "Update" as const,
    apiVersion: i % 2 === 0 ? "v1" : "v2",
    time: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString().replace(".000", ""),
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": { [`f:k${i}`]: {} } },
  }));

describe("owners by update", () => {
  it("are merged from the oldest on until ten are left, those of a version together", () => {
    const capped = capUpdaters(readOwners(entries(13))!);
    expect(capped.map(({ manager, apiVersion }) => `${manager} ${apiVersion}`)).toEqual([
      ..."m5 v2,m6 v1,m7 v2,m8 v1,m9 v2,m10 v1,m11 v2,m12 v1".split(","),
      "ancient-changes v1",
      "ancient-changes v2",
    ]);
    expect(capped[8]).toMatchObject({ time: "2026-01-01T00:00:04Z", fields: { "f:data": { "f:k0": {}, "f:k2": {}, "f:k4": {} } } });
    expect(capped[9]).toMatchObject({ time: "2026-01-01T00:00:03Z", fields: { "f:data": { "f:k1": {}, "f:k3": {} } } });
  });

  it("are merged with what was merged before", () => {
    const ancient = { ...entries(1)[0]!, manager: "ancient-changes", time: "2027-01-01T00:00:00Z" };
    const capped = capUpdaters(readOwners([...entries(24).filter(({ apiVersion }) => apiVersion === "v1"), ancient])!);
    expect(capped).toHaveLength(9);
    expect(capped.at(-1)).toMatchObject({ manager: "ancient-changes", fields: { "f:data": { "f:k0": {}, "f:k2": {}, "f:k6": {} } } });
  });

  it("may be many thousands: none is compared with every other", () => {
    const begun = performance.now();
    const capped = capUpdaters(readOwners(entries(20_000))!);
    expect(capped).toHaveLength(10);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});
