import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Measurement } from "./bench.ts";
import { send } from "./client.ts";
import { type Figure, median } from "./figures.ts";
import { ask, endWorker, forkWorker } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";
import { startBare, startOurs, type Target } from "./servers.ts";
import type { Await, OpenWatches } from "./watch-worker.ts";

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
  /** Milliseconds from the write until the last watcher has read the event. */
  readonly latency: number;
}

/** Watchers that wait, and one event that goes to all of them. */
export const watch: Measurement = {
  name: "watch",
  async run(bench) {
    const figures: Figure[] = [];
    const counts = bench.quick ? [100] : [1_000, 5_000];
    for (const watchers of counts) {
      const [a, b] = await compare(bench, watchers, 100);
      const what = `${watchers.toLocaleString("en")} watchers`;
      figures.push({ what: `${what}, one event`, unit: "CPU µs / delivery", ours: a.delivery, bare: b.delivery, kube: 36, aim: 10 });
      figures.push({ what: `${what}, one event`, unit: "ms to the last", ours: a.latency, bare: b.latency });
      figures.push({ what: `${what}, idle`, unit: "kB / watcher", ours: a.memory / 1e3, bare: b.memory / 1e3, kube: 348, aim: 16 });
    }
    const alone = counts[0]!;
    const [a, b] = await compare(bench, alone, 1);
    figures.push({
      what: `${alone.toLocaleString("en")} watchers, idle, a connection each`,
      unit: "kB / watcher",
      ours: a.memory / 1e3,
      bare: b.memory / 1e3,
      kube: 348,
    });
    return figures;
  },
};

async function compare(bench: Bench, watchers: number, perConnection: number): Promise<[Cost, Cost]> {
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
  try {
    const shape = { path: `${CONFIG_MAPS}?watch=1&resourceVersion=${after}&allowWatchBookmarks=true`, watchers, perConnection };
    const costs: Cost[] = [];
    for (const watched of [
      { target: ours, event: update },
      { target: bare, event: async () => bare.broadcast(frame) },
    ]) {
      costs.push(await costOf(bench, watched, shape));
    }
    return costs as [Cost, Cost];
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

async function costOf(
  bench: Bench,
  { target, event }: Watched,
  shape: Pick<OpenWatches, "path" | "watchers" | "perConnection">,
): Promise<Cost> {
  const { watchers } = shape;
  const worker = forkWorker("watch-worker.ts");
  await once(worker, "spawn");
  try {
    const settle = () => sleep(bench.quick ? 100 : 5_000);
    await settle();
    const before = residentBytes(target.pid);
    await ask(worker, { ...shape, origin: target.origin["HTTP/2"], credentials: target.credentials } satisfies OpenWatches);
    await settle();
    const memory = (residentBytes(target.pid) - before) / watchers;

    let told = 0;
    const tell = async () => {
      told += watchers;
      const all = ask(worker, { events: told } satisfies Await);
      await event();
      await all;
    };
    const events = bench.quick ? 2 : Math.max(4, 20_000 / watchers);
    for (let warm = 0; warm < events; warm++) await tell();
    const deliveries: number[] = [];
    const latencies: number[] = [];
    for (let round = 0; round < (bench.quick ? 1 : ROUNDS); round++) {
      const cpu = cpuSeconds(target.pid);
      for (let index = 0; index < events; index++) {
        const began = performance.now();
        await tell();
        latencies.push(performance.now() - began);
      }
      deliveries.push(((cpuSeconds(target.pid) - cpu) * 1e6) / (events * watchers));
    }
    return { memory, delivery: median(deliveries), latency: median(latencies) };
  } finally {
    await endWorker(worker);
  }
}
