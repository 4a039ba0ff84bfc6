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
 *
 * An answer that takes long is not waited for: request 2 starts beside it, so that nobody waits for two that will never come.
 */
export class Freshness {
  readonly #storage: Storage;
  readonly #applied: Applied;
  readonly #after: (ms: number, run: () => void) => () => void;
  /** The request that was sent last, until it is answered. */
  #underWay: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** @param after calls back after so many milliseconds; what it gives calls that off */
  constructor(storage: Storage, applied: Applied, after: (ms: number, run: () => void) => () => void) {
    this.#storage = storage;
    this.#applied = applied;
    this.#after = after;
  }

  /** Undefined: now. Rejects with a StorageTimeoutError when the cache does not get there in {@link FRESH_TIMEOUT_MS}, or with the store's error. */
  wait(): undefined | Promise<void> {
    if (this.#underWay === undefined) return this.#ask();
    this.#next ??= this.#soon(this.#underWay).then(() => {
      this.#next = undefined;
      return this.#ask();
    });
    return this.#next;
  }

  #ask(): undefined | Promise<void> {
    const current = this.#storage.currentRevision();
    if (typeof current === "number") return current <= this.#applied.revision ? undefined : this.#reach(current);
    const free = () => {
      if (this.#underWay === answered) this.#underWay = undefined;
    };
    const answered: Promise<void> = current.then(free, free);
    this.#underWay = answered;
    return current.then((revision) => this.#reach(revision));
  }

  /** Resolves when a request is answered, or has taken long. */
  #soon(answered: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const callOff = this.#after(PATIENCE_MS, resolve);
      void answered.then(() => {
        callOff();
        resolve();
      });
    });
  }

  async #reach(revision: number): Promise<void> {
    if (await this.#applied.reach(revision, FRESH_TIMEOUT_MS)) return;
    throw new StorageTimeoutError(`the watch cache is at revision ${this.#applied.revision} and did not reach ${revision} in time`);
  }
}

const FRESH_TIMEOUT_MS = 3_000;
const PATIENCE_MS = 500;
