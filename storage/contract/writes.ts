import { describe, expect, it } from "vitest";
import { StorageError } from "../storage.ts";
import { bytes, revisionOf, type StoreUnderTest, text } from "./store-under-test.ts";

/** Conditions, revisions, values and keys. */
export function describeWrites(store: StoreUnderTest): void {
  const { create, update, remove, scanned } = store;

  describe("writes", () => {
    it("creates a key that does not exist", async () => {
      const revision = await create("a/1", "one");
      expect(await store.storage.get("a/1")).toEqual({ key: "a/1", value: bytes("one"), revision });
      expect(await store.storage.get("a/2")).toBeUndefined();
    });

    it("refuses to create a key that exists, and says what is there", async () => {
      const revision = await create("a/1", "one");
      expect(await store.storage.create("a/1", bytes("two"))).toEqual({
        ok: false,
        current: { key: "a/1", value: bytes("one"), revision },
      });
      expect(text((await store.storage.get("a/1"))?.value)).toBe("one");
    });

    it("updates a key only at the revision of its last write", async () => {
      const first = await create("a/1", "one");
      const second = await update("a/1", "two", first);
      expect(second).toBeGreaterThan(first);
      const refused = await store.storage.update("a/1", bytes("three"), first);
      expect(refused).toEqual({ ok: false, current: { key: "a/1", value: bytes("two"), revision: second } });
    });

    it("refuses to update or delete a key that is not there", async () => {
      expect(await store.storage.update("a/1", bytes("one"), 1)).toEqual({ ok: false, current: undefined });
      expect(await store.storage.update("a/1", bytes("one"), 0)).toEqual({ ok: false, current: undefined });
      expect(await store.storage.delete("a/1", 1)).toEqual({ ok: false, current: undefined });
      expect(await store.storage.delete("a/1", 0)).toEqual({ ok: false, current: undefined });
      expect(await store.storage.get("a/1")).toBeUndefined();
    });

    it("deletes a key only at the revision of its last write, with a revision of its own", async () => {
      const first = await create("a/1", "one");
      const second = await update("a/1", "two", first);
      expect(await store.storage.delete("a/1", first)).toEqual({
        ok: false,
        current: { key: "a/1", value: bytes("two"), revision: second },
      });
      expect(await remove("a/1", second)).toBeGreaterThan(second);
      expect(await store.storage.get("a/1")).toBeUndefined();
      expect(await store.storage.delete("a/1", second)).toEqual({ ok: false, current: undefined });
    });

    it("creates a deleted key anew", async () => {
      const first = await create("a/1", "one");
      await remove("a/1", first);
      const again = await create("a/1", "again");
      expect(again).toBeGreaterThan(first + 1);
      expect(await store.storage.get("a/1")).toEqual({ key: "a/1", value: bytes("again"), revision: again });
    });

    it("counts revisions over all keys, upwards", async () => {
      const revisions = [await create("a/1"), await create("b/1"), await create("a/2")];
      revisions.push(await update("b/1", "x", revisions[1]!), await remove("a/1", revisions[0]!));
      expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
      expect(new Set(revisions).size).toBe(revisions.length);
      expect(revisions[0]).toBeGreaterThan(1);
      expect(await store.storage.currentRevision()).toBe(revisions.at(-1));
    });

    it("a refused write changes no revision", async () => {
      const revision = await create("a/1");
      await store.storage.create("a/1", bytes("two"));
      await store.storage.update("a/1", bytes("two"), revision + 1);
      expect(await store.storage.currentRevision()).toBe(revision);
    });

    it("of many who create one key, one succeeds and all others see its value", async () => {
      const results = await Promise.all(Array.from({ length: 32 }, (_, index) => store.storage.create("a/1", bytes(String(index)))));
      const stored = await store.storage.get("a/1");
      expect(results.filter((result) => result.ok)).toEqual([{ ok: true, revision: stored?.revision }]);
      for (const result of results) if (!result.ok) expect(result.current).toEqual(stored);
    });

    it("many writers who count one key up lose no step", async () => {
      await create("a/counter", "0");
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          for (let done = 0; done < 5; ) {
            const current = await store.storage.get("a/counter");
            const next = bytes(String(Number(text(current?.value)) + 1));
            if ((await store.storage.update("a/counter", next, current!.revision)).ok) done++;
          }
        }),
      );
      expect(text((await store.storage.get("a/counter"))?.value)).toBe("80");
    });

    it("gives many concurrent writes distinct revisions, and each reads its own write", async () => {
      const revisions = await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const revision = await create(`a/${index}`);
          expect((await store.storage.get(`a/${index}`))?.revision).toBe(revision);
          return revision;
        }),
      );
      expect(new Set(revisions).size).toBe(200);
    });

    it("keeps values byte for byte, empty ones too", async () => {
      const all = Uint8Array.from({ length: 256 }, (_, index) => index);
      await revisionOf(store.storage.create("a/all", all));
      await revisionOf(store.storage.create("a/empty", new Uint8Array()));
      expect([...(await store.storage.get("a/all"))!.value]).toEqual([...all]);
      expect((await store.storage.get("a/empty"))!.value).toHaveLength(0);
    });

    it("a value read stays as it was, whatever is read or written later", async () => {
      const revision = await create("a/1", "one");
      const stored = await store.storage.get("a/1");
      await update("a/1", "two", revision);
      await store.storage.get("a/1");
      await store.storage.scan({ prefix: "" });
      expect(text(stored?.value)).toBe("one");
    });

    it("takes keys of any characters", async () => {
      const keys = ["a/ß", "a/日本", "a/\u{1f600}", "a/a b", "a/%2F", "a/__proto__", "a/'\"\\", "a/\u0001"];
      for (const key of keys) await create(key);
      for (const key of keys) expect(text((await store.storage.get(key))?.value)).toBe(key);
      expect((await store.storage.scan({ prefix: "a/" })).items.map((item) => item.key).sort()).toEqual([...keys].sort());
    });

    it("takes long keys", async () => {
      const key = `a/${"k".repeat(1900)}`;
      await create(key, "long");
      expect((await scanned({ prefix: key.slice(0, 1000) })).items).toEqual([`${key} = long`]);
    });

    it("takes values of over a megabyte, and refuses those above etcd's limit in etcd's words", async () => {
      const large = new Uint8Array(1_400_000).fill(7);
      const revision = await revisionOf(store.storage.create("a/large", large));
      expect(Buffer.compare((await store.storage.get("a/large"))!.value, large)).toBe(0);
      const refusal = store.storage.update("a/large", new Uint8Array(1_600_000), revision);
      await expect(refusal).rejects.toThrow(StorageError);
      await expect(refusal).rejects.toThrow("etcdserver: request is too large");
      expect((await store.storage.get("a/large"))?.revision).toBe(revision);
    });
  });
}
