import { type Storage, StorageTimeoutError } from "../storage.ts";
import type { Applied } from "./applied.ts";

/**
 * Makes reads from the cache as fresh as reads from the store. The store says what its newest revision is, and the read waits until the
 * cache has come so far (KEP-2340, consistent reads from cache).
 *
 * An answer is good for the reads that were there when it was asked for, not for those that came while it was under way: a write may have
 * been finished in between that the answer does not know.
 *
 *   read A         asks; request 1 under way
 *   reads B, C     must not join request 1: they wait for the next one
 *   answer 1 = 40  A goes on when the cache is at 40; request 2 starts, for B and C
 */
export class Freshness {
  readonly #storage: Storage;
  readonly #applied: Applied;
  #underWay: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(storage: Storage, applied: Applied) {
    this.#storage = storage;
    this.#applied = applied;
  }

  /** Undefined: now. Rejects with a StorageTimeoutError when the cache does not get there in {@link FRESH_TIMEOUT_MS}, or with the store's error. */
  wait(): undefined | Promise<void> {
    if (this.#underWay !== undefined) {
      this.#next ??= this.#underWay.then(() => {
        this.#next = undefined;
        return this.wait();
      });
      return this.#next;
    }
    const current = this.#storage.currentRevision();
    if (typeof current === "number") return current <= this.#applied.revision ? undefined : this.#reach(current);
    const free = () => {
      this.#underWay = undefined;
    };
    this.#underWay = current.then(free, free);
    return current.then((revision) => this.#reach(revision));
  }

  async #reach(revision: number): Promise<void> {
    if (await this.#applied.reach(revision, FRESH_TIMEOUT_MS)) return;
    throw new StorageTimeoutError(`the watch cache is at revision ${this.#applied.revision} and did not reach ${revision} in time`);
  }
}

const FRESH_TIMEOUT_MS = 3_000;
