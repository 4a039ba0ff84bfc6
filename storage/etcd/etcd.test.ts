import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, startEtcd } from "../../test/tools/etcd.ts";
import { describeStorage } from "../contract/contract.ts";
import { Recorder } from "../contract/recorder.ts";
import { StorageError, StorageTimeoutError, UnknownOutcomeError } from "../storage.ts";
import { openEtcd } from "./open.ts";
import { isNewEnough } from "./version.ts";

let etcd: Etcd;
let stores = 0;

beforeAll(async () => {
  etcd = await startEtcd();
});

afterAll(() => etcd?.stop());

describeStorage("etcd", async () => {
  const options = { endpoints: etcd.endpoints, prefix: `/test-${++stores}` };
  let storage = await openEtcd(options);
  return {
    storage,
    async reopen() {
      await storage.close();
      storage = await openEtcd(options);
      return storage;
    },
    dispose: () => storage.close(),
  };
});

describe("the etcd engine", () => {
  const value = new Uint8Array([1]);
  const open = (callMilliseconds?: number) =>
    openEtcd({ endpoints: etcd.endpoints, prefix: `/test-${++stores}`, ...(callMilliseconds && { callMilliseconds }) });

  it("says which endpoint cannot be reached", async () => {
    const opening = openEtcd({ endpoints: ["http://127.0.0.1:1"] });
    await expect(opening).rejects.toThrow(StorageError);
    await expect(opening).rejects.toThrow(/127\.0\.0\.1:1/);
    await expect(openEtcd({ endpoints: [] })).rejects.toThrow("no etcd endpoint is given");
  });

  it("works as long as one endpoint does", async () => {
    const storage = await openEtcd({ endpoints: ["http://127.0.0.1:1", ...etcd.endpoints], prefix: `/test-${++stores}` });
    for (let n = 0; n < 10; n++) expect(await storage.create(`a/${n}`, value)).toMatchObject({ ok: true });
    expect((await storage.scan({ prefix: "a/" })).items).toHaveLength(10);
    await storage.close();
  });

  it("refuses servers whose progress notifications are not safe", () => {
    for (const version of ["3.4.31", "3.5.0", "3.5.12", "2.3.8"]) expect([version, isNewEnough(version)]).toEqual([version, false]);
    for (const version of ["3.5.13", "3.5.16", "3.6.0", "3.6.0-rc.1", "4.0.0"])
      expect([version, isNewEnough(version)]).toEqual([version, true]);
  });

  it("keeps to its prefix", async () => {
    const [one, other] = [await open(), await open()];
    await one.create("a/1", value);
    expect((await other.scan({ prefix: "" })).items).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });

  it("resumes a watch after the server was away, without a gap or a repeat, and refuses writes meanwhile", async () => {
    const storage = await open(500);
    const start = await storage.currentRevision();
    const recorder = new Recorder();
    const watch = storage.watch({ prefix: "a/", after: start }, recorder);
    await storage.create("a/1", value);
    await recorder.until(({ told }) => told.length === 1);
    for (let round = 2; round <= 3; round++) {
      await etcd.halt(round === 2 ? "SIGTERM" : "SIGKILL");
      // The first one may have left on the dying connection, and then nobody knows; the next finds none.
      await expect(storage.create("a/never", value)).rejects.toThrow();
      await expect(storage.create("a/never", value)).rejects.toThrow(StorageTimeoutError);
      await expect(storage.get("a/1")).rejects.toThrow(StorageTimeoutError);
      await expect(storage.check()).rejects.toThrow(/^etcd: No connection established/);
      await etcd.start();
      const other = await openEtcd({ endpoints: etcd.endpoints, prefix: `/test-${stores}` });
      await other.create(`a/${round}`, value);
      await other.close();
      await recorder.until(({ told }) => told.length === round);
    }
    watch.requestProgress();
    await recorder.until(({ progressed }) => progressed.length > 0);
    expect(recorder.told.map((change) => change.key)).toEqual(["a/1", "a/2", "a/3"]);
    expect(await storage.get("a/never")).toBeUndefined();
    expect(recorder.error).toBeUndefined();
    await storage.close();
  });

  it("waits for a server that is started again: reads and writes that never left go well then", async () => {
    const storage = await open();
    await storage.create("a/1", value);
    await etcd.halt();
    // finds out that the connection is gone
    await storage.check().catch(() => undefined);
    const calls = Promise.all([storage.get("a/1"), storage.create("a/2", value), storage.currentRevision()]);
    await etcd.start();
    expect(await calls).toMatchObject([{ key: "a/1" }, { ok: true }, expect.any(Number)]);
    await storage.close();
  });

  it("closes at once while no server can be reached", async () => {
    const storage = await open(60_000);
    await etcd.halt();
    try {
      const reading = storage.get("a/1").catch((error) => error);
      await sleep(200);
      await storage.close();
      expect(await reading).toBeInstanceOf(StorageError);
    } finally {
      await etcd.start();
    }
  });

  it("says that a write's outcome is unknown when no answer comes, and does not repeat it", async () => {
    const storage = await open(300);
    await storage.create("a/1", value);
    etcd.pause();
    try {
      await expect(storage.create("a/2", value)).rejects.toThrow(UnknownOutcomeError);
      await expect(storage.get("a/1")).rejects.toThrow(StorageTimeoutError);
    } finally {
      etcd.resume();
    }
    await sleep(100);
    const { items } = await storage.scan({ prefix: "a/" });
    expect(items.map((item) => item.key).filter((key) => key !== "a/2")).toEqual(["a/1"]);
    await storage.close();
  });

  it("tells progress only after the events it speaks of, while many are written", async () => {
    const storage = await open();
    const start = await storage.currentRevision();
    const wrong: string[] = [];
    let told = start;
    const watch = storage.watch(
      { prefix: "a/", after: start },
      {
        changes: (batch) => {
          for (const change of batch) {
            if (change.revision <= told) wrong.push(`${change.revision} came after ${told}`);
            told = change.revision;
          }
        },
        progress: (revision) => {
          told = Math.max(told, revision);
        },
        failed: (error) => wrong.push(error.message),
      },
    );
    let last = start;
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let n = 0; n < 25; n++) {
          const result = await storage.create(`a/${writer}-${n}`, value);
          if (result.ok) last = Math.max(last, result.revision);
          watch.requestProgress();
        }
      }),
    );
    while (told < last) {
      watch.requestProgress();
      await sleep(10);
    }
    expect(wrong).toEqual([]);
    await storage.close();
  });

  it("scans what comes in messages above gRPC's own limit of 4 MB", async () => {
    const storage = await open();
    const large = new Uint8Array(1024 * 1024).fill(7);
    for (let n = 0; n < 20; n++) await storage.create(`a/${n}`, large);
    const { items, remaining } = await storage.scan({ prefix: "a/" });
    expect([items.length, remaining, items.every((item) => item.value.length === large.length)]).toEqual([20, 0, true]);
    await storage.close();
  });

  it("scans ranges of many messages at one revision", async () => {
    const storage = await open();
    const keys = Array.from({ length: 3000 }, (_, index) => `a/${String(index).padStart(5, "0")}`);
    for (let from = 0; from < keys.length; from += 500) {
      await Promise.all(keys.slice(from, from + 500).map((key) => storage.create(key, value)));
    }
    const { items, remaining } = await storage.scan({ prefix: "a/" });
    expect([items.map((item) => item.key), remaining]).toEqual([keys, 0]);
    const page = await storage.scan({ prefix: "a/", from: "a/00100", limit: 1500 });
    expect([page.items[0]?.key, page.items.at(-1)?.key, page.remaining]).toEqual(["a/00100", "a/01599", 1400]);
    expect((await storage.scan({ prefix: "a/", limit: 0 })).remaining).toBe(3000);
    await storage.close();
  });
});
