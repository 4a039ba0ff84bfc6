import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Room } from "./room.ts";

const PAGE = 4096;

let folder: string;
let file: string;
let usedPages: number;
let room: Room;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-room-"));
  file = path.join(folder, "data.mdb");
  await useUpTo(4);
  room = await Room.open(file, () => ({ lastPageNumber: usedPages - 1, pageSize: PAGE }));
});
afterEach(async () => {
  await room.close();
  await rm(folder, { recursive: true });
});

/** Pages full of ones, as if a commit had written them. */
async function useUpTo(pages: number): Promise<void> {
  usedPages = pages;
  const before = await readFile(file).catch(() => Buffer.alloc(0));
  const rest = before.subarray(pages * PAGE);
  await writeFile(file, Buffer.concat([Buffer.alloc(pages * PAGE, 1), rest]));
}

const used = async () => (await readFile(file)).subarray(0, usedPages * PAGE);

describe("room for commits", () => {
  it("is taken once for many", async () => {
    await room.take(10, 0);
    const { size } = await stat(file);
    expect(size).toBeGreaterThanOrEqual((4 + 10) * PAGE);
    expect(room.take(10, 0)).toBeUndefined();
    expect((await stat(file)).size).toBe(size);
  });

  it.each([
    ["filled what was there", () => Math.floor(4 + 10 + 256)],
    ["went beyond it", () => 1_000],
  ])("never touches what LMDB has in use, though a commit took more than was thought and %s", async (_, pages) => {
    await room.take(10, 0);
    await useUpTo(pages());
    await room.take(10, 0);
    expect((await used()).every((byte) => byte === 1)).toBe(true);
    await useUpTo(usedPages + 300);
    await room.take(10, 300 * PAGE);
    expect((await used()).every((byte) => byte === 1)).toBe(true);
    expect((await stat(file)).size).toBeGreaterThanOrEqual((usedPages + 10 + 300) * PAGE);
  });
});
