import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkQueue } from "./work-queue.ts";

let queue: WorkQueue;
beforeEach(() => {
  vi.useFakeTimers();
  queue = new WorkQueue({ base: 10, max: 100 });
});
afterEach(() => {
  queue.close();
  vi.useRealTimers();
});

/** How long it takes until the key is there, in milliseconds. */
async function waitFor(key: string): Promise<number> {
  const begun = Date.now();
  const next = queue.next();
  await vi.runAllTimersAsync();
  expect(await next).toBe(key);
  queue.done(key);
  return Date.now() - begun;
}

describe("a work queue", () => {
  it("gives keys in the order in which they came, each once", async () => {
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    expect(queue.length).toBe(3);
    expect([await queue.next(), await queue.next(), await queue.next()]).toEqual(["a", "b", "c"]);
    expect(queue.length).toBe(0);
  });

  it("gives a key to one worker at a time, and again if it came meanwhile", async () => {
    queue.add("a");
    const [first, second] = [queue.next(), queue.next()];
    expect(await first).toBe("a");
    queue.add("a");
    queue.add("a");
    let taken = false;
    void second.then(() => {
      taken = true;
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(taken).toBe(false);
    queue.done("a");
    expect(await second).toBe("a");
    queue.done("a");
    expect(queue.length).toBe(0);
  });

  it("gives waiting workers keys in their order", async () => {
    const [first, second] = [queue.next(), queue.next()];
    queue.add("a");
    queue.add("b");
    expect(await Promise.all([first, second])).toEqual(["a", "b"]);
  });

  it("lets a key wait longer with every failure, up to a limit, until it is forgotten", async () => {
    const waits: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      queue.addFailed("a");
      waits.push(await waitFor("a"));
    }
    expect(waits).toEqual([10, 20, 40, 80, 100, 100]);
    queue.forget("a");
    queue.addFailed("a");
    expect(await waitFor("a")).toBe(10);
  });

  it("counts failures of each key alone", async () => {
    for (let i = 0; i < 3; i += 1) {
      queue.addFailed("a");
      await waitFor("a");
    }
    queue.addFailed("b");
    expect(await waitFor("b")).toBe(10);
  });

  it("adds a key later, at the earliest of several times", async () => {
    queue.addAfter("a", 500);
    queue.addAfter("a", 900);
    queue.addAfter("a", 50);
    expect(await waitFor("a")).toBe(50);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(queue.length).toBe(0);
  });

  it("works on a key that is due later as soon as it is added", async () => {
    queue.addAfter("a", 500);
    queue.add("a");
    expect(await queue.next()).toBe("a");
  });

  it("lets its workers go when it is closed, and takes nothing any more", async () => {
    const waiting = queue.next();
    queue.addAfter("later", 10);
    queue.close();
    queue.add("a");
    queue.addFailed("b");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waiting).toBeUndefined();
    expect(await queue.next()).toBeUndefined();
    expect(queue.length).toBe(0);
  });

  it("gives a key early that is to wait for longer than a timer can, and not at once", async () => {
    queue.addAfter("a", 60 * 24 * 3_600_000);
    expect(await waitFor("a")).toBe(2 ** 31 - 1);
  });
});
