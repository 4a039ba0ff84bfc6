/** How far the cache has come, and who waits for it to come further. */
export class Applied {
  readonly #after: (ms: number, run: () => void) => () => void;
  readonly #waiting = new Set<Waiter>();
  /** Asks the store to say how far it is, for a store where other things happen too or nothing at all. */
  readonly #ask: () => void;
  #cancelAsking: (() => void) | undefined;
  #revision = 0;

  constructor(after: (ms: number, run: () => void) => () => void, ask: () => void) {
    this.#after = after;
    this.#ask = ask;
  }

  get revision(): number {
    return this.#revision;
  }

  advance(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    if (this.#waiting.size === 0) return;
    for (const waiter of this.#waiting) if (waiter.revision <= revision) this.#settle(waiter, true);
  }

  /** True when `revision` is applied; false if it is not after `timeoutMs`. */
  reach(revision: number, timeoutMs: number): true | Promise<boolean> {
    if (revision <= this.#revision) return true;
    return new Promise((resolve) => {
      const waiter: Waiter = { revision, resolve, cancel: this.#after(timeoutMs, () => this.#settle(waiter, false)) };
      this.#waiting.add(waiter);
      if (this.#cancelAsking === undefined) this.#keepAsking();
    });
  }

  /** Nothing will come any more. */
  close(): void {
    for (const waiter of this.#waiting) this.#settle(waiter, false);
  }

  #settle(waiter: Waiter, reached: boolean): void {
    this.#waiting.delete(waiter);
    waiter.cancel();
    waiter.resolve(reached);
    if (this.#waiting.size > 0) return;
    this.#cancelAsking?.();
    this.#cancelAsking = undefined;
  }

  /** As often as kube-apiserver does (its progress requester): an engine may drop a request, and the timer lives as long as a waiter only. */
  #keepAsking(): void {
    this.#cancelAsking = this.#after(ASK_MS, () => this.#keepAsking());
    this.#ask();
  }
}

interface Waiter {
  readonly revision: number;
  readonly resolve: (reached: boolean) => void;
  readonly cancel: () => void;
}

const ASK_MS = 100;
