const LONGEST = 32;

/**
 * How many seconds rejected requests of a level are told to stay away: doubled while many are rejected, less by one while few are, 32 at most
 * (k8s.io/apiserver, pkg/util/flowcontrol/dropped_requests_tracker.go).
 */
export class RetryAfter {
  readonly #now: () => number;
  seconds = 1;
  /** Rejections by second, of the seconds that may still be looked at. */
  #history: { readonly second: number; readonly count: number }[] = [];
  #second = 0;
  #count = 0;
  #raised = 0;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a rejection. @returns the seconds to tell it */
  reject(): number {
    const second = Math.floor(this.#now() / 1_000);
    if (second === this.#second) this.#count++;
    else {
      this.#history.push({ second: this.#second, count: this.#count });
      const kept = Math.min(2 * this.seconds, LONGEST);
      this.#history = this.#history.filter((entry) => second - entry.second <= kept);
      this.#second = second;
      this.#count = 1;
      this.#adjust(second);
    }
    return this.seconds;
  }

  #adjust(second: number): void {
    const { seconds } = this;
    let rejected = 0;
    for (const entry of this.#history) if (second - entry.second <= seconds) rejected += entry.count;
    if (second - this.#raised >= seconds && rejected >= 3 * seconds) {
      this.seconds = Math.min(2 * seconds, LONGEST);
      this.#raised = second;
    } else if (rejected < seconds && seconds > 1) this.seconds--;
  }
}
