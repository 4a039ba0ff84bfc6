import { type AuditEvent, eventText } from "../event.ts";
import { legacyText } from "../legacy-text.ts";
import type { Backend } from "./backend.ts";
import type { Losses } from "./losses.ts";

/** What lines are written to. */
export interface Lines {
  /** @throws Error when the line could not be written */
  write(line: string): void;
  close(): Promise<void>;
}

export const LOG_FORMATS = ["legacy", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Writes each event as a line (k8s.io/apiserver, plugin/pkg/audit/log). */
export class LogBackend implements Backend {
  readonly #lines: Lines;
  readonly #text: (event: AuditEvent) => string;
  readonly #losses: Losses;

  /** @param losses told of events that could not be written */
  constructor(lines: Lines, format: LogFormat, losses: Losses) {
    this.#lines = lines;
    this.#text = format === "json" ? eventText : legacyText;
    this.#losses = losses;
  }

  write(events: readonly AuditEvent[]): boolean {
    let all = true;
    for (const event of events) all = this.#write(event) && all;
    return all;
  }

  #write(event: AuditEvent): boolean {
    try {
      this.#lines.write(`${this.#text(event)}\n`);
      return true;
    } catch (error) {
      this.#losses.lost("log", error, [event]);
      return false;
    }
  }

  close(): Promise<void> {
    return this.#lines.close();
  }
}

/** The program's own output, for whoever gathers it. */
export const standardOutput: Lines = {
  write: (line) => void process.stdout.write(line),
  // it may be a pipe that is slow to take what was written
  close: () => new Promise((resolve) => process.stdout.write("", () => resolve())),
};
