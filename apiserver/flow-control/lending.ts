import type { Level } from "./level.ts";
import { divide } from "./limits.ts";

/** How often seats are lent anew while there is load, in milliseconds. */
const PERIOD = 10_000;

/** A demand that is not worth another look. */
const AT_REST = 0.5;

/**
 * Lends seats from levels that do not need them to those that do, by what they asked for of late (k8s.io/apiserver,
 * pkg/util/flowcontrol/apf_controller.go). It looks at them every ten seconds as long as there is demand, and not at all while there is none.
 */
export class Lending {
  readonly #levels: () => Iterable<Level>;
  #timer: NodeJS.Timeout | undefined;

  constructor(levels: () => Iterable<Level>) {
    this.#levels = levels;
  }

  /** There is demand. */
  wake(): void {
    this.#timer ??= setTimeout(this.#adjust, PERIOD).unref();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  readonly #adjust = (): void => {
    this.#timer = undefined;
    if (lend([...this.#levels()])) this.wake();
  };
}

/** Sets the limit of each level for the next period. @returns whether any is in demand */
export function lend(levels: readonly Level[]): boolean {
  let remaining = 0;
  let inDemand = false;
  const limited: { readonly level: Level; readonly atLeast: number }[] = [];
  for (const level of levels) {
    const { limits, demand } = level;
    const highest = demand.endPeriod();
    inDemand ||= highest > 0 || demand.smoothed > AT_REST;
    remaining += limits.nominal;
    if (level.exempt) remaining -= Math.max(limits.least, highest);
    else limited.push({ level, atLeast: Math.max(limits.least, Math.min(limits.nominal, highest)) });
  }
  const sum = (pick: (entry: (typeof limited)[number]) => number) => limited.reduce((total, entry) => total + pick(entry), 0);
  const least = sum(({ level }) => level.limits.least);
  const atLeast = sum((entry) => entry.atLeast);
  if (remaining <= atLeast) {
    // those who are exempt have taken so much that nobody can lend
    const part = remaining <= least ? 0 : (remaining - least) / (atLeast - least);
    for (const entry of limited) limit(entry.level, entry.level.limits.least + (entry.atLeast - entry.level.limits.least) * part);
    return inDemand;
  }
  const claims = limited.map(({ level, atLeast: lowest }) => ({
    least: lowest,
    most: level.limits.most,
    target: Math.max(lowest, level.demand.smoothed),
  }));
  const seats = divide(remaining, claims);
  for (const [i, { level }] of limited.entries()) limit(level, seats[i]!);
  return inDemand;
}

function limit({ queues }: Level, seats: number): void {
  queues.configure(Math.round(seats), queues.queuing);
}
