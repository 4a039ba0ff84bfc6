import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Change, CompactedError, FutureRevisionError, type Storage, StorageError, type WriteResult } from "../storage.ts";
import { Recorder } from "./recorder.ts";

/** A store for one test. */
export interface Opened {
  /** Empty at the start. */
  readonly storage: Storage;
  /** Closes the storage and opens it again over the same data. */
  reopen(): Promise<Storage>;
  /** Closes whatever is open and leaves nothing behind. */
  dispose(): Promise<void>;
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const text = (value: Uint8Array | undefined): string | undefined => (value === undefined ? undefined : Buffer.from(value).toString());

/** The revision of a write that must have succeeded. */
async function revisionOf(write: Promise<WriteResult>): Promise<number> {
  const result = await write;
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.current)}`);
  return result.revision;
}

function show(changes: readonly Change[]): string[] {
  return changes.map(({ key, value, previous }) => {
    const before = previous === undefined ? "" : ` was ${text(previous.value)}`;
    return `${key} ${value === undefined ? "removed" : `= ${text(value)}`}${before}`;
  });
}

/**
 * What every storage engine does (`Storage` in `storage/storage.ts`). An engine's test file calls this with a way to open it.
 *
 * @param open gives an empty store of its own to each test
 */
export function describeStorage(name: string, open: () => Promise<Opened>): void {
  describe(`${name}: the contract of storage engines`, () => {
    let opened: Opened;
    let storage: Storage;

    beforeEach(async () => {
      opened = await open();
      storage = opened.storage;
    });

    afterEach(() => opened.dispose());

    const create = (key: string, value = key) => revisionOf(storage.create(key, bytes(value)));
    const update = (key: string, value: string, revision: number) => revisionOf(storage.update(key, bytes(value), revision));
    const remove = (key: string, revision: number) => revisionOf(storage.delete(key, revision));
    const scanned = async (...range: Parameters<Storage["scan"]>) => {
      const { items, remaining } = await storage.scan(...range);
      return { items: items.map((item) => `${item.key} = ${text(item.value)}`), remaining };
    };

    describe("writes", () => {
      it("creates a key that does not exist", async () => {
        const revision = await create("a/1", "one");
        expect(await storage.get("a/1")).toEqual({ key: "a/1", value: bytes("one"), revision });
        expect(await storage.get("a/2")).toBeUndefined();
      });

      it("refuses to create a key that exists, and says what is there", async () => {
        const revision = await create("a/1", "one");
        expect(await storage.create("a/1", bytes("two"))).toEqual({ ok: false, current: { key: "a/1", value: bytes("one"), revision } });
        expect(text((await storage.get("a/1"))?.value)).toBe("one");
      });

      it("updates a key only at the revision of its last write", async () => {
        const first = await create("a/1", "one");
        const second = await update("a/1", "two", first);
        expect(second).toBeGreaterThan(first);
        const refused = await storage.update("a/1", bytes("three"), first);
        expect(refused).toEqual({ ok: false, current: { key: "a/1", value: bytes("two"), revision: second } });
      });

      it("refuses to update or delete a key that is not there", async () => {
        expect(await storage.update("a/1", bytes("one"), 1)).toEqual({ ok: false, current: undefined });
        expect(await storage.update("a/1", bytes("one"), 0)).toEqual({ ok: false, current: undefined });
        expect(await storage.delete("a/1", 1)).toEqual({ ok: false, current: undefined });
        expect(await storage.delete("a/1", 0)).toEqual({ ok: false, current: undefined });
        expect(await storage.get("a/1")).toBeUndefined();
      });

      it("deletes a key only at the revision of its last write, with a revision of its own", async () => {
        const first = await create("a/1", "one");
        const second = await update("a/1", "two", first);
        expect(await storage.delete("a/1", first)).toEqual({ ok: false, current: { key: "a/1", value: bytes("two"), revision: second } });
        expect(await remove("a/1", second)).toBeGreaterThan(second);
        expect(await storage.get("a/1")).toBeUndefined();
        expect(await storage.delete("a/1", second)).toEqual({ ok: false, current: undefined });
      });

      it("creates a deleted key anew", async () => {
        const first = await create("a/1", "one");
        await remove("a/1", first);
        const again = await create("a/1", "again");
        expect(again).toBeGreaterThan(first + 1);
        expect(await storage.get("a/1")).toEqual({ key: "a/1", value: bytes("again"), revision: again });
      });

      it("counts revisions over all keys, upwards", async () => {
        const revisions = [await create("a/1"), await create("b/1"), await create("a/2")];
        revisions.push(await update("b/1", "x", revisions[1]!), await remove("a/1", revisions[0]!));
        expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
        expect(new Set(revisions).size).toBe(revisions.length);
        expect(revisions[0]).toBeGreaterThan(1);
        expect(await storage.currentRevision()).toBe(revisions.at(-1));
      });

      it("a refused write changes no revision", async () => {
        const revision = await create("a/1");
        await storage.create("a/1", bytes("two"));
        await storage.update("a/1", bytes("two"), revision + 1);
        expect(await storage.currentRevision()).toBe(revision);
      });

      it("of many who create one key, one succeeds and all others see its value", async () => {
        const results = await Promise.all(Array.from({ length: 32 }, (_, index) => storage.create("a/1", bytes(String(index)))));
        const stored = await storage.get("a/1");
        expect(results.filter((result) => result.ok)).toEqual([{ ok: true, revision: stored?.revision }]);
        for (const result of results) if (!result.ok) expect(result.current).toEqual(stored);
      });

      it("many writers who count one key up lose no step", async () => {
        await create("a/counter", "0");
        await Promise.all(
          Array.from({ length: 16 }, async () => {
            for (let done = 0; done < 5; ) {
              const current = await storage.get("a/counter");
              const next = bytes(String(Number(text(current?.value)) + 1));
              if ((await storage.update("a/counter", next, current!.revision)).ok) done++;
            }
          }),
        );
        expect(text((await storage.get("a/counter"))?.value)).toBe("80");
      });

      it("gives many concurrent writes distinct revisions, and each reads its own write", async () => {
        const revisions = await Promise.all(
          Array.from({ length: 200 }, async (_, index) => {
            const revision = await create(`a/${index}`);
            expect((await storage.get(`a/${index}`))?.revision).toBe(revision);
            return revision;
          }),
        );
        expect(new Set(revisions).size).toBe(200);
      });

      it("keeps values byte for byte, empty ones too", async () => {
        const all = Uint8Array.from({ length: 256 }, (_, index) => index);
        await revisionOf(storage.create("a/all", all));
        await revisionOf(storage.create("a/empty", new Uint8Array()));
        expect([...(await storage.get("a/all"))!.value]).toEqual([...all]);
        expect((await storage.get("a/empty"))!.value).toHaveLength(0);
      });

      it("a value read stays as it was, whatever is read or written later", async () => {
        const revision = await create("a/1", "one");
        const stored = await storage.get("a/1");
        await update("a/1", "two", revision);
        await storage.get("a/1");
        await storage.scan({ prefix: "" });
        expect(text(stored?.value)).toBe("one");
      });

      it("takes keys of any characters", async () => {
        const keys = ["a/ß", "a/日本", "a/\u{1f600}", "a/a b", "a/%2F", "a/__proto__", "a/'\"\\", "a/\u0001"];
        for (const key of keys) await create(key);
        for (const key of keys) expect(text((await storage.get(key))?.value)).toBe(key);
        expect((await storage.scan({ prefix: "a/" })).items.map((item) => item.key).sort()).toEqual([...keys].sort());
      });

      it("takes long keys", async () => {
        const key = `a/${"k".repeat(1900)}`;
        await create(key, "long");
        expect((await scanned({ prefix: key.slice(0, 1000) })).items).toEqual([`${key} = long`]);
      });

      it("takes values of over a megabyte, and refuses those above etcd's limit in etcd's words", async () => {
        const large = new Uint8Array(1_400_000).fill(7);
        const revision = await revisionOf(storage.create("a/large", large));
        expect(Buffer.compare((await storage.get("a/large"))!.value, large)).toBe(0);
        const refusal = storage.update("a/large", new Uint8Array(1_600_000), revision);
        await expect(refusal).rejects.toThrow(StorageError);
        await expect(refusal).rejects.toThrow("etcdserver: request is too large");
        expect((await storage.get("a/large"))?.revision).toBe(revision);
      });
    });

    describe("scans", () => {
      it("show an empty range", async () => {
        const revision = await create("b/1");
        expect(await storage.scan({ prefix: "a/" })).toEqual({ items: [], revision, remaining: 0 });
      });

      it("give keys in the order of their UTF-8 bytes", async () => {
        // In UTF-16 the emoji's first unit is smaller than ～.
        const ordered = ["a/1", "a/10", "a/2", "a/B", "a/b", "a/é", "a/～", "a/\u{1f600}"];
        for (const key of [...ordered].reverse()) await create(key);
        expect((await storage.scan({ prefix: "a/" })).items.map((item) => item.key)).toEqual(ordered);
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
        await remove("a/4", (await storage.get("a/4"))!.revision);
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
        expect((await storage.scan({ prefix: "a/", revision: three })).revision).toBe(three);
        expect((await storage.scan({ prefix: "a/" })).revision).toBe(five);
        expect(await scanned({ prefix: "a/", limit: 1, revision: three })).toEqual({ items: ["a/1 = uno"], remaining: 1 });
        expect(await scanned({ prefix: "a/", limit: 1, revision: four })).toEqual({ items: ["a/1 = uno"], remaining: 0 });
      });

      it("refuse a revision that is not there yet", async () => {
        const current = await create("a/1");
        const refusal = storage.scan({ prefix: "a/", revision: current + 5 });
        await expect(refusal).rejects.toThrow(FutureRevisionError);
        await expect(refusal).rejects.toMatchObject({ current });
      });

      it("show one revision however large they are, while others write", async () => {
        const value = new Uint8Array(100_000);
        const keys = Array.from({ length: 80 }, (_, index) => `a/${String(index).padStart(3, "0")}`);
        await Promise.all(keys.map((key) => revisionOf(storage.create(key, value))));
        let writing = true;
        const writer = (async () => {
          for (let n = 0; writing; n++) await create(`a/new-${n}`, "x");
        })();
        const { items, revision } = await storage.scan({ prefix: "a/" });
        writing = false;
        await writer;
        expect(items.filter((item) => item.value.length === value.length)).toHaveLength(80);
        expect(Math.max(...items.map((item) => item.revision))).toBeLessThanOrEqual(revision);
        const again = await storage.scan({ prefix: "a/", revision });
        expect(again.items.map((item) => item.key)).toEqual(items.map((item) => item.key));
      });
    });

    describe("watches", () => {
      it("tell what happens from now on, in order", async () => {
        const one = await create("a/1", "one");
        const recorder = new Recorder();
        const watch = storage.watch({ prefix: "a/", after: one }, recorder);
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
        const start = await storage.currentRevision();
        const one = await create("a/1", "one");
        const two = await create("a/2", "two");
        await update("a/1", "uno", one);
        await remove("a/2", two);
        const all = new Recorder();
        const some = new Recorder();
        const watches = [storage.watch({ prefix: "a/", after: start }, all), storage.watch({ prefix: "a/", after: two }, some)];
        await create("a/3", "three");
        await Promise.all([all.until(({ told }) => told.length === 5), some.until(({ told }) => told.length === 3)]);
        expect(show(all.told)).toEqual(["a/1 = one", "a/2 = two", "a/1 = uno", "a/2 removed", "a/3 = three"]);
        expect(show(some.told)).toEqual(["a/1 = uno", "a/2 removed", "a/3 = three"]);
        for (const watch of watches) watch.close();
      });

      it("tell the state before each change when asked", async () => {
        const start = await storage.currentRevision();
        const past = new Recorder();
        const live = new Recorder();
        const watches = [storage.watch({ prefix: "a/", after: start, previous: true }, live)];
        const one = await create("a/1", "one");
        const two = await update("a/1", "two", one);
        await remove("a/1", two);
        await create("a/1", "anew");
        watches.push(storage.watch({ prefix: "a/", after: start, previous: true }, past));
        for (const recorder of [past, live]) {
          await recorder.until(({ told }) => told.length === 4);
          expect(show(recorder.told)).toEqual(["a/1 = one", "a/1 = two was one", "a/1 removed was two", "a/1 = anew"]);
          expect(recorder.told[1]?.previous).toEqual({ key: "a/1", value: bytes("one"), revision: one });
          expect(recorder.told[0]).not.toHaveProperty("previous");
        }
        for (const watch of watches) watch.close();
      });

      it("go from past to present without a gap or a repeat while others write", async () => {
        const start = await storage.currentRevision();
        const revisions: number[] = [];
        const recorders: Recorder[] = [];
        const write = async (writer: number) => {
          for (let n = 0; n < 40; n++) {
            revisions.push(await create(`a/${writer}-${n}`));
            if (writer === 0 && n % 4 === 0) {
              const recorder = new Recorder();
              recorders.push(recorder);
              storage.watch({ prefix: "a/", after: start }, recorder);
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
        const start = await storage.currentRevision();
        const inner = new Recorder();
        const all = new Recorder();
        storage.watch({ prefix: "a/b/", after: start }, inner);
        storage.watch({ prefix: "", after: start }, all);
        for (const key of ["a/b", "a/b-c/1", "a/b/1", "a/b0", "a/c", "a/b/2"]) await create(key, "x");
        await inner.until(({ told }) => told.length === 2);
        await all.until(({ told }) => told.length === 6);
        expect(show(inner.told)).toEqual(["a/b/1 = x", "a/b/2 = x"]);
      });

      it("may wait for the future", async () => {
        const now = await create("a/1");
        const recorder = new Recorder();
        storage.watch({ prefix: "a/", after: now + 2 }, recorder);
        for (let n = 2; n <= 4; n++) await create(`a/${n}`, "x");
        await recorder.until(({ told }) => told.length === 1);
        expect(show(recorder.told)).toEqual(["a/4 = x"]);
      });

      it("tell how far they are when asked, after what happened before", async () => {
        const start = await create("a/0");
        const recorder = new Recorder();
        const watch = storage.watch({ prefix: "a/", after: start }, recorder);
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
        storage.watch({ prefix: "a/", after: start - 1 }, closed).close();
        storage.watch({ prefix: "a/", after: start - 1 }, open);
        await create("a/1");
        await open.until(({ told }) => told.length === 2);
        expect([closed.told, closed.error]).toEqual([[], undefined]);
      });

      it("end without an error when the storage is closed", async () => {
        const recorder = new Recorder();
        storage.watch({ prefix: "a/", after: await create("a/0") }, recorder);
        await storage.close();
        expect([recorder.told, recorder.error]).toEqual([[], undefined]);
      });

      it("tell every change before currentRevision shows it, where the engine is exclusive", async () => {
        if (!storage.exclusive) return;
        const recorder = new Recorder();
        storage.watch({ prefix: "", after: storage.currentRevision() as number }, recorder);
        await Promise.all(
          Array.from({ length: 50 }, async (_, index) => {
            await create(`a/${index}`);
            expect(recorder.told.at(-1)?.revision).toBe(storage.currentRevision());
          }),
        );
      });
    });

    describe("history", () => {
      it("that was compacted cannot be read or watched, and the error names the oldest revision left", async () => {
        const one = await create("a/1", "one");
        const two = await update("a/1", "two", one);
        const three = await create("a/2");
        await storage.compact(two);
        const read = storage.scan({ prefix: "a/", revision: one });
        await expect(read).rejects.toThrow(CompactedError);
        await expect(read).rejects.toMatchObject({ oldest: two });
        const recorder = new Recorder();
        storage.watch({ prefix: "a/", after: one }, recorder);
        await recorder.until(({ error }) => error !== undefined);
        expect(recorder.error).toBeInstanceOf(CompactedError);
        expect(recorder.error).toMatchObject({ oldest: two });
        expect(recorder.told).toEqual([]);
        expect(await storage.currentRevision()).toBe(three);
      });

      it("still reaches from the compacted revision on", async () => {
        const one = await create("a/1", "one");
        const gone = await create("a/gone", "gone");
        const removed = await remove("a/gone", gone);
        const two = await update("a/1", "two", one);
        const other = await create("a/2", "other");
        const last = await remove("a/2", other);
        await storage.compact(two);
        expect((await scanned({ prefix: "a/", revision: two })).items).toEqual(["a/1 = two"]);
        expect((await scanned({ prefix: "a/", revision: other })).items).toEqual(["a/1 = two", "a/2 = other"]);
        expect((await scanned({ prefix: "a/", revision: last })).items).toEqual(["a/1 = two"]);
        expect(removed).toBeLessThan(two);
        const recorder = new Recorder();
        storage.watch({ prefix: "a/", after: two, previous: true }, recorder);
        await recorder.until(({ told }) => told.length === 2);
        expect(show(recorder.told)).toEqual(["a/2 = other", "a/2 removed was other"]);
      });

      it("may be compacted twice, and to where it is already", async () => {
        const one = await create("a/1", "one");
        const two = await update("a/1", "two", one);
        await storage.compact(two);
        await storage.compact(one);
        await storage.compact(two);
        const three = await update("a/1", "three", two);
        await storage.compact(three);
        expect((await scanned({ prefix: "a/" })).items).toEqual(["a/1 = three"]);
        await expect(storage.scan({ prefix: "a/", revision: two })).rejects.toMatchObject({ oldest: three });
      });

      it("cannot be compacted beyond the present", async () => {
        const current = await create("a/1");
        await expect(storage.compact(current + 10)).rejects.toThrow(FutureRevisionError);
      });

      it("leaves deleted keys free to be created after compaction", async () => {
        const removed = await remove("a/1", await create("a/1", "one"));
        await storage.compact(removed);
        const anew = await create("a/1", "anew");
        expect(await storage.get("a/1")).toEqual({ key: "a/1", value: bytes("anew"), revision: anew });
        expect((await scanned({ prefix: "a/", revision: removed })).items).toEqual([]);
      });
    });

    describe("when it is opened again", () => {
      it("keeps values, revisions and history, and counts on", async () => {
        const start = await storage.currentRevision();
        const one = await create("a/1", "one");
        const two = await update("a/1", "two", one);
        const three = await remove("a/2", await create("a/2"));
        storage = await opened.reopen();
        expect(await storage.currentRevision()).toBe(three);
        expect(await storage.get("a/1")).toEqual({ key: "a/1", value: bytes("two"), revision: two });
        expect((await scanned({ prefix: "a/", revision: one })).items).toEqual(["a/1 = one"]);
        expect(await create("a/3", "three")).toBeGreaterThan(three);
        const recorder = new Recorder();
        storage.watch({ prefix: "a/", after: start }, recorder);
        await recorder.until(({ told }) => told.length === 5);
        expect(show(recorder.told)).toEqual(["a/1 = one", "a/1 = two", "a/2 = a/2", "a/2 removed", "a/3 = three"]);
      });

      it("still knows what was compacted, even if that was all", async () => {
        const removed = await remove("a/1", await create("a/1"));
        await storage.compact(removed);
        storage = await opened.reopen();
        expect(await storage.currentRevision()).toBe(removed);
        await expect(storage.scan({ prefix: "a/", revision: removed - 1 })).rejects.toMatchObject({ oldest: removed });
        expect(await create("a/1", "anew")).toBeGreaterThan(removed);
      });
    });

    it("can say that it serves", async () => {
      await storage.check();
    });

    it("refuses everything once it is closed, and may be closed twice", async () => {
      const revision = await create("a/1");
      await storage.close();
      await storage.close();
      await expect(storage.get("a/1")).rejects.toThrow(StorageError);
      await expect(storage.scan({ prefix: "a/" })).rejects.toThrow(StorageError);
      await expect(storage.create("a/2", bytes("x"))).rejects.toThrow(StorageError);
      await expect(storage.update("a/1", bytes("x"), revision)).rejects.toThrow(StorageError);
      await expect(storage.delete("a/1", revision)).rejects.toThrow(StorageError);
      await expect(storage.compact(revision)).rejects.toThrow(StorageError);
      await expect(storage.check()).rejects.toThrow(StorageError);
      expect(() => storage.watch({ prefix: "a/", after: 0 }, new Recorder())).toThrow(StorageError);
    });

    it("finishes the writes it took before it closes", async () => {
      const writes = Promise.all(Array.from({ length: 20 }, (_, index) => create(`a/${index}`)));
      await storage.close();
      await writes;
      storage = await opened.reopen();
      expect((await storage.scan({ prefix: "a/" })).items).toHaveLength(20);
    });
  });
}
