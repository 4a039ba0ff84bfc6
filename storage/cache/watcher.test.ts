import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { CompactedError } from "../storage.ts";
import type { Collection } from "./collection.ts";
import { cost } from "./ring.ts";
import { encode, PREFIX, Recorder, settle, type TextRecord, textCache } from "./testing.ts";
import type { WatchCache } from "./watch-cache.ts";

let storage: MemoryStorage;
let cache: WatchCache<TextRecord>;
let collection: Collection<TextRecord>;

/** A ring that holds `events` updates of small records. */
const ringOf = (events: number) => ({
  ring: {
    collection:
      events *
      cost({ key: "", revision: 1, previous: { key: "", revision: 1, text: "", bytes: 110 }, current: {} as TextRecord, gone: undefined }),
  },
});

async function open(options = {}): Promise<void> {
  cache = textCache(storage, options);
  await cache.start();
  collection = await cache.collection(PREFIX);
}

beforeEach(async () => {
  storage = new MemoryStorage(new History(0));
  await open();
});
afterEach(() => cache.close());

const put = async (name: string, text: string) => {
  const old = await storage.get(PREFIX + name);
  const result = await (old === undefined
    ? storage.create(PREFIX + name, encode(text))
    : storage.update(PREFIX + name, encode(text), old.revision));
  return result.ok ? result.revision : Number.NaN;
};
const remove = async (name: string) => storage.delete(PREFIX + name, (await storage.get(PREFIX + name))!.revision);

describe("selection", () => {
  it("makes ADDED, MODIFIED and DELETED of what enters, stays and leaves", async () => {
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX, matches: (record) => record.text.includes("red") }, sink);
    await put("a", "red 1");
    await put("a", "red 2");
    await put("a", "blue 3");
    await put("a", "blue 4");
    await put("a", "red 5");
    await remove("a");
    await put("b", "blue");
    await remove("b");
    await settle();
    expect(sink.events).toEqual(["ADDED a 1 red 1", "MODIFIED a 2 red 2", "DELETED a 3 red 2", "ADDED a 5 red 5", "DELETED a 6 red 5"]);
  });

  it("shares records and tombstones among watchers", async () => {
    const sinks = [new Recorder(), new Recorder()];
    for (const sink of sinks) collection.watch({ after: 0, scope: PREFIX }, sink);
    await put("a", "1");
    await remove("a");
    await settle();
    expect(sinks[0]!.records[0]).toBe(sinks[1]!.records[0]);
    expect(sinks[0]!.records[1]).toMatchObject({ deleted: true, revision: 2, text: "1" });
    expect(sinks[0]!.records[1]).toBe(sinks[1]!.records[1]);
  });

  it("ends the watch whose selector fails, and no other", async () => {
    const [bad, good] = [new Recorder(), new Recorder()];
    collection.watch(
      {
        after: 0,
        scope: PREFIX,
        matches: () => {
          throw new Error("selector");
        },
      },
      bad,
    );
    collection.watch({ after: 0, scope: PREFIX }, good);
    await put("a", "1");
    await settle();
    expect(bad.ended).toEqual([new Error("selector")]);
    expect(good.events).toEqual(["ADDED a 1 1"]);
  });
});

