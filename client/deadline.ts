import { setMaxListeners } from "node:events";

/**
 * Aborts after a time, or with another signal. It has to be ended when what it is for is over: then nothing of it is left, however long the other
 * signal lives. Node 20 keeps every signal that `AbortSignal.any` makes of one that lives long, 2 kB for each (nodejs/node#54614).
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #other: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #passed = false;

  constructor(milliseconds: number, other: AbortSignal) {
    this.#other = other;
    this.#timer = setTimeout(() => {
      this.#passed = true;
      this.#controller.abort();
    }, milliseconds);
    this.#timer.unref();
    // many may follow one signal at a time, and Node warns of more than ten
    setMaxListeners(0, other);
    if (other.aborted) this.#controller.abort();
    else other.addEventListener("abort", this.#follow);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ran out. */
  get passed(): boolean {
    return this.#passed;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#other.removeEventListener("abort", this.#follow);
  }

  readonly #follow = (): void => this.#controller.abort();
}
