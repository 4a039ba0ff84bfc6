import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { check } from "./check.ts";
import type { Database } from "./database.ts";
import { openEmbedded } from "./open.ts";
import { openDatabase } from "./open-database.ts";
import { copyRecord, encodeRecord } from "./record.ts";
import { EMPTY } from "./state.ts";

const FIRST = EMPTY.revision + 1;

let folder: string;
let database: Database;

/** A store with a = revision FIRST + 3, b = FIRST + 1, c removed at FIRST + 4. */
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "datum-check-"));
  const storage = await openEmbedded({ folder, now: Date.now });
  for (const key of ["a", "b", "c"]) await storage.create(key, new Uint8Array([1]));
  await storage.update("a", new Uint8Array([2]), FIRST);
  await storage.delete("c", FIRST + 2);
  await storage.close();
  database = await openDatabase(folder);
});
afterEach(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

const record = (revision: number) => copyRecord(database.record(revision)!);

/** A whole record, but of long ago. */
const early = (revision: number, key: string) =>
  encodeRecord({ revision, previous: FIRST, time: 0, offset: 0, key, keySize: 1, value: new Uint8Array([2]) });

describe("a look through the store", () => {
  it("finds what is there, and nothing wrong", () => {
    expect(check(database)).toEqual({ revision: FIRST + 4, oldest: EMPTY.revision, keys: 2, records: 5, problems: [] });
  });

  it.each<[string, (database: Database) => void, string[]]>([
    ["a record that is missing", (db) => db.removeRecord(FIRST + 1), [`b: the record of its newest write, ${FIRST + 1}, is missing`]],
    [
      "a key that points at another's write",
      (db) => db.putKey("b", FIRST),
      [`b: revision ${FIRST} is a write to a`, `revision ${FIRST + 1} is newer than what its key, b, has`],
    ],
    ["a key that is removed and is not", (db) => db.putKey("b", -(FIRST + 1)), [`b: revision ${FIRST + 1} is no removal`]],
    ["a key that points at an old write", (db) => db.putKey("a", FIRST), [`revision ${FIRST + 3} is newer than what its key, a, has`]],
    ["a key that nobody has", (db) => db.removeKey("b"), [`revision ${FIRST + 1} is newer than what its key, b, has`]],
    ["the record of another revision", (db) => db.putRecord(FIRST + 3, record(FIRST)), [`revision ${FIRST + 3} is not what was written`]],
    [
      "records in the wrong order",
      (db) => db.putRecord(FIRST + 3, early(FIRST + 3, "a")),
      [`revision ${FIRST + 3} does not follow ${FIRST + 2}`],
    ],
    [
      "a record from the future",
      (db) => db.putRecord(FIRST + 9, early(FIRST + 9, "c")),
      [
        `revision ${FIRST + 9} is newer than the store`,
        `revision ${FIRST + 9} does not follow ${FIRST + 4}`,
        `revision ${FIRST + 9} is newer than what its key, c, has`,
      ],
    ],
    [
      "a state of the past",
      (db) => db.putState({ ...db.state()!, revision: FIRST + 3, offset: 0 }),
      [`revision ${FIRST + 4} is newer than the store`, "the newest record is newer than the store"],
    ],
  ])("finds %s", async (_, damage, problems) => {
    await database.commit(() => damage(database));
    expect(check(database).problems).toEqual(problems);
  });
});
