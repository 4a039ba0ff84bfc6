import type { Budget } from "./budget.ts";
import type { Cached } from "./cached.ts";

/** One write to one object. `current` is undefined for its end. */
export interface Transition<T> {
  readonly key: string;
  readonly revision: number;
  readonly previous: T | undefined;
  readonly current: T | undefined;
  /** `previous` with this revision, made when the first watcher needs it and shared by all. */
  gone: T | undefined;
}

/**
 * The newest events of a collection, oldest first, bounded in bytes. An event is named by its position, a number that never changes.
 *
 *   loaded at revision 40: after = 40, no events
 *   41 create a, 43 update a, 47 create b:
 *
 *     position   0        1        2        3
 *     event      41 +a    43 a     47 +b    (next)
 *                         ^ W                ^ V
 *
 *   V is caught up: its cursor is `next`. W took one event and then asked for a pause; it holds nothing but the number 1.
 *   50 update b does not fit beside 41, which is dropped: first = 1, after = 41. V and W do not notice.
 *   51, 52 and 53 push 43 and 47 out: first = 3, after = 47. W's cursor lies before `first` now. W has seen everything up to revision 41, so
 *   the events (41, 47] are read from the store's history, as far as that reaches, and from 50 on W reads the ring again.
 *
 * All events with a revision above `after` are here. The other way round, events read from history can be put in front.
 */
export class Ring<T extends Cached> {
  readonly #budget: Budget;
  #slots: (Transition<T> | undefined)[] = [];
  #first = 0;
  #next = 0;
  #after: number;

  constructor(after: number, budget: Budget) {
    this.#after = after;
    this.#budget = budget;
  }

  /** The ring has every event above this revision. */
  get after(): number {
    return this.#after;
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  /** The event at a position, or undefined outside of `first` to `next`. */
  at(position: number): Transition<T> | undefined {
    return position >= this.#first && position < this.#next ? this.#slots[position & (this.#slots.length - 1)] : undefined;
  }

  /** The position of the first event above `revision`, which is `after` or more. */
  positionAfter(revision: number): number {
    let low = this.#first;
    let high = this.#next;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.at(middle)!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  append(event: Transition<T>): void {
    this.#reserve(1);
    this.#slots[this.#next & (this.#slots.length - 1)] = event;
    this.#next++;
    this.#budget.charge(cost(event));
  }

  /** Puts `events`, which are all those above revision `after` and up to this ring's own `after`, in front; false if there is no room. */
  prepend(events: readonly Transition<T>[], after: number): boolean {
    let bytes = 0;
    for (const event of events) bytes += cost(event);
    if (bytes > this.#budget.room) return false;
    this.#reserve(events.length);
    for (let index = events.length - 1; index >= 0; index--) {
      this.#first--;
      this.#slots[this.#first & (this.#slots.length - 1)] = events[index];
    }
    this.#after = after;
    this.#budget.charge(bytes);
    return true;
  }

  /** Drops the oldest events, at least so many bytes of them. */
  shed(bytes: number): void {
    let freed = 0;
    while (freed < bytes && this.#first < this.#next) {
      const slot = this.#first & (this.#slots.length - 1);
      const event = this.#slots[slot]!;
      this.#slots[slot] = undefined;
      this.#first++;
      this.#after = event.revision;
      freed += cost(event);
    }
    this.#budget.release(freed);
  }

  /** A power of two of slots, so that a position's slot is a mask away, negative positions too. */
  #reserve(more: number): void {
    const size = this.#next - this.#first + more;
    if (size <= this.#slots.length) return;
    let capacity = Math.max(8, this.#slots.length);
    while (capacity < size) capacity *= 2;
    const slots = new Array<Transition<T> | undefined>(capacity).fill(undefined);
    for (let position = this.#first; position < this.#next; position++) slots[position & (capacity - 1)] = this.at(position);
    this.#slots = slots;
  }
}

/**
 * What an event keeps alive: the state before it, which nothing else holds but the event that made it. The state after it is in the tree
 * or the `previous` of a later event. An end may come to hold a tombstone too.
 */
export function cost<T extends Cached>({ previous, current }: Transition<T>): number {
  return EVENT_BYTES + (previous === undefined ? 0 : current === undefined ? 2 * previous.bytes : previous.bytes);
}

/** The event itself and its slot; hack/bench/cache.ts measures 75, and slots are doubled ahead. */
const EVENT_BYTES = 128;
