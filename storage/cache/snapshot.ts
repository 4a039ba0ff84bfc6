import { endOfPrefix, sortable } from "../key-order.ts";
import { countRange, startOf, type Tree } from "../tree.ts";
import type { Cached } from "./cached.ts";

/** A part of a collection, in key order: see {@link Snapshot.next}. */
export interface Window {
  readonly prefix: string;
  readonly from?: string;
  readonly limit?: number;
}

/** Above every key. */
const GREATEST = "\uffff".repeat(2);
const AT_ONCE = 256;

/** A collection as of one revision. Never changes. */
export class Snapshot<T extends Cached> {
  readonly revision: number;
  /**
   * Undefined when everything is here. A snapshot that was read from the store for a {@link Window} with a limit holds only that window;
   * then this is the key to read on from: `collection.at(revision, { prefix, from: next, limit })`.
   */
  readonly next: string | undefined;
  readonly #tree: Tree<T>;
  /** Keys of the window from `next` on. */
  readonly #beyond: number;

  constructor(revision: number, tree: Tree<T>, next?: string, beyond = 0) {
    this.revision = revision;
    this.#tree = tree;
    this.next = next;
    this.#beyond = beyond;
  }

  get(key: string): T | undefined {
    return this.#tree.get(sortable(key));
  }

  /** The records whose key starts with `prefix`, in key order, from the first key that is `from` or greater. */
  *range(prefix: string, from?: string): Generator<T, void, undefined> {
    const end = endOfPrefix(sortable(prefix)) ?? GREATEST;
    let start = startOf(prefix, from);
    for (;;) {
      // a walk over a leaf costs a fifth of the package's own iterator
      const records: T[] = [];
      const last = this.#tree.forRange(start, end, false, (key, record) => (records.push(record) < AT_ONCE ? undefined : { break: key }));
      for (let index = 0; index < records.length; index++) yield records[index]!;
      if (typeof last === "number") return;
      start = `${last}\0`;
    }
  }

  /** How many records {@link range} has, those beyond the window included. O(log n). */
  count(prefix: string, from?: string): number {
    return countRange(this.#tree, prefix, from) + this.#beyond;
  }
}
