import { cp, mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StorageError } from "../storage.ts";
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
    expect(await refusal(path.join(root, "file"))).toMatch(/^FOLDER cannot be opened: EEXIST/);
    expect(await refusal(path.join(root, "file", "below"))).toMatch(/^FOLDER cannot be opened: ENOTDIR/);
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
    await Promise.all(Array.from({ length: 2000 }, (_, index) => storage.create(`a/${index}`, value)));
    await storage.close();
    const file = path.join(folder, "data.mdb");
    await truncate(file, Math.floor((await stat(file)).size / 2));
    expect(await refusal()).toMatch(/^FOLDER is damaged: data\.mdb has \d+ bytes where at least \d+ belong$/);
  });

  it("refuses a store of a format that it does not know", async () => {
    await (await open()).close();
    const { open: openLmdb } = await import("lmdb");
    const root = openLmdb<Buffer, string>({ path: folder, noSubdir: false, overlappingSync: false, maxDbs: 2, encoding: "binary" });
    const state = Buffer.alloc(48);
    state.writeDoubleBE(2);
    await root.put("state", state);
    await root.close();
    expect(await refusal()).toBe("FOLDER cannot be opened: the store has format 2; this release reads format 1");
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
});
