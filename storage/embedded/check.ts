import type { Database } from "./database.ts";
import { isIntact, isRemoval, keyOf, offsetOf, previousOf, timeOf } from "./record.ts";

/** What a store holds. */
export interface Findings {
  readonly revision: number;
  /** Reads and watches reach back to this revision. */
  readonly oldest: number;
  /** Keys that have a value. */
  readonly keys: number;
  /** Writes of which the store knows: the newest of each key, and history. */
  readonly records: number;
  /** What is wrong, a line each; the first hundred. */
  readonly problems: readonly string[];
}

const MOST_PROBLEMS = 100;

/** Reads all of a store and looks whether it fits together. Takes one turn of the event loop: for a process that does nothing else. */
export function check(database: Database): Findings {
  const problems: string[] = [];
  const wrong = (problem: string) => problems.length < MOST_PROBLEMS && problems.push(problem);
  const state = database.state();
  if (state === undefined) return { revision: 0, oldest: 0, keys: 0, records: 0, problems: ["the store has no state"] };

  let keys = 0;
  for (const { key, newest } of database.keys("", undefined, false)) {
    const record = database.record(Math.abs(newest));
    if (newest > 0) keys++;
    if (record === undefined) wrong(`${key}: the record of its newest write, ${Math.abs(newest)}, is missing`);
    else if (keyOf(record) !== key) wrong(`${key}: revision ${Math.abs(newest)} is a write to ${keyOf(record)}`);
    else if (isRemoval(record) !== newest < 0) wrong(`${key}: revision ${Math.abs(newest)} is ${newest < 0 ? "no" : "a"} removal`);
  }

  let records = 0;
  let before = { revision: 0, time: 0, offset: 0 };
  for (const revision of [...database.revisions()]) {
    const record = database.record(revision);
    records++;
    if (record === undefined) continue;
    if (!isIntact(record, revision)) {
      wrong(`revision ${revision} is not what was written`);
      continue;
    }
    // all of the record first: the next read overwrites it
    const here = { revision, time: timeOf(record), offset: offsetOf(record) };
    const [key, previous, size] = [keyOf(record), previousOf(record), record.length];
    if (revision > state.revision) wrong(`revision ${revision} is newer than the store`);
    if (here.time < before.time || here.offset < before.offset + size) wrong(`revision ${revision} does not follow ${before.revision}`);
    if (previous >= revision) wrong(`revision ${revision} follows the later ${previous}`);
    if (Math.abs(database.newest(key)) < revision) wrong(`revision ${revision} is newer than what its key, ${key}, has`);
    before = here;
  }
  if (before.offset > state.offset || before.time > state.time) wrong("the newest record is newer than the store");
  return { revision: state.revision, oldest: state.oldest, keys, records, problems };
}
