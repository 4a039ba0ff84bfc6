import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Recorder } from "../contract/recorder.ts";
import { StorageError } from "../storage.ts";
import { checkStore } from "./backup.ts";
import { openEmbedded } from "./open.ts";
import { EMPTY } from "./state.ts";

const value = new Uint8Array(1000);

describe("opening the embedded store", () => {
  let root: string;
  let folder: string;

  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), "datum-open-"));
    folder = path.join(root, "store.d");
  });

  afterEach(() => rm(root, { recursive: true }));

  const open = (where = folder) => openEmbedded({ folder: where, now: Date.now });

  async function refusal(where = folder): Promise<string> {
    const error: unknown = await open(where).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(StorageError);
    const { message } = error as StorageError;
    expect(message).not.toContain("\n");
    return message.replace(where, "FOLDER");
  }

  it("creates the folder, closed to others, and two files in it", async () => {
    const storage = await open(path.join(folder, "deeper"));
    expect(storage.currentRevision()).toBe(EMPTY.revision);
    expect((await readdir(path.join(folder, "deeper"))).sort()).toEqual(["data.mdb", "lock.mdb"]);
    expect((await stat(path.join(folder, "deeper"))).mode & 0o777).toBe(0o700);
    await storage.close();
  });

  it("refuses a folder that this process has open already, by another name too", async () => {
    const storage = await open();
    expect(await refusal(path.join(root, ".", "x", "..", "store.d"))).toBe(`FOLDER is in use by process ${process.pid} (this one)`);
    await storage.close();
    await (await open()).close();
  });

  it("says why a folder cannot be used", async () => {
    await writeFile(path.join(root, "file"), "");
    expect(await refusal(path.join(root, "file"))).toBe("FOLDER cannot be opened: file already exists");
    expect(await refusal(path.join(root, "file", "below"))).toBe("FOLDER cannot be opened: not a directory");
  });

  it("refuses a file of something else", async () => {
    await (await open()).close();
    await writeFile(path.join(folder, "data.mdb"), "not a database".repeat(1000));
    expect(await refusal()).toBe("FOLDER is damaged or holds something else: data.mdb does not start as a store");
    await writeFile(path.join(folder, "data.mdb"), "short");
    expect(await refusal()).toBe("FOLDER is damaged or holds something else: data.mdb does not start as a store");
  });

  it("refuses a file that lost its end", async () => {
    const storage = await open();
    for (let round = 0; round < 3; round++)
      await Promise.all(Array.from({ length: 500 }, (_, index) => storage.create(`a/${round}/${index}`, value)));
    await storage.create("large", new Uint8Array(300_000));
    await storage.close();
    const file = path.join(folder, "data.mdb");
    const whole = await readFile(file);
    const page = whole.readUInt32LE(48);
    // a multiple of the page or not, all of the room behind the last page, some pages, nearly all
    const lastPage = Math.max(whole.readUInt32LE(144), whole.readUInt32LE(page + 144));
    const end = (lastPage + 1) * page;
    for (const size of [
      end - 1,
      end - page,
      end - 30 * page,
      end - 31 * page + 5,
      end - 65 * page,
      end / 2,
      3 * page,
      2 * page,
      page + 167,
      page,
      100,
      1,
      0,
    ]) {
      await writeFile(file, whole.subarray(0, Math.floor(size)));
      expect(await refusal(), String(size)).toMatch(
        size < page + 168
          ? /does not start as a store$/
          : new RegExp(`^FOLDER is damaged: data\\.mdb has ${Math.floor(size)} bytes where ${end} belong$`),
      );
      await expect(checkStore(folder), String(size)).rejects.toThrow(/is damaged/);
    }
    // nothing is missing
    await writeFile(file, whole.subarray(0, end));
    await (await open()).close();
  });

  it("refuses a store of a format that it does not know", async () => {
    await (await open()).close();
    const { open: openLmdb } = await import("lmdb");
    const root = openLmdb<Buffer, string>({ path: folder, noSubdir: false, overlappingSync: false, maxDbs: 2, encoding: "binary" });
    const state = Buffer.alloc(48);
    state.writeDoubleBE(9);
    await root.put("state", state);
    await root.close();
    expect(await refusal()).toBe("FOLDER cannot be opened: the store has format 9; this release reads format 3");
  });

  it("opens a copy of the folder's data that was made while it was closed", async () => {
    const storage = await open();
    await storage.create("a/1", value);
    await storage.close();
    await cp(folder, path.join(root, "copy"), { recursive: true });
    const copy = await open(path.join(root, "copy"));
    expect((await copy.get("a/1"))?.revision).toBe(EMPTY.revision + 1);
    await copy.close();
  });

  it("gives no value out that is not what was written, and says which one", async () => {
    const storage = await open();
    const [first, second] = [Buffer.from("the first value"), Buffer.from("the second value")];
    await storage.create("a/1", first);
    await storage.create("a/2", second);
    await storage.close();
    const file = path.join(folder, "data.mdb");
    const bytes = await readFile(file);
    // pages that are no longer used may hold it too
    for (let at = bytes.indexOf(second); at !== -1; at = bytes.indexOf(second, at + 1)) bytes[at + 4]! ^= 1;
    await writeFile(file, bytes);

    const again = await open();
    const revision = EMPTY.revision + 2;
    const message = `the store is damaged: the value of a/2, revision ${revision}, is not what was written`;
    expect((await again.get("a/1"))?.value).toEqual(new Uint8Array(first));
    await expect(again.get("a/2")).rejects.toThrow(message);
    await expect(again.scan({ prefix: "a/" })).rejects.toThrow(message);
    const recorder = new Recorder();
    again.watch({ prefix: "a/", after: EMPTY.revision }, recorder);
    await recorder.until(({ error }) => error !== undefined);
    expect(recorder.error?.message).toBe(`the store is damaged: revision ${revision} is not what was written`);
    await again.close();
    expect((await checkStore(folder)).problems).toEqual([`revision ${revision} is not what was written`]);
  });
});