describe("scopes", () => {
  it("are the collection, a folder of it, or one key", async () => {
    const [all, folder, one] = [new Recorder(), new Recorder(), new Recorder()];
    collection.watch({ after: 0, scope: PREFIX }, all);
    collection.watch({ after: 0, scope: `${PREFIX}ns/` }, folder);
    collection.watch({ after: 0, scope: `${PREFIX}ns/a` }, one);
    await settle();
    for (const name of ["ns/a", "ns/ab", "ns2/a", "a"]) await put(name, "x");
    await settle();
    await put("ns/a", "y");
    await settle();
    const names = (sink: Recorder) => sink.records.map((record) => record.key.slice(PREFIX.length));
    expect(names(all)).toEqual(["ns/a", "ns/ab", "ns2/a", "a", "ns/a"]);
    expect(names(folder)).toEqual(["ns/a", "ns/ab", "ns/a"]);
    expect(names(one)).toEqual(["ns/a", "ns/a"]);
  });

  it("that are quiet lose nothing while the ring turns over", async () => {
    cache.close();
    await open(ringOf(5));
    const quiet = new Recorder();
    const watcher = collection.watch({ after: 0, scope: `${PREFIX}quiet/` }, quiet);
    await settle();
    for (let index = 0; index < 50; index++) {
      await put("loud/x", `${index}`);
      if (index % 10 === 0) await settle();
    }
    await storage.compact(45);
    await settle();
    expect(watcher.revision).toBe(50);
    await put("quiet/x", "at last");
    await settle();
    expect(quiet.events).toEqual(["ADDED quiet/x 51 at last"]);
    expect(quiet.ended).toEqual([]);
  });
});

describe("the start", () => {
  it("sends initial records in key order, and then what came since", async () => {
    for (const name of ["c", "a", "b"]) await put(name, "x");
    const initial = collection.snapshot();
    const sink = new Recorder();
    const watcher = collection.watch({ after: 0, scope: PREFIX, initial }, sink);
    expect(watcher.revision).toBe(0);
    await put("b", "y");
    await settle();
    expect(sink.events).toEqual(["ADDED a 2 x", "ADDED b 3 x", "ADDED c 1 x", "SYNCED 3", "MODIFIED b 4 y"]);
    expect(watcher.revision).toBe(4);
  });

  it("pauses within initial records", async () => {
    for (const name of ["a", "b"]) await put(name, "x");
    const sink = new Recorder();
    sink.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX, initial: collection.snapshot() }, sink);
    await settle();
    expect(sink.take()).toEqual(["ADDED a 1 x"]);
    await put("a", "y");
    for (const expected of ["ADDED b 2 x", "SYNCED 2", "MODIFIED a 3 y"]) {
      watcher.resume();
      await settle();
      expect(sink.take()).toEqual([expected]);
    }
  });

  it("in the future waits for it", async () => {
    const sink = new Recorder();
    const watcher = collection.watch({ after: 3, scope: PREFIX }, sink);
    for (const text of ["1", "2", "3", "4"]) {
      await put("a", text);
      await settle();
    }
    expect(sink.events).toEqual(["MODIFIED a 4 4"]);
    expect(watcher.revision).toBe(4);
  });

  it("is never before watch() returns", async () => {
    await put("a", "1");
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX, initial: collection.snapshot() }, sink);
    expect(sink.events).toEqual([]);
  });
});

