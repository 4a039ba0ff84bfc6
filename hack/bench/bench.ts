import type { Figure } from "./figures.ts";

/** What the measurements share. */
export interface Bench {
  /** The built program. */
  readonly program: string;
  /** Small numbers, to see whether it works at all. The figures are worth nothing then. */
  readonly quick: boolean;
  /** A new, empty folder that is removed at the end. */
  folder(): Promise<string>;
  /** Tells whoever waits what is going on. */
  say(line: string): void;
}

/** One group of figures, chosen on the command line by its name. */
export interface Measurement {
  readonly name: string;
  run(bench: Bench): Promise<Figure[]>;
}
