import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { straceBinary } from "../tools/strace-binary.ts";
import { StoreProcess } from "./store.ts";

/**
 * What the embedded store promises about the disk, shown by making the disk slow or broken with `strace`. LMDB flushes with two calls:
 * `fdatasync` for the pages, and a `pwrite64` to a file opened for synchronous writing for the page that makes them count.
 *
 * @param form `short` for every test run, `full` for the faults run
 */
export function describeDurability(form: "short" | "full"): void {
  const delayed = form === "short" ? 300 : 1_000;

  describe.skipIf(process.platform !== "linux")("the embedded store on a failing disk (strace is Linux only)", () => {
    let root: string;
    let seed: string;
    let folders = 0;

    beforeAll(async () => {
      await straceBinary();
      root = await mkdtemp(path.join(tmpdir(), "datum-durability-"));
      seed = path.join(root, "seed");
      const store = await StoreProcess.start(seed);
      for (let n = 0; n < 20; n++) await store.ask({ ask: "create", key: `seed/${n}`, bytes: 1_000 });
      await store.close();
    }, 60_000);

    afterAll(() => rm(root, { recursive: true, force: true }));

    /** A copy of the store that a clean run left. Opening it flushes nothing, so the first call that strace counts is the first write's. */
    async function copy(): Promise<string> {
      const folder = path.join(root, `copy-${++folders}`);
      await cp(path.join(seed, "data.mdb"), path.join(folder, "data.mdb"));
      return folder;
    }

    const under = (folder: string, injection: string) =>
      StoreProcess.start(folder, ["-o", "/dev/null", "-e", "trace=fdatasync,fsync,msync,pwrite64", "-e", `inject=${injection}`]);

    /** Nothing of the failed write is there after a restart, and the store works. */
    async function expectUntouched(folder: string, revision: number, key = "fault/1"): Promise<void> {
      const store = await StoreProcess.start(folder);
      expect(store.revision).toBe(revision);
      expect(await store.ask({ ask: "look", key })).toMatchObject(NOTHING);
      expect(await store.ask({ ask: "look", key: "seed/7" })).toMatchObject({ read: true, scanned: true });
      expect(await store.ask({ ask: "create", key })).toMatchObject({ revision: revision + 1 });
      await store.close();
    }

    const delays = ["fdatasync:delay_enter", "fdatasync:delay_exit", "pwrite64:delay_enter", "pwrite64:delay_exit"];
    it.each(form === "short" ? delays.slice(0, 1) : delays)(
      "shows a write in no answer, read or watch while its flush is held back (%s)",
      async (injection) => {
        const store = await under(await copy(), `${injection}=${delayed * 1000}`);
        const written = await store.ask({ ask: "create", key: "slow/1", watchful: true });
        expect(written).toMatchObject({ revision: store.revision + 1, seen: "" });
        expect(written.milliseconds).toBeGreaterThanOrEqual(delayed);
        expect(written.looks).toBeGreaterThan(5);
        expect(await store.ask({ ask: "look", key: "slow/1" })).toMatchObject({ read: true, scanned: true, watched: true });
        await store.close();
      },
      60_000,
    );

    it("lets writers that come during a flush share the next one", async () => {
      const trace = path.join(root, "flushes");
      const store = await StoreProcess.start(await copy(), [
        "-o",
        trace,
        "-e",
        "trace=fdatasync",
        "-e",
        `inject=fdatasync:delay_enter=${delayed * 1000}`,
      ]);
      const { revisions } = await store.ask({ ask: "burst", writers: 200 });
      expect(revisions).toEqual(Array.from({ length: 201 }, (_, n) => store.revision + 1 + n));
      await store.close();
      // so each of them waited for the flush that ran, and its own
      expect((await readFile(trace, "utf8")).match(/fdatasync\(/g)).toHaveLength(2);
    }, 60_000);

    // of the calls of its thread LMDB's second writes a page; the first of the program's own thread asks whether the disk takes anything
    const failures = ["fdatasync:error=EIO", "fdatasync:error=ENOSPC", "pwrite64:error=EIO:when=2+", "pwrite64:error=ENOSPC"];
    it.each(form === "short" ? failures.slice(0, 1) : failures)(
      "answers a write whose flush failed with an error and never shows it, after a restart neither (%s)",
      async (injection) => {
        const folder = await copy();
        const store = await under(folder, injection);
        expect(await store.ask({ ask: "create", key: "fault/1", watchful: true })).toMatchObject({ error: "StorageError", seen: "" });
        expect(await store.ask({ ask: "look", key: "fault/1" })).toMatchObject(NOTHING);
        expect(await store.ask({ ask: "look", key: "seed/7" })).toMatchObject({ read: true, scanned: true });
        expect(await store.ask({ ask: "check" })).toMatchObject({ healthy: false });
        expect(store.escaped).toEqual([]);
        await store.close();
        await expectUntouched(folder, store.revision);
      },
      60_000,
    );

    it("goes on once the disk takes writes again, without what failed", async () => {
      const folder = await copy();
      const store = await under(folder, "fdatasync:error=ENOSPC:when=1..2");
      expect(await store.ask({ ask: "create", key: "fault/1" })).toMatchObject({ error: "StorageError" });
      expect(await store.ask({ ask: "check" })).toMatchObject({ healthy: false, reason: expect.stringMatching(/no space left/i) });
      expect(await store.ask({ ask: "check" })).toMatchObject({ healthy: true });
      expect(await store.ask({ ask: "create", key: "fault/2" })).toMatchObject({ revision: store.revision + 1 });
      expect(await store.ask({ ask: "look", key: "fault/1" })).toMatchObject({ read: false, scanned: false, watched: false });
      expect(await store.ask({ ask: "look", key: "fault/2" })).toMatchObject({ read: true, scanned: true, watched: true });
      await store.close();
      const again = await StoreProcess.start(folder);
      expect(await again.ask({ ask: "look", key: "fault/1" })).toMatchObject(NOTHING);
      expect(await again.ask({ ask: "look", key: "fault/2" })).toMatchObject({ read: true });
      await again.close();
    }, 60_000);

    it("answers writes with an error before LMDB writes anything when the disk takes none, and goes on reading", async () => {
      const folder = await copy();
      const trace = path.join(root, "refused");
      const writing = "pwrite64,pwritev,fdatasync";
      const store = await StoreProcess.start(folder, ["-o", trace, "-e", `trace=${writing}`, "-e", `inject=${writing}:error=EROFS`]);
      for (let n = 0; n < 10; n++)
        expect(await store.ask({ ask: "create", key: `fault/${n}` })).toMatchObject({
          error: "StorageError",
          reason: expect.stringMatching(/read-only file system$/),
        });
      expect(await store.ask({ ask: "look", key: "fault/1" })).toMatchObject(NOTHING);
      expect(await store.ask({ ask: "look", key: "seed/7" })).toMatchObject({ read: true, scanned: true });
      expect(await store.ask({ ask: "check" })).toMatchObject({ healthy: false, reason: expect.stringMatching(/read-only file system$/) });
      expect(store.escaped).toEqual([]);
      await store.close();
      // what was tried are zeros
      expect(await readFile(trace, "utf8")).not.toMatch(/pwritev|fdatasync|pwrite64\(\d+, "[^"]*[1-9a-zA-Z]/);
      await expectUntouched(folder, store.revision);
    }, 60_000);

    it("says that the outcome is unknown, and does nothing more, when the page that makes a commit count fails", async () => {
      // That page is the last of the commit's writes: count them in a run that works.
      const trace = path.join(root, "trace");
      const counted = await StoreProcess.start(await copy(), ["-o", trace, "-e", "trace=pwrite64"]);
      await counted.ask({ ask: "create", key: "fault/1" });
      await counted.close();
      const threads = (await readFile(trace, "utf8")).match(/^\d+(?= +pwrite64\()/gm) ?? [];
      // strace counts the calls of each thread, and LMDB's is the last
      const calls = threads.filter((thread) => thread === threads.at(-1)).length;
      expect(calls).toBeGreaterThan(2);
      const folder = await copy();
      const store = await under(folder, `pwrite64:error=EIO:when=${calls}`);
      expect(await store.ask({ ask: "create", key: "fault/1", watchful: true })).toMatchObject({ error: "UnknownOutcomeError", seen: "" });
      const unreadable = expect.stringMatching(/^StorageError: the store cannot be used any more until it is opened again/);
      const state = await store.ask({ ask: "look", key: "fault/1" });
      expect(state).toMatchObject({ read: unreadable, scanned: unreadable, watched: false, ended: true, advanced: false });
      expect(await store.ask({ ask: "create", key: "fault/2" })).toMatchObject({ error: "StorageError" });
      expect(await store.ask({ ask: "check" })).toMatchObject({ healthy: false });
      expect(store.escaped).toEqual([]);
      await store.close();
      await expectUntouched(folder, store.revision);
    }, 60_000);

    it("belongs to one process at a time, until that one ends or is killed", async () => {
      const folder = await copy();
      const owner = await StoreProcess.start(folder);
      await owner.ask({ ask: "create", key: "a/1" });
      await expect(StoreProcess.start(folder)).rejects.toThrow(`StorageError: ${folder} is in use by process ${owner.pid}`);
      expect(await owner.ask({ ask: "create", key: "a/2" })).toMatchObject({ revision: owner.revision + 2 });
      await owner.kill();
      const next = await StoreProcess.start(folder);
      expect(await next.ask({ ask: "look", key: "a/2" })).toMatchObject({ read: true });
      await next.close();
    }, 60_000);
  });
}

const NOTHING = { read: false, scanned: false, watched: false, advanced: false };
