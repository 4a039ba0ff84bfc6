import type { AuditEvent } from "../event.ts";
import { legacyText } from "../legacy-text.ts";
import type { AuditCounts } from "../sink.ts";

/** A disk that is full loses every event, and a log that tells of each would be full too. In ms. */
const PAUSE = 10_000;

/** Counts events that were lost, and tells of them: of the first at once, and then how many there were, every now and then. */
export class Losses {
  readonly #counts: AuditCounts;
  readonly #tell: (loss: Loss) => void;
  readonly #now: () => number;
  #told = Number.NEGATIVE_INFINITY;
  #untold = 0;

  /** @param now milliseconds of any clock */
  constructor(counts: AuditCounts, tell: (loss: Loss) => void, now: () => number) {
    this.#counts = counts;
    this.#tell = tell;
    this.#now = now;
  }

  /** @param where the backend, as metrics name it */
  lost(where: string, error: unknown, events: readonly AuditEvent[]): void {
    this.#counts.lost(where, events.length);
    this.#untold += events.length;
    const now = this.#now();
    if (now - this.#told < PAUSE) return;
    const [example] = events;
    this.#tell({ where, error, events: this.#untold, ...(example && { example: legacyText(example) }) });
    this.#told = now;
    this.#untold = 0;
  }
}

export interface Loss {
  readonly where: string;
  readonly error: unknown;
  /** How many were lost since it was last told. */
  readonly events: number;
  /** One of them, in a line. */
  readonly example?: string;
}
