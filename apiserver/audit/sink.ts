import type { Eventual } from "../eventual.ts";
import type { AuditEvent } from "./event.ts";

/** Where events go. */
export interface AuditSink {
  /**
   * Takes an event. A promise is to be waited for before the request goes on, or is answered; it never fails. False: a request that has just come
   * in is to be refused, for it could not be recorded.
   */
  record(event: AuditEvent): Eventual<boolean>;
  /** Writes what it still holds, and takes nothing any more. */
  close(): Eventual<void>;
}

/** All of several sinks, in turn. */
export class Several implements AuditSink {
  readonly #sinks: readonly AuditSink[];

  constructor(sinks: readonly AuditSink[]) {
    this.#sinks = sinks;
  }

  record(event: AuditEvent): Eventual<boolean> {
    const taken = this.#sinks.map((sink) => sink.record(event));
    if (taken.some((each) => each instanceof Promise)) return Promise.all(taken).then((each) => !each.includes(false));
    return !taken.includes(false);
  }

  async close(): Promise<void> {
    await Promise.all(this.#sinks.map((sink) => sink.close()));
  }
}

/** What is told by metrics (k8s.io/apiserver, pkg/audit/metrics.go). */
export class AuditCounts {
  /** Events that were made. */
  events = 0;
  /** Requests that were refused because they could not be recorded. */
  rejected = 0;
  /** Requests by their level. */
  readonly levels = new Map<string, number>();
  /** Events that were lost, by where that was. */
  readonly errors = new Map<string, number>();

  level(level: string): void {
    this.levels.set(level, (this.levels.get(level) ?? 0) + 1);
  }

  lost(where: string, events: number): void {
    this.errors.set(where, (this.errors.get(where) ?? 0) + events);
  }
}
