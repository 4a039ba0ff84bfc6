/**
 * A bound on bytes, in levels: a collection's within its control plane's within the total. Where a level is over its bound, the largest
 * below it gives back its oldest: a busy project pays with its own history, quiet ones keep theirs.
 *
 *   total 100 of 100
 *   ├─ root     30 of 80       an event of 5 for acme/networks
 *   └─ acme     70 of 80       -> acme 75, total 105: over by 5
 *      ├─ networks 60 of 64    -> the largest in total is acme, the largest in acme is networks (65): it sheds an eighth, 8
 *      └─ subnets  10 of 64
 */
export class Budget {
  readonly #limit: number;
  #parent: Budget | undefined;
  readonly #children = new Set<Budget>();
  /** Gives back at least so many bytes, the oldest first, by `release`. Only for the lowest level. */
  readonly #shed: ((bytes: number) => void) | undefined;
  #used = 0;

  constructor(limit: number, parent?: Budget, shed?: (bytes: number) => void) {
    this.#limit = limit;
    this.#parent = parent;
    this.#shed = shed;
    if (parent !== undefined) parent.#children.add(this);
  }

  get used(): number {
    return this.#used;
  }

  /** How much may come without anything having to go. */
  get room(): number {
    return Math.min(this.#limit - this.#used, this.#parent === undefined ? Number.POSITIVE_INFINITY : this.#parent.room);
  }

  /** Takes bytes; what is too much is shed before it returns, possibly what was just added. */
  charge(bytes: number): void {
    for (let level: Budget | undefined = this; level !== undefined; level = level.#parent) level.#used += bytes;
    for (let level: Budget | undefined = this; level !== undefined; level = level.#parent) {
      while (level.#used > level.#limit) {
        const before: number = level.#used;
        level.#giveBack(before - level.#limit);
        if (level.#used >= before) break;
      }
    }
  }

  release(bytes: number): void {
    for (let level: Budget | undefined = this; level !== undefined; level = level.#parent) level.#used -= bytes;
  }

  /** Leaves the levels above, with everything it holds. */
  close(): void {
    this.release(this.#used);
    if (this.#parent !== undefined) this.#parent.#children.delete(this);
    this.#parent = undefined;
  }

  #giveBack(bytes: number): void {
    if (this.#shed !== undefined) {
      this.#shed(bytes);
      return;
    }
    let largest: Budget | undefined;
    for (const child of this.#children) if (largest === undefined || child.#used > largest.#used) largest = child;
    // An eighth at once, so that finding the largest among thousands is not done for every event.
    if (largest !== undefined) largest.#giveBack(Math.max(bytes, largest.#used / 8));
  }
}
