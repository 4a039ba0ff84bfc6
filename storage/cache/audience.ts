import type { Dispatcher, Slice, Task } from "./dispatcher.ts";

/** A watcher that has caught up. */
export interface Listener {
  /** Takes the new events from `position` on (or from where it is, if that is further). False when the slice was used up before the end. */
  follow(position: number, slice: Slice): boolean;
}

/**
 * The watchers of one scope that have caught up. Events of other scopes do not reach them, and while nothing happens here, nothing is kept
 * up to date for them: what they have seen is "everything up to now", for all of them at once.
 *
 *   scope acme/a/, members V W; ring: 7 x/1, 8 a/1, 9 x/2, 10 a/2
 *   8 arrives: pending = 8, a pass is scheduled. V takes 8, reads 9 and skips it. 10 arrives in the middle: another pass from 10 on.
 *   W takes 8 and 10 in this pass. Second pass: V takes 10, W's own cursor is past it already. Idle again: V and W have seen everything.
 */
export class Audience<L extends Listener> implements Task {
  readonly scope: string;
  readonly members = new Set<L>();
  /** Watchers of this scope, wherever they are. */
  users = 0;
  readonly #dispatcher: Dispatcher;
  #pending: Mark | undefined;
  /** The first event that came while a pass was under way. */
  #again: Mark | undefined;
  #pass: IterableIterator<L> | undefined;
  #current: L | undefined;

  constructor(scope: string, dispatcher: Dispatcher) {
    this.scope = scope;
    this.#dispatcher = dispatcher;
  }

  /** An event of this scope stands at `position`. */
  mark(position: number, revision: number): void {
    if (this.#pending === undefined) {
      if (this.members.size === 0) return;
      this.#pending = { position, seen: revision - 1 };
      this.#dispatcher.schedule(this);
    } else if (this.#pass !== undefined) {
      this.#again ??= { position, seen: revision - 1 };
    }
  }

  /** Up to which revision all members have seen everything; undefined when they are up to date. */
  get seen(): number | undefined {
    return this.#pending?.seen;
  }

  run(slice: Slice): boolean {
    while (this.#pending !== undefined) {
      this.#pass ??= this.members.values();
      for (;;) {
        if (this.#current === undefined) {
          const step = this.#pass.next();
          if (step.done) break;
          this.#current = step.value;
        }
        if (!this.#current.follow(this.#pending.position, slice)) return false;
        this.#current = undefined;
        if (slice.spent()) return false;
      }
      this.#pass = undefined;
      this.#pending = this.#again;
      this.#again = undefined;
    }
    return true;
  }
}

interface Mark {
  readonly position: number;
  /** Members have seen everything up to this revision. */
  readonly seen: number;
}
