import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StorageError } from "../storage.ts";
import { describeHistory } from "./history.ts";
import { Recorder } from "./recorder.ts";
import { describeScans } from "./scans.ts";
import { bytes, type Opened, StoreUnderTest } from "./store-under-test.ts";
import { describeWatches } from "./watches.ts";
import { describeWrites } from "./writes.ts";

/**
 * What every storage engine does (`Storage` in `storage/storage.ts`). An engine's test file calls this with a way to open it.
 *
 * @param open gives an empty store of its own to each test
 */
export function describeStorage(name: string, open: () => Promise<Opened>): void {
  describe(`${name}: the contract of storage engines`, () => {
    const store = new StoreUnderTest();

    beforeEach(async () => store.use(await open()));

    afterEach(() => store.dispose());

    describeWrites(store);
    describeScans(store);
    describeWatches(store);
    describeHistory(store);

    it("can say that it serves", async () => {
      await store.storage.check();
    });

    it("refuses everything once it is closed, and may be closed twice", async () => {
      const revision = await store.create("a/1");
      const { storage } = store;
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
      const writes = Promise.all(Array.from({ length: 20 }, (_, index) => store.create(`a/${index}`)));
      await store.storage.close();
      await writes;
      await store.reopen();
      expect((await store.storage.scan({ prefix: "a/" })).items).toHaveLength(20);
    });
  });
}
