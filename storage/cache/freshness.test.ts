import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { StorageError, StorageTimeoutError } from "../storage.ts";
import type { Collection } from "./collection.ts";
import { DistantStorage, encode, PREFIX, settle, type TextRecord, textCache } from "./testing.ts";
import type { WatchCache } from "./watch-cache.ts";

let store: MemoryStorage;
let storage: DistantStorage;
let cache: WatchCache<TextRecord>;
let collection: Collection<TextRecord>;
let timers: { at: number; run: () => void }[];
let now: number;

/** Lets the time go by. */
function pass(ms: number): void {
  now += ms;
  for (;;) {
    const due = timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at)[0];
    if (due === undefined) return;
    timers.splice(timers.indexOf(due), 1);
    due.run();
  }
}

beforeEach(async () => {
  now = 0;
  timers = [];
  store = new MemoryStorage(new History(0));
  storage = new DistantStorage(store);
  cache = textCache(storage, {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        if (timers.includes(timer)) timers.splice(timers.indexOf(timer), 1);
      };
    },
  });
  await cache.start();
  collection = await cache.collection(PREFIX);
  storage.open = false;
  storage.asked = 0;
});
afterEach(() => cache.close());

const state = (promise: undefined | Promise<unknown>) => {
  const seen: { value: string } = { value: "waiting" };
  promise?.then(
    () => (seen.value = "fresh"),
    (error) => (seen.value = error.message),
  );
  return seen;
};

describe("a fresh read of a store that has to be asked", () => {
  it("waits until the cache has what the store has", async () => {
    await store.create(`${PREFIX}a`, encode("1"));
    const read = state(collection.fresh());
    await settle();
    expect(read.value).toBe("waiting");
    storage.questions.shift()!();
    await settle();
    expect(read.value).toBe("waiting");
    expect(collection.get(`${PREFIX}a`)).toBeUndefined();
    storage.deliver();
    await settle();
    expect(read.value).toBe("fresh");
    expect(collection.get(`${PREFIX}a`)?.text).toBe("1");
    expect(timers).toEqual([]);
  });

  it("does not join a question that was asked before it came", async () => {
    const first = state(collection.fresh());
    const [second, third] = [state(collection.fresh()), state(collection.fresh())];
    expect(storage.asked).toBe(1);
    storage.questions.shift()!();
    await settle();
    expect([first.value, second.value, third.value]).toEqual(["fresh", "waiting", "waiting"]);
    expect(storage.asked).toBe(2);
    // Those that come while the second question is under way wait for a third.
    const fourth = state(collection.fresh());
    await store.create(`${PREFIX}a`, encode("1"));
    storage.deliver();
    storage.questions.shift()!();
    await settle();
    expect([second.value, third.value, fourth.value]).toEqual(["fresh", "fresh", "waiting"]);
    storage.questions.shift()!();
    await settle();
    expect(fourth.value).toBe("fresh");
    expect(storage.asked).toBe(3);
  });

  it("does not wait for a question that stays without an answer", async () => {
    const first = state(collection.fresh());
    const second = state(collection.fresh());
    pass(499);
    await settle();
    expect(storage.asked).toBe(1);
    pass(1);
    await settle();
    expect(storage.asked).toBe(2);
    const third = state(collection.fresh());
    storage.questions.pop()!();
    await settle();
    expect([first.value, second.value, third.value]).toEqual(["waiting", "fresh", "waiting"]);
    // the third question went off at once, while the first is still open
    storage.questions.pop()!();
    await settle();
    expect([first.value, third.value]).toEqual(["waiting", "fresh"]);
    expect(storage.asked).toBe(3);
    expect(timers).toEqual([]);
  });

  it("asks for progress where the newest write is somebody else's", async () => {
    await store.create("example.com/other", encode("1"));
    storage.deliver();
    // A write that the stream does not tell of: only progress does.
    await store.create("example.com/another", encode("1"));
    storage.deliver(0);
    const read = state(collection.fresh());
    storage.questions.shift()!();
    await settle();
    expect(storage.progressRequests).toBe(1);
    pass(100);
    pass(100);
    await settle();
    expect(storage.progressRequests).toBe(3);
    storage.deliver();
    await settle();
    expect(read.value).toBe("fresh");
    pass(1_000);
    expect(storage.progressRequests).toBe(3);
  });

  it("fails after three seconds", async () => {
    await store.create(`${PREFIX}a`, encode("1"));
    const read = collection.fresh();
    storage.questions.shift()!();
    await settle();
    pass(2_999);
    const failed = expect(read).rejects.toThrow(new StorageTimeoutError("the watch cache is at revision 0 and did not reach 1 in time"));
    pass(1);
    await failed;
    expect(timers).toEqual([]);
  });

  it("fails with the store's error, and the next one asks again", async () => {
    const read = collection.fresh();
    const next = state(collection.fresh());
    storage.questions.shift()!(new StorageError("no leader"));
    await expect(read).rejects.toThrow("no leader");
    await settle();
    storage.questions.shift()!();
    await settle();
    expect(next.value).toBe("fresh");
  });
});

describe("waiting for a revision", () => {
  it("is true at once, later, or false in the end", async () => {
    expect(collection.reached(0, 0)).toBe(true);
    const soon = collection.reached(1, 3_000);
    const never = collection.reached(2, 3_000);
    await store.create(`${PREFIX}a`, encode("1"));
    storage.deliver();
    expect(await soon).toBe(true);
    pass(3_000);
    expect(await never).toBe(false);
    expect(timers).toEqual([]);
  });

  it("leaves no timers when the cache is closed", async () => {
    const waiting = collection.reached(1, 3_000);
    cache.close();
    expect(await waiting).toBe(false);
    expect(timers).toEqual([]);
  });
});
