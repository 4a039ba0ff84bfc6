/** Milliseconds of the event loop's time in one of its turns for all work that is dealt out here. */
const TURN_MS = 3;

/**
 * Deals out the event loop's time, which is what heavy requests compete for: pieces of long answers, reading for lists, decoding and
 * validating of bodies. In one turn of the loop a few milliseconds of such work are done; what comes then waits for the next turn, and flows take
 * turns, so that who asks for little does not wait for who asks for much:
 *
 *     flow a: wait, wait, wait    goes on   waits (a: 1)   waits (a: 2)      the milliseconds are used up by the first
 *     flow b: wait                waits (a: 2, b: 1)
 *     next turn of the loop       a goes on, b goes on, then a again, as far as the milliseconds last
 *
 * Light requests, such as a GET by name, pass by: they are done before they could be put in line, and what runs before them is no longer than a turn.
 */
export class Turns {
  readonly #now: () => number;
  /** Who waits, by flow; flows in the order in which they have their turn. */
  readonly #lines = new Map<string, (() => void)[]>();
  /** When work began in this turn of the loop; none has yet, if undefined. */
  #began: number | undefined;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Comes when there is time for a piece of work of that flow, of a few milliseconds at most; at once, if there is. */
  wait(flow: string): undefined | Promise<void> {
    if (this.#lines.size === 0) {
      if (this.#began === undefined) {
        this.#began = this.#now();
        setImmediate(this.#next);
        return undefined;
      }
      if (this.#now() - this.#began < TURN_MS) return undefined;
    }
    return new Promise((resolve) => {
      const line = this.#lines.get(flow);
      if (line === undefined) this.#lines.set(flow, [resolve]);
      else line.push(resolve);
    });
  }

  /** Work that was begun in this turn will take so much more time, in milliseconds, where no clock is looked at. */
  charge(ms: number): void {
    if (this.#began !== undefined) this.#began -= ms;
  }

  /** The loop has read from all sockets: what waits has the time that is left of this turn. */
  readonly #next = (): void => {
    if (this.#lines.size === 0) this.#began = undefined;
    else {
      // what began before anybody had to wait was no more than a turn; who waits is not to go without any
      this.#began = this.#now();
      this.#grant();
    }
  };

  readonly #grant = (): void => {
    const first = this.#lines.entries().next();
    if (first.done) return void setImmediate(this.#next);
    if (this.#now() - this.#began! >= TURN_MS) {
      // sockets are read before the next turn, and what they bring waits behind the others
      setImmediate(this.#next);
      return;
    }
    const [flow, line] = first.value;
    this.#lines.delete(flow);
    const resolve = line.shift()!;
    if (line.length > 0) this.#lines.set(flow, line);
    resolve();
    queueMicrotask(this.#later);
  };

  /** Behind everything that who was granted a turn does at once: ticks come when no microtask is left. */
  readonly #later = (): void => process.nextTick(this.#grant);
}
