import { describe, expect, it } from "vitest";
import { FutureRevisionError } from "../storage.ts";
import { revisionOf, type StoreUnderTest } from "./store-under-test.ts";

/** Ranges, pages, order, earlier revisions. */
export function describeScans(store: StoreUnderTest): void {
  const { create, update, remove, scanned } = store;

  describe("scans", () => {
    it("show an empty range", async () => {
      const revision = await create("b/1");
      expect(await store.storage.scan({ prefix: "a/" })).toEqual({ items: [], revision, remaining: 0 });
    });

    it("give keys in the order of their UTF-8 bytes", async () => {
      // In UTF-16 the emoji's first unit is smaller than ～.
      const ordered = ["a/1", "a/10", "a/2", "a/B", "a/b", "a/é", "a/～", "a/\u{1f600}"];
      for (const key of [...ordered].reverse()) await create(key);
      expect((await store.storage.scan({ prefix: "a/" })).items.map((item) => item.key)).toEqual(ordered);
    });

    it("end where the prefix ends", async () => {
      for (const key of ["a", "a/b", "a/b-c/1", "a/b/1", "a/b/2", "a/b0", "a/c/1", "b/1"]) await create(key, "x");
      expect((await scanned({ prefix: "a/b/" })).items).toEqual(["a/b/1 = x", "a/b/2 = x"]);
      expect((await scanned({ prefix: "a/b-c/" })).items).toEqual(["a/b-c/1 = x"]);
      expect((await scanned({ prefix: "a/b" })).items).toHaveLength(5);
      expect((await scanned({ prefix: "" })).items).toHaveLength(8);
    });

    it("leave out deleted keys", async () => {
      await create("a/1");
      await remove("a/2", await create("a/2"));
      expect(await scanned({ prefix: "a/" })).toEqual({ items: ["a/1 = a/1"], remaining: 0 });
    });

    it("start at a key, which need not exist", async () => {
      for (const key of ["a/1", "a/3", "a/5", "b/1"]) await create(key, "x");
      expect((await scanned({ prefix: "a/", from: "a/3" })).items).toEqual(["a/3 = x", "a/5 = x"]);
      expect((await scanned({ prefix: "a/", from: "a/3\0" })).items).toEqual(["a/5 = x"]);
      expect((await scanned({ prefix: "a/", from: "a/4" })).items).toEqual(["a/5 = x"]);
      expect((await scanned({ prefix: "a/", from: "Z" })).items).toHaveLength(3);
      expect((await scanned({ prefix: "a/", from: "b/" })).items).toEqual([]);
    });

    it("stop at the limit and count what remains", async () => {
      for (const key of ["a/1", "a/2", "a/3", "a/4", "b/1"]) await create(key, "x");
      await remove("a/4", (await store.storage.get("a/4"))!.revision);
      expect(await scanned({ prefix: "a/", limit: 2 })).toEqual({ items: ["a/1 = x", "a/2 = x"], remaining: 1 });
      expect(await scanned({ prefix: "a/", from: "a/2", limit: 1 })).toEqual({ items: ["a/2 = x"], remaining: 1 });
      expect(await scanned({ prefix: "a/", limit: 3 })).toEqual({ items: ["a/1 = x", "a/2 = x", "a/3 = x"], remaining: 0 });
      expect(await scanned({ prefix: "", limit: 1 })).toEqual({ items: ["a/1 = x"], remaining: 3 });
    });

    it("show the state at an earlier revision", async () => {
      const one = await create("a/1", "one");
      const two = await create("a/2", "two");
      const three = await update("a/1", "uno", one);
      const four = await remove("a/2", two);
      const five = await create("a/2", "again");
      const at = async (revision: number) => (await scanned({ prefix: "a/", revision })).items;
      expect(await at(one)).toEqual(["a/1 = one"]);
      expect(await at(two)).toEqual(["a/1 = one", "a/2 = two"]);
      expect(await at(three)).toEqual(["a/1 = uno", "a/2 = two"]);
      expect(await at(four)).toEqual(["a/1 = uno"]);
      expect(await at(five)).toEqual(["a/1 = uno", "a/2 = again"]);
      expect((await store.storage.scan({ prefix: "a/", revision: three })).revision).toBe(three);
      expect((await store.storage.scan({ prefix: "a/" })).revision).toBe(five);
      expect(await scanned({ prefix: "a/", limit: 1, revision: three })).toEqual({ items: ["a/1 = uno"], remaining: 1 });
      expect(await scanned({ prefix: "a/", limit: 1, revision: four })).toEqual({ items: ["a/1 = uno"], remaining: 0 });
    });

    it("refuse a revision that is not there yet", async () => {
      const current = await create("a/1");
      const refusal = store.storage.scan({ prefix: "a/", revision: current + 5 });
      await expect(refusal).rejects.toThrow(FutureRevisionError);
      await expect(refusal).rejects.toMatchObject({ current });
    });

    it("show one revision however large they are, while others write", async () => {
      const value = new Uint8Array(100_000);
      const keys = Array.from({ length: 80 }, (_, index) => `a/${String(index).padStart(3, "0")}`);
      await Promise.all(keys.map((key) => revisionOf(store.storage.create(key, value))));
      let writing = true;
      const writer = (async () => {
        for (let n = 0; writing; n++) await create(`a/new-${n}`, "x");
      })();
      const { items, revision } = await store.storage.scan({ prefix: "a/" });
      writing = false;
      await writer;
      expect(items.filter((item) => item.value.length === value.length)).toHaveLength(80);
      expect(Math.max(...items.map((item) => item.revision))).toBeLessThanOrEqual(revision);
      const again = await store.storage.scan({ prefix: "a/", revision });
      expect(again.items.map((item) => item.key)).toEqual(items.map((item) => item.key));
    });
  });
}
