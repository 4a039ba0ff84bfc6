import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { CollectionLostError, CompactedError, StorageError } from "../storage.ts";
import { DistantStorage, decode, encode, PREFIX, Recorder, settle, type TextRecord, textCache } from "./testing.ts";
import type { WatchCache } from "./watch-cache.ts";

let store: MemoryStorage;
let storage: DistantStorage;
let cache: WatchCache<TextRecord>;
/** What waits for its time. */
let timers: (() => void)[];

async function open(options = {}): Promise<void> {
  cache = textCache(storage, {
    after(_ms, run) {
      timers.push(run);
      return () => {
        if (timers.includes(run)) timers.splice(timers.indexOf(run), 1);
      };
    },
    ...options,
  });
  await cache.start();
}

const passTime = () => {
  for (const run of timers.splice(0)) run();
};

beforeEach(async () => {
  timers = [];
  store = new MemoryStorage(new History(0));
  storage = new DistantStorage(store);
  await open();
});
afterEach(() => cache.close());

describe("a stream that breaks", () => {
  it("is taken up again where it ended, and nobody notices", async () => {
    await store.create(`${PREFIX}a`, encode("1"));
    const collection = await cache.collection(PREFIX);
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle();
    storage.open = false;
    await store.create(`${PREFIX}b`, encode("2"));
    storage.drop();
    storage.open = true;
    storage.breakStream();
    expect(cache.problem).toEqual(new StorageError("it broke"));
    passTime();
    await store.create(`${PREFIX}c`, encode("3"));
    await settle();
    expect(cache.problem).toBeUndefined();
    expect(cache.collection(PREFIX)).toBe(collection);
    expect(sink.events).toEqual(["ADDED a 1 1", "ADDED b 2 2", "ADDED c 3 3"]);
  });

  it("leaves no gap where history is gone: watches end, collections are read again", async () => {
    const collection = await cache.collection(PREFIX);
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle();
    storage.open = false;
    await store.create(`${PREFIX}a`, encode("1"));
    await store.create(`${PREFIX}b`, encode("2"));
    await store.compact(2);
    storage.drop();
    storage.open = true;
    storage.breakStream();
    passTime();
    await settle();
    expect(sink.events).toEqual([]);
    expect(sink.ended).toEqual([expect.any(CompactedError)]);
    await expect(collection.fresh()).rejects.toThrow(CollectionLostError);
    const late = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, late);
    await settle();
    expect(late.ended).toEqual([expect.any(CompactedError)]);

    const again = await cache.collection(PREFIX);
    expect(again).not.toBe(collection);
    expect([...again.snapshot().range(PREFIX)].map((record) => record.text)).toEqual(["1", "2"]);
    const fresh = new Recorder();
    again.watch({ after: 2, scope: PREFIX }, fresh);
    await store.create(`${PREFIX}c`, encode("3"));
    await settle();
    expect(fresh.events).toEqual(["ADDED c 3 3"]);
  });

  it("with a gap fails the reads that wait for a revision, for what they would see is older", async () => {
    const collection = await cache.collection(PREFIX);
    storage.open = false;
    await store.create(`${PREFIX}a`, encode("1"));
    await store.create(`${PREFIX}b`, encode("2"));
    await store.compact(2);
    const read = collection.reached(2, 3_000);
    storage.drop();
    storage.open = true;
    storage.breakStream(new CompactedError(2));
    await expect(read).rejects.toThrow(CollectionLostError);
    expect(cache.revision).toBe(2);
    await expect(collection.reached(2, 3_000)).rejects.toThrow(CollectionLostError);
    expect((await cache.collection(PREFIX)).reached(2, 3_000)).toBe(true);
  });

  it("in the middle of a load makes it start over", async () => {
    await store.create(`${PREFIX}a`, encode("1"));
    let release: (() => void) | undefined;
    const scan = storage.scan;
    storage.scan = async (range) => {
      const answer = await scan(range);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return answer;
    };
    const loading = cache.collection(PREFIX);
    await settle();
    storage.scan = scan;
    // Written in the gap: after the first scan, before the new stream begins.
    storage.open = false;
    await store.create(`${PREFIX}b`, encode("2"));
    storage.drop();
    storage.open = true;
    storage.breakStream(new CompactedError(5));
    await settle();
    release!();
    const collection = await loading;
    expect([...collection.snapshot().range(PREFIX)].map((record) => record.text)).toEqual(["1", "2"]);
  });
});

