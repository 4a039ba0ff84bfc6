/** How many are remembered at most. */
const MOST = 10_000;

/**
 * What was found out about tokens, by their digests. Only what is true of good ones may be put here: of bad ones anybody can send as many as they
 * like. The first that came is the first to be forgotten.
 */
export class Remembered<T> {
  readonly #items = new Map<string, T>();
  readonly #most: number;

  constructor(most = MOST) {
    this.#most = most;
  }

  get size(): number {
    return this.#items.size;
  }

  get(digest: string): T | undefined {
    return this.#items.get(digest);
  }

  set(digest: string, item: T): void {
    this.#items.delete(digest);
    this.#items.set(digest, item);
    if (this.#items.size > this.#most) this.#items.delete(this.#items.keys().next().value as string);
  }
}
