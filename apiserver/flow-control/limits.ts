import type { PriorityLevelSpec } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";

/** The seats of a level as its configuration has them. */
export interface Limits {
  readonly nominal: number;
  /** Seats that it does not lend. */
  readonly least: number;
  /** Seats with all that it may borrow. */
  readonly most: number;
  /** What it starts with. */
  readonly initial: number;
  /** Seats that one request takes at most. */
  readonly widest: number;
}

/** Of its nominal seats, how much of a level one request takes at most. */
const WIDEST_PART = 0.15;

/** Divides the seats of a server among its levels (k8s.io/apiserver, pkg/util/flowcontrol/apf_controller.go). */
export function limitsOf(specs: ReadonlyMap<string, PriorityLevelSpec>, seats: number): Map<string, Limits> {
  const sharesOf = ({ limited, exempt }: PriorityLevelSpec) => (limited ?? exempt)?.nominalConcurrencyShares ?? 0;
  let sum = 0;
  for (const spec of specs.values()) sum += sharesOf(spec);
  const limits = new Map<string, Limits>();
  for (const [name, spec] of specs) {
    const { lendablePercent = 0 } = spec.limited ?? spec.exempt ?? {};
    const { borrowingLimitPercent } = spec.limited ?? {};
    const nominal = sum === 0 ? 0 : Math.ceil((seats * sharesOf(spec)) / sum);
    const lendable = Math.round((nominal * lendablePercent) / 100);
    const borrowed = borrowingLimitPercent === undefined ? seats : Math.round((nominal * borrowingLimitPercent) / 100);
    const handSize = spec.limited?.limitResponse?.queuing?.handSize;
    const widest = handSize ? Math.max(1, Math.min(Math.ceil(nominal * WIDEST_PART), Math.floor(nominal / handSize))) : 10;
    const initial = nominal - Math.floor(lendable / 2);
    limits.set(name, { nominal, least: nominal - lendable, most: nominal + borrowed, initial, widest });
  }
  return limits;
}

/** What a level asks for and may have. */
export interface Claim {
  readonly least: number;
  readonly most: number;
  readonly target: number;
}

const LEAST_TARGET = 0.001;

/**
 * Divides a sum among claims in proportion to their targets, none getting less or more than it may have; the sum of all bounds allows it. The part
 * of its target that everyone gets who is not at a bound grows until the sum is given away.
 */
export function divide(sum: number, claims: readonly Claim[]): number[] {
  const at = (part: number) =>
    claims.map(({ least, most, target }) => Math.max(least, Math.min(most, part * Math.max(target, LEAST_TARGET))));
  const total = (part: number) => at(part).reduce((a, b) => a + b, 0);
  let low = 0;
  let high = 1;
  for (let i = 0; i < 64 && total(high) < sum; i++) high *= 2;
  for (let i = 0; i < 64; i++) {
    const middle = (low + high) / 2;
    if (total(middle) < sum) low = middle;
    else high = middle;
  }
  return at(high);
}

/** How much of the smoothed demand of one period lasts in the next: half of it after five minutes. */
const SMOOTHING = 0.977;

/** How many seats a level asks for, taken and waited for, over a period of adjustment. */
export class SeatDemand {
  readonly #now: () => number;
  #seats = 0;
  #since: number;
  #began: number;
  #sum = 0;
  #squares = 0;
  /** The most in this period. */
  #highest = 0;
  smoothed = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
    this.#began = this.#since;
  }

  set(seats: number): void {
    if (seats === this.#seats) return;
    this.#integrate();
    this.#seats = seats;
    if (seats > this.#highest) this.#highest = seats;
  }

  /** Ends the period. @returns the most seats that were asked for in it */
  endPeriod(): number {
    this.#integrate();
    const time = this.#since - this.#began;
    const { smoothed } = this;
    if (time > 0) {
      const mean = this.#sum / time;
      const envelope = mean + Math.sqrt(Math.max(0, this.#squares / time - mean * mean));
      this.smoothed = Math.max(envelope, SMOOTHING * smoothed + (1 - SMOOTHING) * envelope);
    }
    const highest = this.#highest;
    this.#began = this.#since;
    this.#sum = 0;
    this.#squares = 0;
    this.#highest = this.#seats;
    return highest;
  }

  #integrate(): void {
    const now = this.#now();
    const time = now - this.#since;
    this.#since = now;
    this.#sum += time * this.#seats;
    this.#squares += time * this.#seats * this.#seats;
  }
}
