import type { Change, Observer } from "../storage.ts";

/** An observer that keeps what it is told and can be waited for. */
export class Recorder implements Observer {
  readonly told: Change[] = [];
  /** How many changes each call brought. */
  readonly batches: number[] = [];
  readonly progressed: number[] = [];
  error: Error | undefined;
  #wake = () => {};

  changes(batch: readonly Change[]): void {
    this.told.push(...batch);
    this.batches.push(batch.length);
    this.#wake();
  }

  progress(revision: number): void {
    this.progressed.push(revision);
    this.#wake();
  }

  failed(error: Error): void {
    this.error = error;
    this.#wake();
  }

  /** Resolves once the condition holds; checked after everything that is told. */
  async until(condition: (recorder: Recorder) => boolean, milliseconds = 10_000): Promise<this> {
    const end = Date.now() + milliseconds;
    while (!condition(this)) {
      const left = end - Date.now();
      if (left <= 0)
        throw new Error(`not told in time; so far: ${this.told.length} changes, progress ${this.progressed}, ${this.error ?? "no error"}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this;
  }
}