describe("back-pressure", () => {
  it("holds up one watcher and no other", async () => {
    const [slow, fast] = [new Recorder(), new Recorder()];
    slow.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX }, slow);
    collection.watch({ after: 0, scope: PREFIX }, fast);
    for (const text of ["1", "2", "3"]) await put("a", text);
    await settle();
    expect(slow.take()).toEqual(["ADDED a 1 1"]);
    expect(watcher.revision).toBe(1);
    expect(fast.events).toHaveLength(3);
    slow.full = false;
    watcher.resume();
    await settle();
    expect(slow.take()).toEqual(["MODIFIED a 2 2", "MODIFIED a 3 3"]);
    await put("a", "4");
    await settle();
    expect(slow.take()).toEqual(["MODIFIED a 4 4"]);
    expect(watcher.revision).toBe(4);
  });

  it("does not stick when the sink resumes before it has said no", async () => {
    const sink = new Recorder();
    const watcher = collection.watch(
      { after: 0, scope: PREFIX },
      {
        event: (type, record) => {
          sink.event(type, record);
          watcher.resume();
          return false;
        },
        end: () => {},
      },
    );
    for (const text of ["1", "2", "3"]) await put("a", text);
    await settle();
    expect(sink.events).toHaveLength(3);
  });

  it("stops a closed watcher at once, from within its sink too", async () => {
    const sink = new Recorder();
    const watcher = collection.watch(
      { after: 0, scope: PREFIX },
      {
        event: (type, record) => {
          watcher.close();
          return sink.event(type, record);
        },
        end: (error) => sink.end(error),
      },
    );
    for (const text of ["1", "2", "3"]) await put("a", text);
    await settle();
    expect(sink.events).toHaveLength(1);
    expect(sink.ended).toEqual([]);
    expect(collection.watchers).toBe(0);
  });

  it("outlasts the ring: what was overwritten comes from the store's history", async () => {
    cache.close();
    await open(ringOf(5));
    const sink = new Recorder();
    sink.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX, matches: (record) => record.text !== "10" }, sink);
    await put("a", "1");
    await settle();
    for (let index = 2; index <= 50; index++) await put("a", `${index}`);
    await settle();
    expect(sink.take()).toEqual(["ADDED a 1 1"]);
    sink.full = false;
    watcher.resume();
    await settle(20);
    expect(sink.take()).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `MODIFIED a ${index + 2} ${index + 2}`),
      "DELETED a 10 9",
      "ADDED a 11 11",
      ...Array.from({ length: 39 }, (_, index) => `MODIFIED a ${index + 12} ${index + 12}`),
    ]);
    await put("a", "51");
    await settle();
    expect(sink.take()).toEqual(["MODIFIED a 51 51"]);
    expect(sink.ended).toEqual([]);
  });

  it("ends with the CompactedError when history does not reach", async () => {
    cache.close();
    await open(ringOf(5));
    const sink = new Recorder();
    sink.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX }, sink);
    await put("a", "1");
    await settle();
    for (let index = 2; index <= 50; index++) await put("a", `${index}`);
    await settle();
    await storage.compact(20);
    watcher.resume();
    await settle();
    expect(sink.ended).toEqual([expect.any(CompactedError)]);
    expect((sink.ended[0] as CompactedError).oldest).toBe(20);
    expect(sink.events).toEqual(["ADDED a 1 1"]);
    expect(collection.watchers).toBe(0);
  });

  it("goes on by pages where history is larger than what may be held", async () => {
    cache.close();
    await open(ringOf(5));
    const sink = new Recorder();
    sink.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX }, sink);
    const large = "x".repeat(100_000);
    for (let index = 1; index <= 30; index++) await put("a", `${large}${index}`);
    await settle();
    sink.full = false;
    watcher.resume();
    await settle(60);
    expect(sink.records.map((record) => record.revision)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  });

  it("holds half a megabyte of history at most, however much the ring could take", async () => {
    cache.close();
    const large = "x".repeat(100_000);
    for (let index = 1; index <= 300; index++) await put("a", `${large}${index}`);
    await open();
    const sink = new Recorder();
    sink.full = true;
    const watcher = collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle(60);
    expect(sink.records).toHaveLength(1);
    // what it does not hold is gone
    await storage.compact(300);
    sink.full = false;
    watcher.resume();
    await settle(60);
    expect(sink.records.length).toBeLessThanOrEqual(5);
    expect(sink.ended).toEqual([expect.any(CompactedError)]);
  });
});

