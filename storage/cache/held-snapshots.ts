import type { Tree } from "../tree.ts";
import type { Budget } from "./budget.ts";

/**
 * Past states of a collection, kept for lists that are read in pages. A held state shares its nodes with the present, so it costs nothing
 * when taken, and about one path of nodes and the replaced record per write after it.
 *
 *   hold at revision 40 (last write 38)       38..∞            cost 0
 *   write 44 replaces a record of 1 kB        38..43           cost 3.1 kB
 *   hold at 50, then write 51                 38..43, 44..50   cost 3.1 kB, 3.1 kB
 *   at(41) -> the first; at(47) -> the second; at(37) -> none
 */
export class HeldSnapshots<T> {
  /** In order of revision. */
  readonly #held: Held<T>[] = [];
  readonly #budget: Budget;
  readonly #age: number;
  readonly #now: () => number;

  constructor(budget: Budget, age: number, now: () => number) {
    this.#budget = budget;
    this.#age = age;
    this.#now = now;
  }

  /** Keeps a state that was made by the write at `from` and replaced by the one after `until` (infinite for the present). */
  add(tree: Tree<T>, from: number, until: number, cost: number): void {
    const since = this.#now();
    this.#expire(since);
    let index = this.#held.length;
    while (index > 0 && this.#held[index - 1]!.from > from) index--;
    const same = this.#held[index - 1];
    if (same !== undefined && same.from === from) {
      same.since = since;
      return;
    }
    this.#held.splice(index, 0, { tree, from, until, since, cost });
    this.#budget.charge(cost);
  }

  /** The state as of `revision`. */
  find(revision: number): Tree<T> | undefined {
    const now = this.#now();
    this.#expire(now);
    const found = this.#held.findLast((held) => held.from <= revision);
    if (found === undefined || revision > found.until) return undefined;
    found.since = now;
    return found.tree;
  }

  /** The oldest state held that is newer than `revision`. */
  newerThan(revision: number): { readonly tree: Tree<T>; readonly from: number } | undefined {
    return this.#held.find((held) => held.from > revision);
  }

  /** A write at `revision` replaces `bytes` in the present. */
  written(revision: number, bytes: number): void {
    const newest = this.#held.at(-1);
    if (newest === undefined) return;
    if (newest.until === Number.POSITIVE_INFINITY) newest.until = revision - 1;
    newest.cost += PATH_BYTES + bytes;
    this.#budget.charge(PATH_BYTES + bytes);
    this.#expire(this.#now());
  }

  /** Drops the oldest states, at least so many bytes of them. */
  shed(bytes: number): void {
    for (let freed = 0; freed < bytes && this.#held.length > 0; ) freed += this.#drop();
  }

  #expire(now: number): void {
    // States are in order of revision, not of use: one that is in use keeps newer ones, which share nearly everything with it.
    while (this.#held.length > 0 && now - this.#held[0]!.since > this.#age) this.#drop();
  }

  #drop(): number {
    const { cost } = this.#held.shift()!;
    this.#budget.release(cost);
    return cost;
  }
}

interface Held<T> {
  readonly tree: Tree<T>;
  readonly from: number;
  until: number;
  since: number;
  cost: number;
}

/** The nodes that one write copies in a tree that shares them, measured by hack/bench/cache.ts. */
export const PATH_BYTES = 2_100;