describe("a load", () => {
  it("misses nothing that is written meanwhile, and applies nothing twice", async () => {
    await store.create(`${PREFIX}a`, encode("1"));
    const scan = storage.scan;
    storage.scan = async (range) => {
      await store.create(`${PREFIX}b`, encode("2"));
      const answer = await scan(range);
      await store.create(`${PREFIX}c`, encode("3"));
      return answer;
    };
    const collection = await cache.collection(PREFIX);
    expect([...collection.snapshot().range(PREFIX)].map((record) => record.text)).toEqual(["1", "2", "3"]);
    const sink = new Recorder();
    collection.watch({ after: 1, scope: PREFIX }, sink);
    await settle();
    expect(sink.events).toEqual(["ADDED b 2 2", "ADDED c 3 3"]);
  });

  it("skips what a slow stream tells of later", async () => {
    storage.open = false;
    await store.create(`${PREFIX}a`, encode("1"));
    const collection = await cache.collection(PREFIX);
    expect(collection.revision).toBe(1);
    storage.deliver();
    expect(collection.ring.next).toBe(collection.ring.first);
    const sink = new Recorder();
    collection.watch({ after: 1, scope: PREFIX }, sink);
    await store.create(`${PREFIX}b`, encode("2"));
    storage.deliver();
    await settle();
    expect(sink.events).toEqual(["ADDED b 2 2"]);
  });

  it("is not set back by an end that came before it", async () => {
    storage.open = false;
    await store.create(`${PREFIX}a`, encode("1"));
    await store.delete(`${PREFIX}a`, 1);
    await store.create(`${PREFIX}a`, encode("3"));
    const collection = await cache.collection(PREFIX);
    storage.deliver(2);
    expect(collection.get(`${PREFIX}a`)?.text).toBe("3");
  });

  it("that fails can be tried again", async () => {
    const scan = storage.scan;
    storage.scan = () => Promise.reject(new StorageError("disk"));
    await expect(cache.collection(PREFIX)).rejects.toThrow("disk");
    storage.scan = scan;
    expect(await cache.collection(PREFIX)).toBeDefined();
  });

  it("reads large collections in pages of one revision", async () => {
    for (let index = 0; index < 2_500; index++) await store.create(`${PREFIX}${index}`, encode("1"));
    const revisions: (number | undefined)[] = [];
    const scan = storage.scan;
    storage.scan = async (range) => {
      revisions.push(range.revision);
      // An engine may give less than it was asked for.
      const answer = await scan({ ...range, limit: 1_000 });
      await store.create(`${PREFIX}new-${revisions.length}`, encode("2"));
      return answer;
    };
    const collection = await cache.collection(PREFIX);
    expect(revisions).toEqual([undefined, 2_500, 2_500]);
    expect(collection.size).toBe(2_503);
    expect(collection.ring.after).toBe(2_500);
  });
});

describe("a record that cannot be decoded", () => {
  it("takes its collection down until it is gone, and no other", async () => {
    cache.close();
    await open({
      decode(stored: Parameters<typeof decode>[0]) {
        const record = decode(stored);
        if (record.text === "poison") throw new Error("cannot decode");
        return record;
      },
    });
    const collection = await cache.collection(PREFIX);
    const other = await cache.collection("example.com/others/root/");
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle();
    await store.create(`${PREFIX}a`, encode("poison"));
    await store.create("example.com/others/root/x", encode("fine"));
    expect(sink.ended).toEqual([new Error("cannot decode")]);
    expect(other.get("example.com/others/root/x")?.text).toBe("fine");
    await expect(cache.collection(PREFIX)).rejects.toThrow("cannot decode");
    await store.delete(`${PREFIX}a`, 1);
    expect((await cache.collection(PREFIX)).size).toBe(0);
  });
});

describe("closing", () => {
  it("ends watches without an error and fails what waits", async () => {
    const collection = await cache.collection(PREFIX);
    const sink = new Recorder();
    collection.watch({ after: 0, scope: PREFIX }, sink);
    await settle();
    cache.close();
    expect(sink.ended).toEqual([undefined]);
    await expect(cache.collection("example.com/others/root/")).rejects.toThrow("closed");
    await expect(collection.fresh()).rejects.toThrow(StorageError);
  });
});
