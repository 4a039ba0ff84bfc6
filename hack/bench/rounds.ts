import type { Bench } from "./bench.ts";
import { median } from "./figures.ts";
import { type Clients, type Job, Load } from "./load.ts";
import { cpuSeconds } from "./process-figures.ts";
import type { Target } from "./servers.ts";

/** A server and what is asked of it. */
export interface Side {
  readonly target: Target;
  readonly job: Job;
  /** Seconds of processor time of what stands behind the server, such as etcd. */
  readonly behind?: () => Promise<number>;
}

/** Medians of the rounds. */
export interface Cost {
  /** Seconds of the server's processor time for 10,000 requests. */
  readonly cpu: number;
  /** The same of what stands behind it. */
  readonly cpuBehind: number;
  /** The median request, in milliseconds. */
  readonly latency: number;
  /** To the first byte of the median answer, in milliseconds. */
  readonly first: number;
  /** Requests answered in a second. */
  readonly rate: number;
}

const ROUNDS = 5;
/** Rounds that do not count: V8 goes on translating for a few thousand requests. */
const WARM_UPS = 2;

/**
 * Measures servers with the same number of clients: warm-up, then rounds in turn (A B A B …), so that a machine whose speed drifts drifts for
 * both.
 */
export async function measure(bench: Bench, clients: Clients, sides: readonly Side[]): Promise<Cost[]> {
  const loads = await Promise.all(sides.map(({ target }) => Load.connect(target, clients)));
  try {
    const rounds: Cost[][] = sides.map(() => []);
    for (let warm = 0; warm < WARM_UPS; warm++) for (const [index, side] of sides.entries()) await loads[index]!.run(side.job);
    for (let round = 0; round < (bench.quick ? 1 : ROUNDS); round++) {
      for (const [index, side] of sides.entries()) rounds[index]!.push(await measureRound(side, loads[index]!));
    }
    return rounds.map((costs) => ({
      cpu: median(costs.map(({ cpu }) => cpu)),
      cpuBehind: median(costs.map(({ cpuBehind }) => cpuBehind)),
      latency: median(costs.map(({ latency }) => latency)),
      first: median(costs.map(({ first }) => first)),
      rate: median(costs.map(({ rate }) => rate)),
    }));
  } finally {
    await Promise.all(loads.map((load) => load.close()));
  }
}

async function measureRound({ target, job, behind }: Side, load: Load): Promise<Cost> {
  const before = { cpu: cpuSeconds(target.pid), behind: (await behind?.()) ?? 0 };
  const { requests, seconds, medianLatency, medianFirst } = await load.run(job);
  const per = 10_000 / requests;
  return {
    cpu: (cpuSeconds(target.pid) - before.cpu) * per,
    cpuBehind: (((await behind?.()) ?? 0) - before.behind) * per,
    latency: medianLatency,
    first: medianFirst,
    rate: requests / seconds,
  };
}
