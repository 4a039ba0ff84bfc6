import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { Deadline } from "./deadline.ts";

describe("a deadline", () => {
  it("passes with its time", async () => {
    const deadline = new Deadline(5, new AbortController().signal);
    expect([deadline.signal.aborted, deadline.passed]).toEqual([false, false]);
    await sleep(50);
    expect([deadline.signal.aborted, deadline.passed]).toEqual([true, true]);
  });

  it("comes early with another signal", async () => {
    const other = new AbortController();
    const deadline = new Deadline(60_000, other.signal);
    other.abort();
    expect([deadline.signal.aborted, deadline.passed]).toEqual([true, false]);
    deadline.end();
    expect(new Deadline(60_000, other.signal).signal.aborted).toBe(true);
  });

  it("leaves nothing with the other signal when it is ended, and does not come any more", async () => {
    const other = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error) => void warnings.push(warning);
    process.on("warning", warned);
    const deadline = new Deadline(5, other.signal);
    const more = Array.from({ length: 20 }, () => new Deadline(5, other.signal));
    expect(getEventListeners(other.signal, "abort")).toHaveLength(21);
    for (const one of [deadline, ...more]) one.end();
    expect(getEventListeners(other.signal, "abort")).toHaveLength(0);
    await sleep(50);
    process.off("warning", warned);
    expect(warnings).toEqual([]);
    other.abort();
    expect(deadline.signal.aborted).toBe(false);
  });
});
