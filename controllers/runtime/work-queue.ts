/**
 * The keys that a controller still has to look at (k8s.io/client-go, util/workqueue). A key is in it once however often it is added, is
 * worked on by one worker at a time, and comes back if it was added meanwhile:
 *
 *     add a, add a, add b     waiting: a b
 *     next -> a               waiting: b      working: a
 *     add a                   waiting: b      working: a (again)
 *     done a                  waiting: b a
 *
 * A key whose work failed waits longer every time, until `forget`.
 */
export class WorkQueue {
  readonly #waiting = new Set<string>();
  /** What waits, in order, behind what was taken. The head of a large set that others were deleted from takes long to find. */
  #order: string[] = [];
  #taken = 0;
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { readonly due: number; readonly timer: NodeJS.Timeout }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #options: BackOff;
  #closed = false;

  constructor(options: Partial<BackOff> = {}) {
    this.#options = { base: 5, max: 1_000_000, ...options };
  }

  /** Keys waiting to be worked on. */
  get length(): number {
    return this.#waiting.size;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#takers.shift();
    if (taker !== undefined) this.#take(key, taker);
    else if (!this.#waiting.has(key)) {
      this.#waiting.add(key);
      this.#order.push(key);
    }
  }

  /** Adds the key after `ms`, or after {@link LONGEST_WAIT} if that is sooner; of several times the earliest counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    const wait = Math.min(ms, LONGEST_WAIT);
    const due = performance.now() + wait;
    const present = this.#delayed.get(key);
    if (present !== undefined) {
      if (present.due <= due) return;
      clearTimeout(present.timer);
    }
    const timer = setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, wait);
    timer.unref();
    this.#delayed.set(key, { due, timer });
  }

  /** Adds the key after its back-off: twice as long with every failure. */
  addFailed(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(this.#options.base * 2 ** failures, this.#options.max));
  }

  /** The key's work succeeded: its next failure starts from the beginning. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, once there is one; undefined when the queue was closed. Each is followed by {@link done}. */
  next(): Promise<string | undefined> {
    return new Promise((resolve) => {
      if (this.#closed) return resolve(undefined);
      const key = this.#order[this.#taken];
      if (key === undefined) {
        this.#takers.push(resolve);
        return;
      }
      this.#waiting.delete(key);
      this.#taken += 1;
      if (this.#taken * 2 > this.#order.length) {
        this.#order = this.#order.slice(this.#taken);
        this.#taken = 0;
      }
      this.#take(key, resolve);
    });
  }

  #take(key: string, resolve: (key: string) => void): void {
    this.#working.add(key);
    resolve(key);
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#waiting.clear();
    this.#order = [];
    this.#taken = 0;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}

/** A timer holds no more milliseconds. Whoever waits for a day further on looks, and waits again. */
const LONGEST_WAIT = 2 ** 31 - 1;

/** Milliseconds of the first wait after a failure, and of the longest. */
export interface BackOff {
  readonly base: number;
  readonly max: number;
}
