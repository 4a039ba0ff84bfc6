import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { CompactedError, FutureRevisionError } from "../storage.ts";
import type { Collection } from "./collection.ts";
import type { Snapshot } from "./snapshot.ts";
import { encode, PREFIX, type TextRecord, textCache } from "./testing.ts";
import type { WatchCache } from "./watch-cache.ts";

let storage: MemoryStorage;
let cache: WatchCache<TextRecord>;
let collection: Collection<TextRecord>;
let now = 0;

async function open(options = {}): Promise<void> {
  cache = textCache(storage, { now: () => now, ...options });
  await cache.start();
  collection = await cache.collection(PREFIX);
}

beforeEach(async () => {
  now = 0;
  storage = new MemoryStorage(new History(0));
  await open();
});
afterEach(() => cache.close());

const put = async (name: string, text: string) => {
  const old = await storage.get(PREFIX + name);
  await (old === undefined ? storage.create(PREFIX + name, encode(text)) : storage.update(PREFIX + name, encode(text), old.revision));
};
const remove = async (name: string) => storage.delete(PREFIX + name, (await storage.get(PREFIX + name))!.revision);
const shown = (snapshot: Snapshot<TextRecord>, prefix = PREFIX, from?: string) =>
  [...snapshot.range(prefix, from)].map((record) => `${record.key.slice(PREFIX.length)}=${record.text}`).join(" ");

/** Revisions 1 to 6: +a +b a' -b +c a''. */
async function write(): Promise<void> {
  await put("a", "1");
  await put("b", "2");
  await put("a", "3");
  await remove("b");
  await put("c", "5");
  await put("a", "6");
}
const STATES = ["", "a=1", "a=1 b=2", "a=3 b=2", "a=3", "a=3 c=5", "a=6 c=5"];

describe("a snapshot", () => {
  it("does not change", async () => {
    await write();
    const snapshot = collection.snapshot();
    await put("d", "7");
    await remove("a");
    expect(shown(snapshot)).toBe("a=6 c=5");
    expect(snapshot.revision).toBe(6);
    expect(snapshot.get(`${PREFIX}a`)?.text).toBe("6");
    expect(shown(collection.snapshot())).toBe("c=5 d=7");
  });

  it("gives ranges by prefix, from a key on, and counts them", async () => {
    for (const name of ["n/a", "n/b", "n/c", "n2/a", "o"]) await put(name, "x");
    const snapshot = collection.snapshot();
    expect(shown(snapshot, `${PREFIX}n/`)).toBe("n/a=x n/b=x n/c=x");
    expect(shown(snapshot, `${PREFIX}n/`, `${PREFIX}n/a\0`)).toBe("n/b=x n/c=x");
    expect(shown(snapshot, `${PREFIX}n2/`, `${PREFIX}n/b`)).toBe("n2/a=x");
    expect(snapshot.count(`${PREFIX}n/`)).toBe(3);
    expect(snapshot.count(`${PREFIX}n/`, `${PREFIX}n/b`)).toBe(2);
    expect(snapshot.count(PREFIX)).toBe(5);
  });

  it("is in the order of the keys' bytes", async () => {
    const names = ["\u{1f600}", "\uffee", "z", "é"];
    for (const name of names) await put(name, "x");
    const stored = (await storage.scan({ prefix: PREFIX })).items.map((item) => item.key);
    expect([...collection.snapshot().range(PREFIX)].map((record) => record.key)).toEqual(stored);
    expect(stored.map((key) => key.slice(PREFIX.length))).toEqual(["z", "é", "\uffee", "\u{1f600}"]);
  });
});

