import { type Eventual, whenThere } from "../../eventual.ts";
import type { AuditEvent } from "../event.ts";
import type { AuditSink } from "../sink.ts";

/** What writes events down, or sends them away. */
export interface Backend {
  /** False when some of the events are lost, of which it has told. Never fails. */
  write(events: readonly AuditEvent[]): Eventual<boolean>;
  /** Gives up what is under way. */
  close(): Eventual<void>;
}

/** Has requests wait until their events are written. */
export class Blocking implements AuditSink {
  readonly #backend: Backend;
  readonly #strict: boolean;

  /** @param strict refuse requests that could not be recorded when they came in */
  constructor(backend: Backend, strict: boolean) {
    this.#backend = backend;
    this.#strict = strict;
  }

  record(event: AuditEvent): Eventual<boolean> {
    const written = this.#backend.write([event]);
    return this.#strict ? written : whenThere(written, () => true);
  }

  close(): Eventual<void> {
    return this.#backend.close();
  }
}
