import { describe, expect, it } from "vitest";
import { Turns } from "./turns.ts";

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that takes a millisecond each time, by a clock that it moves itself. */
function workshop() {
  let now = 0;
  const turns = new Turns(() => now);
  const done: string[] = [];
  const work = async (flow: string, times: number) => {
    for (let i = 0; i < times; i++) {
      const turn = turns.wait(flow);
      if (turn !== undefined) await turn;
      done.push(flow);
      now++;
    }
  };
  return { turns, done, work };
}

describe("turns of the event loop", () => {
  it("are there at once while there is time, and end when it is used up", async () => {
    const { done, work } = workshop();
    const working = work("a", 10);
    expect(done).toHaveLength(3);
    await working;
    expect(done).toHaveLength(10);
  });

  it("go round the flows", async () => {
    const { done, work } = workshop();
    const working = [work("a", 3), ...Array.from({ length: 5 }, () => work("a", 1)), work("b", 2), work("c", 1)];
    await Promise.all(working);
    // three at once, then each flow in its turn
    expect(done.join("")).toBe("aaaabcabaaa");
  });

  it("leave the loop to others in between", async () => {
    const { done, work } = workshop();
    const working = work("a", 100);
    let rounds = 0;
    while (done.length < 100) {
      const before = done.length;
      await turnOfTheLoop();
      expect(done.length - before).toBeLessThanOrEqual(4);
      rounds++;
    }
    expect(rounds).toBeGreaterThan(20);
    await working;
  });

  it("count what will take time later", async () => {
    const { turns, done, work } = workshop();
    const working = work("a", 1);
    turns.charge(5);
    const later = work("a", 1);
    expect(done).toHaveLength(1);
    await Promise.all([working, later]);
  });
});
