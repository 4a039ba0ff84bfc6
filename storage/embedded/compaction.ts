import type { Database } from "./database.ts";
import { isIntact, isRemoval, keyOf, offsetOf, previousOf, timeOf } from "./record.ts";
import type { State } from "./state.ts";

/** How much history is kept: as long as it is younger and smaller than this. */
export interface Retention {
  readonly milliseconds: number;
  readonly bytes: number;
}

/** What one step of compaction removes. The caller writes it, together with `state`. */
export interface Sweep {
  readonly state: State;
  readonly records: readonly number[];
  readonly keys: readonly string[];
}

/**
 * One step of compaction. History is swept upwards, revision by revision; each record visited makes the one before it of the same key
 * unneeded, and itself too if it is a removal:
 *
 *     revision   5        6        7          8        9
 *     write      a = 1    b = 1    a = 2      - a      b = 2          swept 5, oldest 5
 *
 *     visit 6    nothing before it                                    swept 6, oldest 6: reads at 6 still see a = 1 (5), b = 1 (6)
 *     visit 7    removes 5                                            swept 7, oldest 7: reads at 7 see a = 2, b = 1
 *     visit 8    removes 7, and 8 with the key a                      swept 8, oldest 8: reads at 8 see b = 1
 *     visit 9    removes 6                                            swept 9, oldest 9: reads at 9 see b = 2
 *
 * So a step costs the same however long a key's history is, and at any time the store keeps for each key what a read at `oldest` or
 * later needs. There is no timer: steps ride along with writes, and an idle store keeps what it has.
 *
 * A key's table entry goes with its removal, unless the key was written again since. A record that is damaged says nothing, and is passed:
 * what it makes unneeded stays.
 *
 * @param now milliseconds since 1970, for the age of records
 * @param go asked before each record: false ends the step
 */
export function sweep(database: Database, state: State, retention: Retention, now: number, go: (visited: number) => boolean): Sweep {
  const records: number[] = [];
  const keys: string[] = [];
  let { swept, oldest } = state;
  for (let visited = 0; swept < state.revision && go(visited); visited++) {
    const revision = swept + 1;
    const record = database.record(revision);
    // Above `oldest` nothing was removed yet: a record that is missing is one that a step before a restart had removed already.
    if (record !== undefined && isIntact(record, revision)) {
      const expired = now - timeOf(record) > retention.milliseconds || state.offset - offsetOf(record) > retention.bytes;
      if (revision > oldest && !expired) break;
      const previous = previousOf(record);
      if (previous !== 0) records.push(previous);
      if (isRemoval(record)) {
        records.push(revision);
        const key = keyOf(record);
        if (database.newest(key) === -revision) keys.push(key);
      }
    } else if (record === undefined && revision > oldest) break;
    swept = revision;
    if (oldest < swept) oldest = swept;
  }
  return { state: { ...state, swept, oldest }, records, keys };
}
