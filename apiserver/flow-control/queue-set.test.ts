import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dealHand } from "./dealer.ts";
import { QueueSet, type Queuing, type Rejection } from "./queue-set.ts";

const QUEUING: Queuing = { queues: 64, handSize: 6, queueLengthLimit: 50 };
const PATIENCE = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Lets everybody go on who has been decided about. */
const settle = () => vi.advanceTimersByTimeAsync(0);

/** The same random numbers every time (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("seats", () => {
  it("are taken as long as there are any, and by nobody while others wait", async () => {
    const set = new QueueSet(3, QUEUING);
    expect([set.take(2), set.take(1), set.take(1)]).toEqual([true, true, false]);
    const later = set.enqueue(2, [0], PATIENCE);
    set.release(1);
    // one is free, and kept for who waits for two
    expect(set.take(1)).toBe(false);
    set.release(2);
    expect(await later).toBe(0);
    expect(set).toMatchObject({ inUse: 2, executing: 1, waiting: 0, seatsWaiting: 0, counts: { dispatched: 3, rejected: 0, timedOut: 0 } });
  });

  it("are all taken by a request that is wider than all, once nobody else is there", async () => {
    const set = new QueueSet(3, QUEUING);
    expect([set.take(1), set.take(5)]).toEqual([true, false]);
    const wide = set.enqueue(5, [0], PATIENCE);
    set.release(1);
    expect(await wide).toBe(0);
    expect(set.take(1)).toBe(false);
    set.release(5);
    expect(set.take(1)).toBe(true);
  });

  it("are never there where a level has none: who comes waits until it is rejected", async () => {
    const set = new QueueSet(0, QUEUING);
    expect(set.take(1)).toBe(false);
    const jailed = set.enqueue(1, [0], PATIENCE);
    await vi.advanceTimersByTimeAsync(PATIENCE);
    expect(await jailed).toBe("time-out");
  });

  it("are given to who waits when there are more of them", async () => {
    const set = new QueueSet(1, QUEUING);
    set.take(1);
    const [a, b] = [set.enqueue(1, [0], PATIENCE), set.enqueue(1, [1], PATIENCE)];
    set.configure(3, QUEUING);
    expect([await a, await b]).toEqual([0, 1]);
    set.configure(1, QUEUING);
    expect(set.take(1)).toBe(false);
  });
});

describe("requests are rejected", () => {
  it("where a level has no queues", () => {
    const set = new QueueSet(1, undefined);
    set.take(1);
    expect(set.enqueue(1, [], PATIENCE)).toBe("concurrency-limit");
    expect(set.counts.rejected).toBe(1);
  });

  it("when the shortest queue of their hand is full", () => {
    const set = new QueueSet(1, { ...QUEUING, queueLengthLimit: 2 });
    set.take(1);
    const sent = [1, 2, 3, 4, 5].map(() => set.enqueue(1, [3, 5], PATIENCE));
    expect(sent.map((answer) => (answer instanceof Promise ? "waits" : answer))).toEqual([
      "waits",
      "waits",
      "waits",
      "waits",
      "queue-full",
    ]);
    expect(set.enqueue(1, [3, 7], PATIENCE)).toBeInstanceOf(Promise);
    expect([...set.queues()]).toMatchObject([
      { index: 3, waiting: 2, executing: 0, seatsWaiting: 2 },
      { index: 5, waiting: 2 },
      { index: 7, waiting: 1 },
    ]);
    expect(set.activeQueues).toBe(3);
  });

  it("when they have waited too long, and no longer keep others waiting", async () => {
    const set = new QueueSet(2, QUEUING);
    set.take(1);
    const wide = set.enqueue(2, [0], PATIENCE);
    const narrow = set.enqueue(1, [0], 2 * PATIENCE);
    await vi.advanceTimersByTimeAsync(PATIENCE);
    expect([await wide, await narrow]).toEqual(["time-out", 0]);
    expect(set.counts).toEqual({ dispatched: 2, rejected: 1, timedOut: 1 });
  });
});

/** Runs clients against a set for some time, each with so many requests at once, every one as long as `ms` says. @returns what each got done, and waited at most */
async function compete(
  set: QueueSet,
  clients: readonly { hand: readonly number[]; at: number; ms: () => number; seats?: number }[],
  time: number,
) {
  const results = clients.map(() => ({ done: 0, ms: 0, waited: 0 }));
  const began = Date.now();
  const over = () => Date.now() - began >= time;
  const client = async (index: number) => {
    const { hand, ms, seats = 1 } = clients[index]!;
    const result = results[index]!;
    while (!over()) {
      const asked = Date.now();
      const queue = set.take(seats) ? undefined : await set.enqueue(seats, hand, 1e9);
      if (typeof queue === "string") throw new Error(queue);
      if (over()) return;
      result.waited = Math.max(result.waited, Date.now() - asked);
      const length = ms();
      await new Promise((resolve) => setTimeout(resolve, length));
      set.release(seats, length, queue);
      result.done++;
      result.ms += seats * length;
    }
  };
  for (const [index, { at }] of clients.entries()) for (let i = 0; i < at; i++) void client(index);
  await vi.advanceTimersByTimeAsync(time);
  return results;
}

