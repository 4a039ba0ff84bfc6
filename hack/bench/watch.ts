import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Measurement } from "./bench.ts";
import { send } from "./client.ts";
import { type Figure, median } from "./figures.ts";
import { ask, endWorker, forkWorker } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";
import { type Protocol, startBare, startOurs, type Target } from "./servers.ts";
import type { Arrivals, Await, OpenWatches } from "./watch-worker.ts";

const ONE = `${CONFIG_MAPS}/watched`;
const ROUNDS = 5;

/** A server with watchers, and a way to make an event that all of them are told. */
interface Watched {
  readonly target: Target;
  readonly event: () => Promise<unknown>;
}

interface Cost {
  /** Bytes of resident memory for each watcher that waits. */
  readonly memory: number;
  /** Microseconds of processor time for each delivery, the write that makes the event included. */
  readonly delivery: number;
  /** Milliseconds from before the write until 99 of 100 watchers, and the last of them, have read the event. */
  readonly p99: number;
  readonly last: number;
}

interface Case {
  readonly watchers: number;
  readonly protocol: Protocol;
  readonly perConnection: number;
  /** What the last of them should be told within. Milliseconds. */
  readonly aim?: number;
}

const CASES: readonly Case[] = [
  { watchers: 1_000, protocol: "HTTP/2", perConnection: 100 },
  { watchers: 10_000, protocol: "HTTP/2", perConnection: 100, aim: 150 },
  { watchers: 1_000, protocol: "HTTP/1.1", perConnection: 1 },
  { watchers: 10_000, protocol: "HTTP/1.1", perConnection: 1 },
];

/** Watchers that wait, and one event that goes to all of them. */
export const watch: Measurement = {
  name: "watch",
  async run(bench) {
    const figures: Figure[] = [];
    for (const one of bench.quick ? CASES.map((large) => ({ ...large, watchers: large.watchers / 100 })) : CASES) {
      const [a, b] = await compare(bench, one);
      const what = `${one.watchers.toLocaleString("en")} watchers, ${one.protocol}`;
      figures.push({ what: `${what}, one event`, unit: "CPU µs / delivery", ours: a.delivery, bare: b.delivery, kube: 36, aim: 8 });
      figures.push({ what: `${what}, one event`, unit: "ms to 99 of 100", ours: a.p99, bare: b.p99 });
      figures.push({ what: `${what}, one event`, unit: "ms to the last", ours: a.last, bare: b.last, aim: one.aim });
      const shared = one.perConnection > 1;
      const memory = { unit: "kB / watcher", ours: a.memory / 1e3, bare: b.memory / 1e3, kube: 348 };
      figures.push({ what: `${what}, idle`, ...memory, aim: shared ? 14 : undefined });
    }
    return figures;
  },
};

async function compare(bench: Bench, { watchers, protocol, perConnection }: Case): Promise<[Cost, Cost]> {
  const dataDir = await bench.folder();
  const ours = await startOurs(bench.program, dataDir);
  await send(ours, "POST", CONFIG_MAPS, { body: configMap("watched") });
  const list = JSON.parse(Buffer.from((await send(ours, "GET", CONFIG_MAPS)).body).toString());
  const after = list.metadata.resourceVersion;
  const update = async () => {
    const { metadata, ...rest } = configMap("watched");
    return send(ours, "PUT", ONE, { body: { ...rest, metadata: { ...metadata, labels: { at: String(performance.now()) } } } });
  };
  const frame = Buffer.from(
    `{"type":"MODIFIED","object":${Buffer.from((await send(ours, "GET", ONE)).body)
      .toString()
      .trim()}}\n`,
  );
  const empty = { status: 200, headers: { "content-type": "application/json" }, body: Buffer.alloc(0), stream: true };
  const bare = await startBare(dataDir, { [CONFIG_MAPS]: empty });
  const sides: Side[] = [];
  try {
    const path = `${CONFIG_MAPS}?watch=1&resourceVersion=${after}&allowWatchBookmarks=true`;
    const shape = { path, watchers, protocol, perConnection };
    sides.push(await Side.open(bench, { target: ours, event: update }, shape));
    sides.push(await Side.open(bench, { target: bare, event: async () => bare.broadcast(frame) }, shape));
    const events = bench.quick ? 2 : Math.max(4, 20_000 / watchers);
    // in turn, so that a machine whose speed drifts drifts for both; the first round warms up
    for (let round = 0; round <= (bench.quick ? 1 : ROUNDS); round++) for (const side of sides) await side.round(events);
    return sides.map((side) => side.cost()) as [Cost, Cost];
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

/** The watchers of one server. */
class Side {
  readonly #watched: Watched;
  readonly #worker: ChildProcess;
  readonly #watchers: number;
  readonly #memory: number;
  readonly #deliveries: number[] = [];
  readonly #arrivals: Arrivals[][] = [];
  #told = 0;

  private constructor(watched: Watched, worker: ChildProcess, watchers: number, memory: number) {
    this.#watched = watched;
    this.#worker = worker;
    this.#watchers = watchers;
    this.#memory = memory;
  }

  static async open(bench: Bench, watched: Watched, shape: Omit<OpenWatches, "origin" | "credentials">): Promise<Side> {
    const { credentials, origin, pid } = watched.target;
    const worker = forkWorker("watch-worker.ts");
    await once(worker, "spawn");
    const settle = () => sleep(bench.quick ? 100 : 5_000);
    await settle();
    const before = residentBytes(pid);
    await ask(worker, { ...shape, origin: origin[shape.protocol], credentials } satisfies OpenWatches);
    await settle();
    return new Side(watched, worker, shape.watchers, (residentBytes(pid) - before) / shape.watchers);
  }

  /** Makes so many events, one after the other. */
  async round(events: number): Promise<void> {
    const { target, event } = this.#watched;
    const arrivals: Arrivals[] = [];
    const cpu = cpuSeconds(target.pid);
    for (let index = 0; index < events; index++) {
      this.#told += this.#watchers;
      const all = ask<Arrivals>(this.#worker, { events: this.#told, made: process.hrtime.bigint() } satisfies Await);
      await event();
      arrivals.push(await all);
    }
    this.#deliveries.push(((cpuSeconds(target.pid) - cpu) * 1e6) / (events * this.#watchers));
    this.#arrivals.push(arrivals);
  }

  /** Medians of all rounds but the first. */
  cost(): Cost {
    const arrivals = this.#arrivals.slice(1).flat();
    return {
      memory: this.#memory,
      delivery: median(this.#deliveries.slice(1)),
      p99: median(arrivals.map(({ p99 }) => p99)),
      last: median(arrivals.map(({ last }) => last)),
    };
  }

  close(): Promise<void> {
    return endWorker(this.#worker);
  }
}
