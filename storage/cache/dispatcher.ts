/** Work that can stop and go on. */
export interface Task {
  /** Works until nothing is left (true) or the slice is used up (false: it is called again). */
  run(slice: Slice): boolean;
}

/** A piece of the event loop's time. */
export class Slice {
  readonly #now: () => number;
  readonly #turn: () => undefined | Promise<void> | void;
  #end: number;
  #steps = 0;

  /** @param turn comes when it may go on after a slice; without it, that is in the next turn of the event loop */
  constructor(now: () => number = () => performance.now(), turn: () => undefined | Promise<void> | void = nextTurn) {
    this.#now = now;
    this.#turn = turn;
    this.#end = now() + SLICE_MS;
  }

  /** To be asked after every step; looks at the clock every few. */
  spent(): boolean {
    return (++this.#steps & 3) === 0 && this.#now() >= this.#end;
  }

  /** For loops that wait between slices themselves: begins anew after something else was waited for. */
  restart(): void {
    this.#end = this.#now() + SLICE_MS;
  }

  /** Lets the event loop have its turn, then begins anew. */
  async next(): Promise<void> {
    await this.#turn();
    this.restart();
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Well under the 10 ms that the event loop allows, as the last step of a slice may be a long one. */
const SLICE_MS = 4;

/** Hands out slices to tasks in turn, one slice per turn of the event loop. */
export class Dispatcher {
  readonly #now: () => number;
  readonly #tasks = new Set<Task>();
  #turn: NodeJS.Immediate | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `task` runs soon; no effect if it waits for its turn already. */
  schedule(task: Task): void {
    this.#tasks.add(task);
    this.#turn ??= setImmediate(this.#work);
  }

  close(): void {
    this.#tasks.clear();
    if (this.#turn !== undefined) clearImmediate(this.#turn);
    this.#turn = undefined;
  }

  readonly #work = (): void => {
    const slice = new Slice(this.#now);
    for (const task of this.#tasks) {
      this.#tasks.delete(task);
      if (!task.run(slice)) {
        this.#tasks.add(task);
        break;
      }
      if (slice.spent()) break;
    }
    this.#turn = this.#tasks.size > 0 ? setImmediate(this.#work) : undefined;
  };
}