describe("flows are served fairly", () => {
  it("whoever asks for more gets no more", async () => {
    const [a, b] = await compete(
      new QueueSet(4, { ...QUEUING, queueLengthLimit: 1_000 }),
      [
        { hand: [0], at: 200, ms: () => 10 },
        { hand: [1], at: 8, ms: () => 10 },
      ],
      2_000,
    );
    expect(a!.done + b!.done).toBeGreaterThan(780);
    expect(Math.abs(a!.done - b!.done)).toBeLessThan(60);
  });

  it("in turn, where their requests take no time", async () => {
    const set = new QueueSet(1, QUEUING);
    set.take(1);
    const order: string[] = [];
    const send = async (flow: string, queue: number) => {
      const index = await set.enqueue(1, [queue], PATIENCE);
      order.push(flow);
      set.release(1, 0, index as number);
    };
    const sent = [send("a", 0), send("a", 0), send("a", 0), send("b", 1), send("b", 1), send("c", 2)];
    set.release(1, 0);
    await Promise.all(sent);
    expect(order.join("")).toBe("abcaba");
  });

  it("by the time that they take, whatever they ask for", async () => {
    const random = randomOf(1);
    const [long, short, wide] = await compete(
      new QueueSet(6, { ...QUEUING, queueLengthLimit: 1_000 }),
      [
        { hand: [0], at: 50, ms: () => 50 + Math.floor(random() * 50) },
        { hand: [1], at: 50, ms: () => 1 + Math.floor(random() * 5) },
        { hand: [2], at: 50, ms: () => 10, seats: 3 },
      ],
      5_000,
    );
    const shares = [long!.ms, short!.ms, wide!.ms].map((ms) => ms / (6 * 5_000));
    for (const share of shares) expect(share).toBeGreaterThan(0.2);
  });

  it("who asks now and then waits for the end of a request or two", async () => {
    const hands = [dealHand("greedy", 64, 6), dealHand("quiet", 64, 6)];
    const [, quiet] = await compete(
      new QueueSet(4, { ...QUEUING, queueLengthLimit: 1_000 }),
      [
        { hand: hands[0]!, at: 500, ms: () => 20 },
        { hand: hands[1]!, at: 1, ms: () => 1 },
      ],
      2_000,
    );
    expect(quiet!.waited).toBeLessThanOrEqual(40);
    expect(quiet!.done).toBeGreaterThan(60);
  });
});

it.each([1, 2, 3, 4, 5])("whatever happens, seats and requests are counted (%i)", async (seed) => {
  const random = randomOf(seed);
  const pick = (count: number) => Math.floor(random() * count);
  const set = new QueueSet(5, { queues: 8, handSize: 2, queueLengthLimit: 3 });
  const running: { seats: number; queue: number | undefined }[] = [];
  let waiting = 0;
  const counts = { dispatched: 0, rejected: 0 };
  for (let step = 0; step < 400; step++) {
    const seats = 1 + pick(7);
    switch (pick(4)) {
      case 0:
      case 1: {
        if (set.take(seats)) {
          counts.dispatched++;
          running.push({ seats, queue: undefined });
          break;
        }
        const answer = set.enqueue(seats, dealHand(String(pick(10)), 8, 2), 1 + pick(50));
        if (typeof answer === "string") {
          counts.rejected++;
          break;
        }
        waiting++;
        void (answer as Promise<number | Rejection>).then((queue) => {
          waiting--;
          if (typeof queue === "string") counts.rejected++;
          else {
            counts.dispatched++;
            running.push({ seats, queue });
          }
        });
        break;
      }
      case 2: {
        const [done] = running.splice(pick(running.length), 1);
        if (done !== undefined) set.release(done.seats, pick(20), done.queue);
        break;
      }
      case 3:
        await vi.advanceTimersByTimeAsync(pick(10));
        if (step % 50 === 0) set.configure(1 + pick(8), set.queuing);
    }
    await settle();
    expect(set.inUse).toBe(running.reduce((sum, { seats }) => sum + seats, 0));
    expect(set.executing).toBe(running.length);
    expect(set.waiting).toBe(waiting);
    expect(set.counts).toMatchObject(counts);
    // nobody waits for nothing
    if (set.waiting > 0) expect(set.executing).toBeGreaterThan(0);
  }
});
