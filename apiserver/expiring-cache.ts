/** Keeps values for a time, and the most recently used of them when there are too many. */
export class ExpiringCache<T> {
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();
  readonly #capacity: number;
  readonly #now: () => number;

  /** @param now milliseconds, of any clock */
  constructor(capacity: number, now: () => number) {
    this.#capacity = capacity;
    this.#now = now;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= this.#now()) return undefined;
    // the last one that was used
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param lifetime in ms; 0 keeps nothing */
  set(key: string, value: T, lifetime: number): void {
    this.#entries.delete(key);
    if (lifetime <= 0) return;
    this.#entries.set(key, { value, until: this.#now() + lifetime });
    if (this.#entries.size > this.#capacity) this.#entries.delete(this.#entries.keys().next().value as string);
  }
}
