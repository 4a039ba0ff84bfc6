import { mkdtemp, rm, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Recorder } from "../../storage/contract/recorder.ts";
import { checkStore } from "../../storage/embedded/backup.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import type { Storage } from "../../storage/storage.ts";
import { eventually } from "../tools/eventually.ts";
import { MEMORY } from "../tools/memory.ts";
import { random } from "../tools/random.ts";

/**
 * The file of the embedded store is bounded however much is written. LMDB takes free pages for a large value only where they lie together, and
 * none that a reader might still see; so sizes are mixed, and others read and watch all the time.
 *
 * @param cases a name, sizes of values, and bytes that are live
 */
export function describeGrowth(cases: readonly [name: string, sizes: readonly number[], live: number][]): void {
  describe("the file of the embedded store", () => {
    let folder: string;
    let storage: Storage;
    beforeEach(async () => {
      folder = await mkdtemp(path.join(MEMORY, "datum-growth-"));
    });
    afterEach(async () => {
      await storage.close();
      await rm(folder, { recursive: true });
    });

    it.each(cases)(
      "stays within twice its steady size while 100 times the live data are written, in values of %s",
      async (_, sizes, live) => {
        storage = await openEmbedded({ folder, now: Date.now, historyBytes: live });
        const size = async () => (await stat(path.join(folder, "data.mdb"))).size;
        const watcher = new Recorder();
        storage.watch({ prefix: "", after: storage.currentRevision() as number }, watcher);
        let isOver = false;
        const reading = (async () => {
          let scans = 0;
          for (; !isOver; scans++) {
            await storage.scan({ prefix: "" });
            await setTimeout(10);
          }
          return scans;
        })();
        const churn = new Churn(storage, sizes, live);
        await churn.write(20 * live);
        const steady = await size();
        await churn.write(100 * live);
        const last = await size();
        isOver = true;
        expect(await reading).toBeGreaterThan(10);
        expect(last).toBeLessThan(2 * steady);
        console.log(`${sizes}: ${churn.writes} writes; live ${live / 1e6} MB, file ${steady / 1e6} MB, then ${last / 1e6} MB`);
        await eventually(async () => expect(watcher.told).toHaveLength(churn.writes));
        await storage.close();
        const { problems, keys } = await checkStore(folder);
        expect([problems, keys]).toEqual([[], churn.objects]);
      },
      600_000,
    );
  });
}

/** Objects are made until enough is live; then each write replaces one, or removes it and makes another. */
class Churn {
  readonly #storage: Storage;
  readonly #sizes: readonly number[];
  readonly #live: number;
  readonly #random = random(1);
  readonly #objects: { readonly key: string; readonly revision: number; readonly size: number }[] = [];
  #liveBytes = 0;
  #writtenBytes = 0;
  writes = 0;

  constructor(storage: Storage, sizes: readonly number[], live: number) {
    this.#storage = storage;
    this.#sizes = sizes;
    this.#live = live;
  }

  get objects(): number {
    return this.#objects.length;
  }

  /** Writes until it has written so many bytes in all. */
  async write(bytes: number): Promise<void> {
    const writer = async () => {
      while (this.#writtenBytes < bytes) await this.#one();
    };
    await Promise.all(Array.from({ length: 8 }, writer));
  }

  async #one(): Promise<void> {
    // as many bytes of each size
    const base = this.#sizes[this.#random(this.#sizes.length)]!;
    const values = Array.from(
      { length: Math.max(1, this.#sizes.at(-1)! / base / 8) },
      () => base * 0.6 + this.#random(Math.floor(base * 0.8)),
    );
    await Promise.all(values.map((size) => this.#change(Math.ceil(size))));
  }

  async #change(size: number): Promise<void> {
    const [before] = this.#liveBytes < this.#live ? [] : this.#objects.splice(this.#random(this.#objects.length), 1);
    this.#liveBytes += size - (before?.size ?? 0);
    this.#writtenBytes += size;
    const isNew = before === undefined || this.#random(3) === 0;
    if (before !== undefined && isNew) await this.#stored(this.#storage.delete(before.key, before.revision));
    const key = isNew ? `k/${this.#random(1e9)}/${this.writes}` : before.key;
    const value = new Uint8Array(size);
    const revision = await this.#stored(isNew ? this.#storage.create(key, value) : this.#storage.update(key, value, before.revision));
    this.#objects.push({ key, revision, size });
  }

  async #stored(writing: ReturnType<Storage["create"]>): Promise<number> {
    this.writes++;
    const result = await writing;
    if (!result.ok) throw new Error("a write was refused");
    return result.revision;
  }
}
