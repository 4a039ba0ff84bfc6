import { describe, expect, it } from "vitest";
import { RetryAfter } from "./retry-after.ts";

/** What is told second by second, when so many are rejected in each. */
function told(perSecond: readonly number[]): number[] {
  let now = 1_700_000_000_000;
  const retryAfter = new RetryAfter(() => now);
  return perSecond.map((count) => {
    let seconds = 0;
    for (let i = 0; i < count; i++) seconds = retryAfter.reject();
    now += 1_000;
    return seconds;
  });
}

describe("Retry-After", () => {
  it("is one second at first, and stays so while few are rejected", () => {
    expect(told([1, 1, 2, 2, 1])).toEqual([1, 1, 1, 1, 1]);
  });

  it("doubles while many are rejected, up to 32 seconds", () => {
    const all = told(Array(80).fill(100));
    expect(all.filter((seconds, i) => seconds !== all[i - 1])).toEqual([1, 2, 4, 8, 16, 32]);
    expect(all.indexOf(4) - all.indexOf(2)).toBe(2);
    expect(all.indexOf(8) - all.indexOf(4)).toBe(4);
  });

  it("goes down by one when it is calm", () => {
    const nowAndThen = Array.from({ length: 200 }, (_, second) => (second % 4 === 0 ? 1 : 0));
    const all = told([...Array(10).fill(100), ...nowAndThen]);
    const calm = all.slice(20).filter((seconds) => seconds > 0);
    expect(Math.max(...all)).toBe(8);
    for (const [i, seconds] of calm.entries()) if (i > 0) expect(calm[i - 1]! - seconds).toBeLessThanOrEqual(1);
    expect(calm.at(-1)).toBeLessThan(4);
  });
});
