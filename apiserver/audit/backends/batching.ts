import { setTimeout as sleep } from "node:timers/promises";
import type { AuditEvent } from "../event.ts";
import type { AuditSink } from "../sink.ts";
import type { Backend } from "./backend.ts";
import type { Losses } from "./losses.ts";

/** Times in ms. */
export interface BatchOptions {
  /** How many events may wait or be under way; those that come then are lost. */
  readonly bufferSize: number;
  readonly maxBatchSize: number;
  /** How long an event waits for others at most. */
  readonly maxWait: number;
  /** How many batches a second, and how many at once after a pause. Undefined: any number. */
  readonly throttle: { readonly perSecond: number; readonly burst: number } | undefined;
}

/** How long the event loop is held. */
const SLICE = 5;

/** How long what is under way may take when the server closes. */
const LAST = 5_000;

/**
 * Takes events at once and writes them later, several together (k8s.io/apiserver, plugin/pkg/audit/buffered). Nobody waits, and memory has its
 * bounds: what comes while the buffer is full is lost, and counted.
 *
 *   buffer of 4, batches of 2:   a      waits
 *                                b      a and b are sent; they stay in the buffer until they are there
 *                                c d    the same
 *                                e      lost, unless one of the two batches has arrived by then
 */
export class Batching implements AuditSink {
  readonly #backend: Backend;
  readonly #options: BatchOptions;
  readonly #losses: Losses;
  readonly #now: () => number;
  readonly #waiting: AuditEvent[] = [];
  /** How many of those at the head are not to wait for others any longer. */
  #due = 0;
  /** How many have been sent and are not there yet. */
  #sent = 0;
  readonly #underWay = new Set<Promise<unknown>>();
  #patience: NodeJS.Timeout | undefined;
  #next: NodeJS.Timeout | undefined;
  #tokens: number;
  #filled: number;
  #closed = false;

  /** @param now milliseconds of a clock that never goes back */
  constructor(backend: Backend, options: BatchOptions, losses: Losses, now: () => number) {
    this.#backend = backend;
    this.#options = options;
    this.#losses = losses;
    this.#now = now;
    this.#tokens = options.throttle?.burst ?? 0;
    this.#filled = now();
  }

  record(event: AuditEvent): true {
    const { bufferSize, maxBatchSize, maxWait } = this.#options;
    const problem = this.#closed
      ? "audit backend shut down"
      : this.#waiting.length + this.#sent >= bufferSize
        ? "audit buffer queue blocked"
        : undefined;
    if (problem !== undefined) {
      this.#losses.lost("buffered", new Error(problem), [event]);
      return true;
    }
    this.#waiting.push(event);
    if (this.#waiting.length >= maxBatchSize) this.#soon(0);
    else this.#patience ??= setTimeout(() => this.#impatient(), maxWait).unref();
    return true;
  }

  /** Sends what waits, without regard to the throttle, and waits some seconds for it. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#patience);
    clearTimeout(this.#next);
    while (this.#waiting.length > 0) this.#send();
    const late = new AbortController();
    await Promise.race([Promise.all(this.#underWay), sleep(LAST, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
    await this.#backend.close();
    await Promise.all(this.#underWay);
  }

  #impatient(): void {
    this.#patience = undefined;
    this.#due = this.#waiting.length;
    this.#pump();
  }

  #soon(milliseconds: number): void {
    this.#next ??= setTimeout(() => {
      this.#next = undefined;
      this.#pump();
    }, milliseconds).unref();
  }

  #pump(): void {
    const { maxBatchSize, maxWait } = this.#options;
    const until = performance.now() + SLICE;
    while (this.#due > 0 || this.#waiting.length >= maxBatchSize) {
      const pause = this.#pause();
      if (pause > 0 || performance.now() > until) {
        this.#soon(pause);
        return;
      }
      this.#send();
    }
    if (this.#waiting.length > 0) this.#patience ??= setTimeout(() => this.#impatient(), maxWait).unref();
    else {
      clearTimeout(this.#patience);
      this.#patience = undefined;
    }
  }

  /** Milliseconds until a batch may be sent; 0 takes the right to. */
  #pause(): number {
    const { throttle } = this.#options;
    if (throttle === undefined) return 0;
    const now = this.#now();
    this.#tokens = Math.min(throttle.burst, this.#tokens + ((now - this.#filled) * throttle.perSecond) / 1000);
    this.#filled = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1000) / throttle.perSecond);
    this.#tokens -= 1;
    return 0;
  }

  #send(): void {
    const batch = this.#waiting.splice(0, this.#options.maxBatchSize);
    this.#due = Math.max(0, this.#due - batch.length);
    const written = this.#backend.write(batch);
    if (!(written instanceof Promise)) return;
    this.#sent += batch.length;
    const done = written.finally(() => {
      this.#sent -= batch.length;
      this.#underWay.delete(done);
    });
    this.#underWay.add(done);
  }
}
