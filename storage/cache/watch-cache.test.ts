import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { History } from "../memory/history.ts";
import { MemoryStorage } from "../memory/memory-storage.ts";
import { encode, PREFIX, Recorder, settle, type TextRecord, textCache } from "./testing.ts";
import type { WatchCache } from "./watch-cache.ts";

let storage: MemoryStorage;
let cache: WatchCache<TextRecord>;

beforeEach(async () => {
  storage = new MemoryStorage(new History(0));
  cache = textCache(storage);
  await cache.start();
});
afterEach(() => cache.close());

const create = async (name: string, text: string) => {
  const result = await storage.create(PREFIX + name, encode(text));
  if (!result.ok) throw new Error(`${name} exists`);
  return result.revision;
};
const update = async (name: string, text: string) => {
  const { revision } = (await storage.get(PREFIX + name))!;
  const result = await storage.update(PREFIX + name, encode(text), revision);
  return result.ok ? result.revision : Number.NaN;
};
const remove = async (name: string) => {
  const { revision } = (await storage.get(PREFIX + name))!;
  await storage.delete(PREFIX + name, revision);
};

describe("a collection", () => {
  it("is loaded on first use and there at once afterwards", async () => {
    await create("b", "1");
    const loading = cache.collection(PREFIX);
    expect(loading).toBeInstanceOf(Promise);
    const collection = await loading;
    expect(cache.collection(PREFIX)).toBe(collection);
    expect(collection.get(`${PREFIX}b`)).toMatchObject({ text: "1", revision: 1 });
    expect(collection.get(`${PREFIX}c`)).toBeUndefined();
  });

  it("follows the store without being asked again", async () => {
    const collection = await cache.collection(PREFIX);
    await create("b", "1");
    await create("a", "2");
    await update("b", "3");
    expect([...collection.snapshot().range(PREFIX)].map((record) => record.text)).toEqual(["2", "3"]);
    await remove("a");
    expect([...collection.snapshot().range(PREFIX)].map((record) => record.text)).toEqual(["3"]);
  });

  it("is fresh at once on a store that has told everything", async () => {
    const collection = await cache.collection(PREFIX);
    await create("a", "1");
    expect(collection.fresh()).toBeUndefined();
    expect(collection.revision).toBe(1);
  });

  it("shows the revision of writes elsewhere", async () => {
    const collection = await cache.collection(PREFIX);
    await storage.create("example.com/others/root/x", encode("1"));
    await storage.create("short", encode("1"));
    expect(collection.revision).toBe(2);
    expect(collection.snapshot().revision).toBe(2);
    expect(collection.reached(2, 0)).toBe(true);
  });

  it("refuses what is not the prefix of a collection", () => {
    expect(() => cache.collection("example.com/things/")).toThrow(TypeError);
    expect(() => cache.collection("example.com/things/root/ns/")).toThrow(TypeError);
  });
});

describe("a watcher", () => {
  it("is told what comes after its revision, in order", async () => {
    const collection = await cache.collection(PREFIX);
    const after = await create("a", "1");
    const sink = new Recorder();
    const watcher = collection.watch({ after, scope: PREFIX }, sink);
    await update("a", "2");
    await create("b", "3");
    await remove("a");
    expect(sink.events).toEqual([]);
    await settle();
    expect(sink.take()).toEqual(["MODIFIED a 2 2", "ADDED b 3 3", "DELETED a 4 2"]);
    await update("b", "4");
    await settle();
    expect(sink.take()).toEqual(["MODIFIED b 5 4"]);
    expect(watcher.revision).toBe(5);
  });
});
