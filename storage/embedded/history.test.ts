import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Recorder } from "../contract/recorder.ts";
import { CompactedError, type Scanned, type Storage, StorageError } from "../storage.ts";
import { type EmbeddedOptions, openEmbedded } from "./open.ts";
import { EMPTY } from "./state.ts";

/** The revision of a new store; the first write has the next one. */
const FIRST = EMPTY.revision;

const value = new Uint8Array(100);

describe("the embedded store", () => {
  let folder: string;
  let storage: Storage;
  let time: number;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "datum-embedded-"));
    time = Date.UTC(2026, 0, 1);
  });

  afterEach(async () => {
    await storage.close();
    await rm(folder, { recursive: true });
  });

  const open = async (options: Partial<EmbeddedOptions> = {}) => {
    storage = await openEmbedded({ folder, now: () => time, ...options });
  };

  const create = async (key: string, bytes = value): Promise<number> => {
    const result = await storage.create(key, bytes);
    if (!result.ok) throw new Error("refused");
    return result.revision;
  };

  const rewrite = async (key: string): Promise<number> => {
    const current = await storage.get(key);
    const result = await storage.update(key, value, current!.revision);
    if (!result.ok) throw new Error("refused");
    return result.revision;
  };

  const oldest = async (): Promise<number> => {
    const error: unknown = await storage.scan({ prefix: "", revision: 0 }).catch((reason) => reason);
    return (error as CompactedError).oldest;
  };

  it("shows a commit to nobody between its flush and its publication", async () => {
    await open();
    let before = await create("a/1");
    const recorder = new Recorder();
    storage.watch({ prefix: "", after: before }, recorder);
    const wasSeen: boolean[] = [];
    // where the flush is faster than three turns there is nothing to see
    for (let n = 2; !wasSeen.includes(false) && n < 100; n++) {
      const told = recorder.told.length;
      const writing = storage.create(`a/${n}`, value);
      const rewriting = storage.update("a/1", value, before);
      for (let turn = 0; turn < 3; turn++) await nextTurn();
      const isPublished = storage.currentRevision() !== before;
      wasSeen.push(isPublished);
      if (!isPublished) {
        // LMDB's thread commits now, and its news cannot arrive before this turn ends.
        const end = performance.now() + 100;
        while (performance.now() < end);
        const seen = [
          storage.get(`a/${n}`),
          storage.get("a/1"),
          storage.scan({ prefix: "a/" }),
          storage.scan({ prefix: "a/", limit: 0 }),
        ] as const;
        expect(storage.currentRevision()).toBe(before);
        expect(recorder.told).toHaveLength(told);
        const [added, old, all, counted] = await Promise.all(seen);
        expect([added, old?.revision, all.revision, all.items.length, counted.remaining]).toEqual([
          undefined,
          before,
          before,
          n - 1,
          n - 1,
        ]);
      }
      const revision = before;
      expect(await writing).toEqual({ ok: true, revision: revision + 1 });
      expect(await rewriting).toEqual({ ok: true, revision: revision + 2 });
      expect(recorder.told.slice(told).map((change) => change.revision)).toEqual([revision + 1, revision + 2]);
      before = revision + 2;
    }
    expect(wasSeen).toContain(false);
  });

  it("answers a refused write with what the same flush stored", async () => {
    await open();
    const results = await Promise.all([
      storage.create("a", value),
      storage.create("a", new Uint8Array([1])),
      storage.update("a", value, FIRST + 1),
    ]);
    expect(results).toEqual([
      { ok: true, revision: FIRST + 1 },
      { ok: false, current: { key: "a", value, revision: FIRST + 1 } },
      { ok: true, revision: FIRST + 2 },
    ]);
  });

  it("stores writes that come together with one flush, in the order they came", async () => {
    await open();
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => storage.create(`a/${index}`, value)));
    expect(results.map((result) => result.ok && result.revision)).toEqual(Array.from({ length: 100 }, (_, index) => index + FIRST + 1));
  });

  it("forgets history that is too old when something is written, and keeps what is current", async () => {
    await open({ historyMilliseconds: 60_000 });
    const first = await create("a/1");
    time += 30_000;
    const second = await rewrite("a/1");
    time += 40_000;
    expect(await oldest()).toBe(FIRST);
    const third = await create("a/2");
    expect(await oldest()).toBe(first);
    time += 61_000;
    await create("a/3");
    expect(await oldest()).toBe(third);
    expect((await storage.scan({ prefix: "", revision: third })).items.map((item) => item.revision)).toEqual([second, third]);
  });

  it("counts age by a clock that never goes back", async () => {
    await open({ historyMilliseconds: 60_000 });
    await create("a/1");
    time -= 3_600_000;
    await rewrite("a/1");
    await rewrite("a/1");
    expect(await oldest()).toBe(FIRST);
  });

  it("forgets history that is too large", async () => {
    await open({ historyBytes: 10_000 });
    await create("kept");
    await create("a/1");
    for (let n = 0; n < 300; n++) await rewrite("a/1");
    const current = storage.currentRevision() as number;
    const least = await oldest();
    // A record has a header, its key and 100 bytes.
    expect(current - least).toBeGreaterThan(10_000 / 150);
    expect(current - least).toBeLessThan(10_000 / 100);
    expect((await storage.scan({ prefix: "" })).items.map((item) => item.key)).toEqual(["a/1", "kept"]);
    const recorder = new Recorder();
    storage.watch({ prefix: "", after: least, previous: true }, recorder);
    await recorder.until(({ told }) => told.length === current - least);
    expect(recorder.told.every((change) => change.previous?.revision === change.revision - 1)).toBe(true);
  });

  it("reuses the space of what it forgot: the file does not grow with the number of writes", async () => {
    await open({ historyBytes: 50_000 });
    await Promise.all(Array.from({ length: 50 }, (_, index) => create(`a/${index}`)));
    const churn = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        await Promise.all(Array.from({ length: 50 }, (_, index) => rewrite(`a/${index}`)));
        const gone = await create(`gone/${round}`);
        await storage.delete(`gone/${round}`, gone);
      }
      return (await stat(path.join(folder, "data.mdb"))).size;
    };
    const settled = await churn(60);
    expect(await churn(120)).toBeLessThan(settled * 1.2);
    expect((await storage.scan({ prefix: "" })).items).toHaveLength(50);
  });

  it("finishes a compaction that was cut short, after it is opened again", async () => {
    await open();
    await create("a/1");
    for (let n = 0; n < 50; n++) await rewrite("a/1");
    const target = storage.currentRevision() as number;
    const compacting = storage.compact(target);
    await storage.close();
    await compacting.catch(() => {});
    await open();
    for (let n = 0; n < 5; n++) await rewrite("a/1");
    expect(await oldest()).toBe(target);
    const { items } = await storage.scan({ prefix: "", revision: target });
    expect(items.map((item) => item.revision)).toEqual([target]);
  });

  it("compacts much history without holding up writers for long", async () => {
    await open();
    await Promise.all(Array.from({ length: 3000 }, (_, index) => create(`a/${index}`)));
    await Promise.all(Array.from({ length: 3000 }, (_, index) => rewrite(`a/${index}`)));
    const compacting = storage.compact(storage.currentRevision() as number);
    let written = 0;
    let done = false;
    void compacting.then(() => {
      done = true;
    });
    while (!done) {
      await create(`b/${written}`);
      written++;
    }
    expect(written).toBeGreaterThan(2);
    expect((await storage.scan({ prefix: "a/" })).items).toHaveLength(3000);
  });

  it("answers reads of the past that compaction overtakes with what was, or that it is gone", async () => {
    await open();
    const before = await Promise.all(Array.from({ length: 3000 }, (_, index) => create(`a/${index}`)));
    const past = storage.currentRevision() as number;
    await Promise.all(Array.from({ length: 3000 }, (_, index) => rewrite(`a/${index}`)));
    const reads: Promise<PromiseSettledResult<Scanned>[]>[] = [];
    let isDone = false;
    const compacting = storage.compact(storage.currentRevision() as number).then(() => {
      isDone = true;
    });
    while (!isDone) {
      reads.push(Promise.allSettled([storage.scan({ prefix: "a/", revision: past })]));
      await nextTurn();
    }
    await compacting;
    let gone = 0;
    for (const read of (await Promise.all(reads)).flat()) {
      if (read.status === "fulfilled") expect(read.value.items.map((item) => item.revision).sort()).toEqual([...before].sort());
      else {
        expect(read.reason).toBeInstanceOf(CompactedError);
        gone++;
      }
    }
    expect(gone).toBeGreaterThan(0);
  });

  it("ends a replay that compaction overtakes, with the oldest revision left", async () => {
    await open();
    await create("a/1");
    for (let n = 0; n < 20; n++) await rewrite("a/1");
    const recorder = new Recorder();
    storage.watch({ prefix: "", after: FIRST }, recorder);
    const target = storage.currentRevision() as number;
    const compacting = storage.compact(target);
    await recorder.until(({ told, error }) => told.length === 21 || error !== undefined);
    await compacting;
    if (recorder.error !== undefined) expect(recorder.error).toMatchObject({ name: "CompactedError", oldest: target });
    else expect(recorder.told.map((change) => change.revision)).toEqual(Array.from({ length: 21 }, (_, index) => index + FIRST + 1));
  });

  it("lets others have their turn during a large scan, and still shows one revision", async () => {
    await open();
    await Promise.all(Array.from({ length: 20_000 }, (_, index) => create(`a/${index}`)));
    let turns = 0;
    let scanning = true;
    const counting = (async () => {
      while (scanning) {
        await nextTurn();
        turns++;
      }
    })();
    const writing = rewrite("a/19999");
    const { items, revision } = await storage.scan({ prefix: "a/" });
    scanning = false;
    await Promise.all([counting, writing]);
    expect(items).toHaveLength(20_000);
    expect(items.every((item) => item.revision <= revision)).toBe(true);
    expect(turns).toBeGreaterThan(1);
  });

  it("contains an observer that throws: its watch ends, the others go on", async () => {
    await open();
    const broken = new Recorder();
    broken.changes = () => {
      throw new Error("observer");
    };
    broken.progress = () => {
      throw new Error("progress");
    };
    const hopeless = {
      changes: broken.changes,
      failed: () => {
        throw new Error("failed");
      },
    };
    const fine = new Recorder();
    storage.watch({ prefix: "", after: FIRST }, broken);
    storage.watch({ prefix: "", after: FIRST }, hopeless);
    storage.watch({ prefix: "", after: FIRST }, { ...hopeless, changes: () => undefined, progress: broken.progress }).requestProgress();
    storage.watch({ prefix: "", after: FIRST }, fine);
    await create("a/1");
    await create("a/2");
    expect(broken.error?.message).toBe("observer");
    expect(fine.told).toHaveLength(2);
  });

  it("tells a watch that an observer opens while it is told", async () => {
    await open();
    const inner = new Recorder();
    let opened = false;
    storage.watch(
      { prefix: "", after: FIRST },
      {
        changes: ([change]) => {
          if (opened) return;
          opened = true;
          storage.watch({ prefix: "", after: change!.revision - 1 }, inner);
        },
        failed: () => {},
      },
    );
    await create("a/1");
    await create("a/2");
    expect(inner.told.map((change) => change.revision)).toEqual([FIRST + 1, FIRST + 2]);
  });

  it("refuses keys that LMDB cannot hold, and finds none", async () => {
    await open();
    await create("k".repeat(1978));
    const long = storage.create("k".repeat(1979), value);
    await expect(long).rejects.toThrow(StorageError);
    await expect(long).rejects.toThrow("a key has 1979 bytes; at most 1978 are possible");
    await expect(storage.create("é".repeat(1000), value)).rejects.toThrow("2000 bytes");
    await expect(storage.create("", value)).rejects.toThrow("must not be empty");
    expect(await storage.get("é".repeat(5000))).toBeUndefined();
    expect(await storage.get("")).toBeUndefined();
    expect((await storage.scan({ prefix: "k".repeat(5000) })).items).toEqual([]);
    expect((await storage.scan({ prefix: "", from: "z".repeat(5000) })).items).toEqual([]);
    expect((await storage.scan({ prefix: "", from: "a".repeat(5000) })).items).toHaveLength(1);
    expect((await storage.scan({ prefix: "k", from: `${"k".repeat(1978)}\0` })).items).toEqual([]);
  });

  it("begins as if its first revisions had been compacted", async () => {
    await open();
    for (let revision = 1; revision < FIRST; revision++) {
      await expect(storage.scan({ prefix: "", revision })).rejects.toMatchObject({ name: "CompactedError", oldest: FIRST });
    }
    expect(await storage.scan({ prefix: "", revision: FIRST })).toMatchObject({ items: [] });
  });

  it("rejects reads of compacted history with the error of the contract", async () => {
    await open();
    await create("a/1");
    await storage.compact(await rewrite("a/1"));
    await expect(storage.scan({ prefix: "", revision: FIRST + 1 })).rejects.toThrow(CompactedError);
  });
});
