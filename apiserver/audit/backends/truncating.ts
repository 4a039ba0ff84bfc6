import type { Eventual } from "../../eventual.ts";
import { type AuditEvent, eventText } from "../event.ts";
import type { AuditSink } from "../sink.ts";
import type { Losses } from "./losses.ts";

/** Takes the objects out of events that are too long, and leaves out those that still are (k8s.io/apiserver, plugin/pkg/audit/truncate). */
export class Truncating implements AuditSink {
  readonly #sink: AuditSink;
  readonly #maxEventSize: number;
  readonly #losses: Losses;

  /** @param maxEventSize bytes */
  constructor(sink: AuditSink, maxEventSize: number, losses: Losses) {
    this.#sink = sink;
    this.#maxEventSize = maxEventSize;
    this.#losses = losses;
  }

  record(event: AuditEvent): Eventual<boolean> {
    let kept = event;
    if (this.#isTooLong(kept) && event.level !== "Metadata") kept = truncated(event);
    if (!this.#isTooLong(kept)) return this.#sink.record(kept);
    this.#losses.lost("truncate", new Error("event is too large even after truncating"), [event]);
    return true;
  }

  close(): Eventual<void> {
    return this.#sink.close();
  }

  /** A line has its end. */
  #isTooLong(event: AuditEvent): boolean {
    return Buffer.byteLength(eventText(event)) + 1 > this.#maxEventSize;
  }
}

function truncated(event: AuditEvent): AuditEvent {
  const annotations = { ...event.annotations, "audit.k8s.io/truncated": "true" };
  const sorted = Object.fromEntries(Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...event, requestObject: undefined, responseObject: undefined, annotations: sorted };
}
