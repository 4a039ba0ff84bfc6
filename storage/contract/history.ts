import { describe, expect, it } from "vitest";
import { CompactedError, FutureRevisionError } from "../storage.ts";
import { Recorder } from "./recorder.ts";
import { bytes, type StoreUnderTest, show } from "./store-under-test.ts";

/** Compaction, and what remains when the store is opened again. */
export function describeHistory(store: StoreUnderTest): void {
  const { create, update, remove, scanned } = store;

  describe("history", () => {
    it("that was compacted cannot be read or watched, and the error names the oldest revision left", async () => {
      const one = await create("a/1", "one");
      const two = await update("a/1", "two", one);
      const three = await create("a/2");
      await store.storage.compact(two);
      const read = store.storage.scan({ prefix: "a/", revision: one });
      await expect(read).rejects.toThrow(CompactedError);
      await expect(read).rejects.toMatchObject({ oldest: two });
      const recorder = new Recorder();
      store.storage.watch({ prefix: "a/", after: one }, recorder);
      await recorder.until(({ error }) => error !== undefined);
      expect(recorder.error).toBeInstanceOf(CompactedError);
      expect(recorder.error).toMatchObject({ oldest: two });
      expect(recorder.told).toEqual([]);
      expect(await store.storage.currentRevision()).toBe(three);
    });

    it("still reaches from the compacted revision on", async () => {
      const one = await create("a/1", "one");
      const gone = await create("a/gone", "gone");
      const removed = await remove("a/gone", gone);
      const two = await update("a/1", "two", one);
      const other = await create("a/2", "other");
      const last = await remove("a/2", other);
      await store.storage.compact(two);
      expect((await scanned({ prefix: "a/", revision: two })).items).toEqual(["a/1 = two"]);
      expect((await scanned({ prefix: "a/", revision: other })).items).toEqual(["a/1 = two", "a/2 = other"]);
      expect((await scanned({ prefix: "a/", revision: last })).items).toEqual(["a/1 = two"]);
      expect(removed).toBeLessThan(two);
      const recorder = new Recorder();
      store.storage.watch({ prefix: "a/", after: two, previous: true }, recorder);
      await recorder.until(({ told }) => told.length === 2);
      expect(show(recorder.told)).toEqual(["a/2 = other", "a/2 removed was other"]);
    });

    it("may be compacted twice, and to where it is already", async () => {
      const one = await create("a/1", "one");
      const two = await update("a/1", "two", one);
      await store.storage.compact(two);
      await store.storage.compact(one);
      await store.storage.compact(two);
      const three = await update("a/1", "three", two);
      await store.storage.compact(three);
      expect((await scanned({ prefix: "a/" })).items).toEqual(["a/1 = three"]);
      await expect(store.storage.scan({ prefix: "a/", revision: two })).rejects.toMatchObject({ oldest: three });
    });

    it("cannot be compacted beyond the present", async () => {
      const current = await create("a/1");
      await expect(store.storage.compact(current + 10)).rejects.toThrow(FutureRevisionError);
    });

    it("leaves deleted keys free to be created after compaction", async () => {
      const removed = await remove("a/1", await create("a/1", "one"));
      await store.storage.compact(removed);
      const anew = await create("a/1", "anew");
      expect(await store.storage.get("a/1")).toEqual({ key: "a/1", value: bytes("anew"), revision: anew });
      expect((await scanned({ prefix: "a/", revision: removed })).items).toEqual([]);
    });
  });

  describe("when it is opened again", () => {
    it("keeps values, revisions and history, and counts on", async () => {
      const start = await store.storage.currentRevision();
      const one = await create("a/1", "one");
      const two = await update("a/1", "two", one);
      const three = await remove("a/2", await create("a/2"));
      await store.reopen();
      expect(await store.storage.currentRevision()).toBe(three);
      expect(await store.storage.get("a/1")).toEqual({ key: "a/1", value: bytes("two"), revision: two });
      expect((await scanned({ prefix: "a/", revision: one })).items).toEqual(["a/1 = one"]);
      expect(await create("a/3", "three")).toBeGreaterThan(three);
      const recorder = new Recorder();
      store.storage.watch({ prefix: "a/", after: start }, recorder);
      await recorder.until(({ told }) => told.length === 5);
      expect(show(recorder.told)).toEqual(["a/1 = one", "a/1 = two", "a/2 = a/2", "a/2 removed", "a/3 = three"]);
    });

    it("still knows what was compacted, even if that was all", async () => {
      const removed = await remove("a/1", await create("a/1"));
      await store.storage.compact(removed);
      await store.reopen();
      expect(await store.storage.currentRevision()).toBe(removed);
      await expect(store.storage.scan({ prefix: "a/", revision: removed - 1 })).rejects.toMatchObject({ oldest: removed });
      expect(await create("a/1", "anew")).toBeGreaterThan(removed);
    });
  });
}