describe("history from before the load", () => {
  beforeEach(async () => {
    cache.close();
    await put("a", "1");
    await put("b", "2");
    await put("a", "3");
    await remove("b");
    await open();
  });

  it("is told to a watch that starts there, without a gap or a repeat at the seam", async () => {
    const sink = new Recorder();
    const watcher = collection.watch({ after: 1, scope: PREFIX }, sink);
    await put("a", "5");
    await settle();
    await put("a", "6");
    await settle();
    expect(sink.events).toEqual(["ADDED b 2 2", "MODIFIED a 3 3", "DELETED b 4 2", "MODIFIED a 5 5", "MODIFIED a 6 6"]);
    expect(watcher.revision).toBe(6);
    expect(collection.ring.after).toBe(1);
  });

  it("is read once for all that need it", async () => {
    let reads = 0;
    const watch = storage.watch.bind(storage);
    storage.watch = (range, observer) => {
      reads++;
      return watch(range, observer);
    };
    const sinks = Array.from({ length: 20 }, () => new Recorder());
    for (const [index, sink] of sinks.entries()) collection.watch({ after: 1 + (index % 3), scope: PREFIX }, sink);
    await settle();
    expect(reads).toBe(1);
    expect(sinks[0]!.records[1]).toBe(sinks[1]!.records[0]);
    collection.watch({ after: 1, scope: PREFIX }, new Recorder());
    await settle();
    expect(reads).toBe(1);
  });

  it("ends in the records that are there already: the ring is not charged for them", async () => {
    await put("a", "5");
    await put("c", "6");
    await open();
    await put("a", "7");
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle();
    const { ring } = collection;
    expect(sink.events).toHaveLength(7);
    const last = ring.at(ring.next - 1)!;
    expect(last.revision).toBe(7);
    expect(ring.at(ring.next - 3)?.current).toBe(last.previous);
    expect(ring.at(ring.next - 2)?.current).toBe(collection.get(`${PREFIX}c`));
  });

  it("ends those that ask for too much, and serves the others", async () => {
    await storage.compact(2);
    const [late, good] = [new Recorder(), new Recorder()];
    collection.watch({ after: 1, scope: PREFIX }, late);
    collection.watch({ after: 2, scope: PREFIX }, good);
    await settle(20);
    expect(late.ended).toEqual([expect.any(CompactedError)]);
    expect(late.events).toEqual([]);
    expect(good.events).toEqual(["MODIFIED a 3 3", "DELETED b 4 2"]);
  });

  it("is waited for where nothing happened in it", async () => {
    cache.close();
    for (let index = 0; index < 5; index++) await storage.create(`example.com/others/root/${index}`, encode("x"));
    await open();
    const sink = new Recorder();
    const watcher = collection.watch({ after: 5, scope: PREFIX }, sink);
    await settle();
    expect(watcher.revision).toBe(9);
    expect(sink.ended).toEqual([]);
  });

  it("is given up when nobody wants it any more", async () => {
    const sink = new Recorder();
    const watcher = collection.watch({ after: 1, scope: PREFIX }, sink);
    await new Promise((resolve) => setImmediate(resolve));
    watcher.close();
    await settle();
    expect(sink.events).toEqual([]);
    const again = new Recorder();
    collection.watch({ after: 1, scope: PREFIX }, again);
    await settle();
    expect(again.events).toHaveLength(3);
  });
});

describe("the event loop", () => {
  it("gets its turns while many watchers are told of much", async () => {
    cache.close();
    let now = 0;
    await open({ now: () => now });
    const sinks = Array.from({ length: 500 }, () => new Recorder());
    for (const sink of sinks) {
      collection.watch(
        { after: 0, scope: PREFIX },
        {
          event: (type, record) => {
            now += 0.1;
            return sink.event(type, record);
          },
          end: () => {},
        },
      );
    }
    await settle();
    for (const text of ["1", "2", "3"]) await put("a", text);
    let longest = 0;
    let turns = 0;
    for (let last = now; sinks.some((sink) => sink.records.length < 5); last = now) {
      await settle(1);
      turns++;
      longest = Math.max(longest, now - last);
      // More comes while some have been told and others have not.
      if (turns === 7 || turns === 20) await put("a", `${turns}`);
      if (turns > 1_000) throw new Error("somebody is not told");
    }
    for (const sink of sinks) expect(sink.records.map((record) => record.revision)).toEqual([1, 2, 3, 4, 5]);
    expect(longest).toBeLessThan(5);
    expect(turns).toBeGreaterThan(30);
  });
});
