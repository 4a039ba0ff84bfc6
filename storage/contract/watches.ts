import { describe, expect, it } from "vitest";
import { Recorder } from "./recorder.ts";
import { bytes, type StoreUnderTest, show } from "./store-under-test.ts";

/** Order, no gap, no repeat, past and future. */
export function describeWatches(store: StoreUnderTest): void {
  const { create, update, remove } = store;

  describe("watches", () => {
    it("tell what happens from now on, in order", async () => {
      const one = await create("a/1", "one");
      const recorder = new Recorder();
      const watch = store.storage.watch({ prefix: "a/", after: one }, recorder);
      const two = await update("a/1", "two", one);
      await create("b/1", "elsewhere");
      const three = await remove("a/1", two);
      const four = await create("a/1", "anew");
      await recorder.until(({ told }) => told.length === 3);
      expect(recorder.told).toEqual([
        { key: "a/1", revision: two, value: bytes("two") },
        { key: "a/1", revision: three, value: undefined },
        { key: "a/1", revision: four, value: bytes("anew") },
      ]);
      watch.close();
    });

    it("tell the past first", async () => {
      const start = await store.storage.currentRevision();
      const one = await create("a/1", "one");
      const two = await create("a/2", "two");
      await update("a/1", "uno", one);
      await remove("a/2", two);
      const all = new Recorder();
      const some = new Recorder();
      const watches = [store.storage.watch({ prefix: "a/", after: start }, all), store.storage.watch({ prefix: "a/", after: two }, some)];
      await create("a/3", "three");
      await Promise.all([all.until(({ told }) => told.length === 5), some.until(({ told }) => told.length === 3)]);
      expect(show(all.told)).toEqual(["a/1 = one", "a/2 = two", "a/1 = uno", "a/2 removed", "a/3 = three"]);
      expect(show(some.told)).toEqual(["a/1 = uno", "a/2 removed", "a/3 = three"]);
      for (const watch of watches) watch.close();
    });

    it("tell the state before each change when asked", async () => {
      const start = await store.storage.currentRevision();
      const past = new Recorder();
      const live = new Recorder();
      const watches = [store.storage.watch({ prefix: "a/", after: start, previous: true }, live)];
      const one = await create("a/1", "one");
      const two = await update("a/1", "two", one);
      await remove("a/1", two);
      await create("a/1", "anew");
      watches.push(store.storage.watch({ prefix: "a/", after: start, previous: true }, past));
      for (const recorder of [past, live]) {
        await recorder.until(({ told }) => told.length === 4);
        expect(show(recorder.told)).toEqual(["a/1 = one", "a/1 = two was one", "a/1 removed was two", "a/1 = anew"]);
        expect(recorder.told[1]?.previous).toEqual({ key: "a/1", value: bytes("one"), revision: one });
        expect(recorder.told[0]).not.toHaveProperty("previous");
      }
      for (const watch of watches) watch.close();
    });

    it("go from past to present without a gap or a repeat while others write", async () => {
      const start = await store.storage.currentRevision();
      const revisions: number[] = [];
      const recorders: Recorder[] = [];
      const write = async (writer: number) => {
        for (let n = 0; n < 40; n++) {
          revisions.push(await create(`a/${writer}-${n}`));
          if (writer === 0 && n % 4 === 0) {
            const recorder = new Recorder();
            recorders.push(recorder);
            store.storage.watch({ prefix: "a/", after: start }, recorder);
          }
        }
      };
      await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
      const expected = revisions.sort((one, other) => one - other);
      for (const recorder of recorders) {
        await recorder.until(({ told }) => told.length >= expected.length);
        expect(recorder.told.map((change) => change.revision)).toEqual(expected);
      }
    });

    it("keep to their prefix", async () => {
      const start = await store.storage.currentRevision();
      const inner = new Recorder();
      const all = new Recorder();
      store.storage.watch({ prefix: "a/b/", after: start }, inner);
      store.storage.watch({ prefix: "", after: start }, all);
      for (const key of ["a/b", "a/b-c/1", "a/b/1", "a/b0", "a/c", "a/b/2"]) await create(key, "x");
      await inner.until(({ told }) => told.length === 2);
      await all.until(({ told }) => told.length === 6);
      expect(show(inner.told)).toEqual(["a/b/1 = x", "a/b/2 = x"]);
    });

    it("may wait for the future", async () => {
      const now = await create("a/1");
      const recorder = new Recorder();
      store.storage.watch({ prefix: "a/", after: now + 2 }, recorder);
      for (let n = 2; n <= 4; n++) await create(`a/${n}`, "x");
      await recorder.until(({ told }) => told.length === 1);
      expect(show(recorder.told)).toEqual(["a/4 = x"]);
    });

    it("tell how far they are when asked, after what happened before", async () => {
      const start = await create("a/0");
      const recorder = new Recorder();
      const watch = store.storage.watch({ prefix: "a/", after: start }, recorder);
      await create("a/1");
      const last = await create("b/1");
      watch.requestProgress();
      await recorder.until(({ progressed }) => progressed.some((revision) => revision >= last));
      expect(recorder.told).toHaveLength(1);
      watch.close();
    });

    it("say nothing after they are closed", async () => {
      const start = await create("a/0");
      const closed = new Recorder();
      const open = new Recorder();
      store.storage.watch({ prefix: "a/", after: start - 1 }, closed).close();
      store.storage.watch({ prefix: "a/", after: start - 1 }, open);
      await create("a/1");
      await open.until(({ told }) => told.length === 2);
      expect([closed.told, closed.error]).toEqual([[], undefined]);
    });

    it("end without an error when the storage is closed", async () => {
      const recorder = new Recorder();
      store.storage.watch({ prefix: "a/", after: await create("a/0") }, recorder);
      await store.storage.close();
      expect([recorder.told, recorder.error]).toEqual([[], undefined]);
    });

    it("tell every change before currentRevision shows it, where the engine is exclusive", async () => {
      if (!store.storage.exclusive) return;
      const recorder = new Recorder();
      store.storage.watch({ prefix: "", after: store.storage.currentRevision() as number }, recorder);
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          await create(`a/${index}`);
          expect(recorder.told.at(-1)?.revision).toBe(store.storage.currentRevision());
        }),
      );
    });
  });
}