describe("a past state", () => {
  it("is made from the ring", async () => {
    await write();
    for (const [revision, state] of STATES.entries()) {
      const snapshot = collection.at(revision);
      expect(snapshot).not.toBeInstanceOf(Promise);
      expect((snapshot as Snapshot<TextRecord>).revision).toBe(revision);
      expect(shown(snapshot as Snapshot<TextRecord>)).toBe(state);
    }
    expect(shown(collection.snapshot())).toBe("a=6 c=5");
  });

  it("is read from the store where the ring does not reach", async () => {
    cache.close();
    await write();
    await open();
    await put("c", "7");
    for (const [revision, state] of STATES.entries()) {
      expect(shown(await collection.at(revision))).toBe(state);
    }
  });

  it("that was read as a whole is held for the next page", async () => {
    cache.close();
    await write();
    await open();
    await put("c", "7");
    await collection.at(3);
    const before = cache.bytes.snapshots;
    expect(before).toBeGreaterThan(200);
    expect(shown(collection.at(3) as Snapshot<TextRecord>)).toBe("a=3 b=2");
    expect(shown(await collection.at(2))).toBe("a=1 b=2");
    expect(shown(await collection.at(4))).toBe("a=3");
    expect(shown(await collection.at(5))).toBe("a=3 c=5");
  });

  it("is read from the store in windows", async () => {
    cache.close();
    for (const name of ["a", "b", "c", "d", "e"]) await put(name, "x");
    await put("a", "y");
    await open();
    const first = await collection.at(5, { prefix: PREFIX, limit: 2 });
    expect(shown(first)).toBe("a=x b=x");
    expect(first.next).toBe(`${PREFIX}b\0`);
    expect(first.count(PREFIX, `${PREFIX}a\0`)).toBe(4);
    const second = await collection.at(5, { prefix: PREFIX, from: first.next!, limit: 3 });
    expect(shown(second, PREFIX, first.next)).toBe("c=x d=x e=x");
    expect(second.next).toBeUndefined();
    expect((await collection.at(6)).next).toBeUndefined();
  });

  it("is held when asked for, even when the ring and the store have lost it", async () => {
    cache.close();
    await open({ ring: { collection: 300 } });
    await put("a", "1");
    await put("b", "2");
    collection.hold();
    await storage.create("example.com/others/root/x", encode("x"));
    for (let index = 0; index < 20; index++) await put("a", `${index}`);
    await storage.compact(20);
    expect(shown(collection.at(2) as Snapshot<TextRecord>)).toBe("a=1 b=2");
    expect(shown(collection.at(3) as Snapshot<TextRecord>)).toBe("a=1 b=2");
    await expect(collection.at(4)).rejects.toThrow(CompactedError);
    expect(shown(await collection.at(20))).toBe("a=16 b=2");
  });

  it("is dropped after its age and beyond the budget", async () => {
    cache.close();
    await open({ ring: { collection: 0 }, snapshots: { collection: 5_000 } });
    await put("a", "1");
    collection.hold();
    await put("a", "2");
    expect(cache.bytes.snapshots).toBeGreaterThan(2_000);
    expect(collection.at(1)).not.toBeInstanceOf(Promise);
    now += 299_000;
    expect(collection.at(1)).not.toBeInstanceOf(Promise);
    now += 301_000;
    expect(collection.at(1)).toBeInstanceOf(Promise);
    expect(cache.bytes.snapshots).toBe(0);

    collection.hold();
    await put("a", "3");
    await put("a", "4");
    expect(collection.at(2)).not.toBeInstanceOf(Promise);
    await put("a", "5");
    expect(collection.at(2)).toBeInstanceOf(Promise);
  });

  it("in the future is an error", () => {
    expect(() => collection.at(1)).toThrow(FutureRevisionError);
  });

  it("before the first write since the load is right, too, after history was put in front", async () => {
    cache.close();
    await write();
    await storage.create("example.com/others/root/x", encode("x"));
    await open();
    collection.hold();
    collection.watch({ after: 1, scope: PREFIX }, { event: () => true, end: () => {} });
    for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(collection.ring.after).toBe(1);
    for (const round of [1, 2]) {
      for (const revision of [6, 1, 5, 2, 3, 4]) {
        expect(shown(collection.at(revision) as Snapshot<TextRecord>), `round ${round}, at ${revision}`).toBe(STATES[revision]);
      }
      await put("d", `${round}`);
    }
    expect(shown(collection.at(8) as Snapshot<TextRecord>)).toBe("a=6 c=5 d=1");
    expect(shown(collection.at(7) as Snapshot<TextRecord>)).toBe("a=6 c=5");
  });
});
