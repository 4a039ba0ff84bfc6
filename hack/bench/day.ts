import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import { ask, endWorker, forkWorker, Load } from "./load.ts";
import { CONFIG_MAPS, configMap, fill } from "./objects.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";
import { startOurs, type Target } from "./servers.ts";
import type { Arrivals, Await, OpenWatches } from "./watch-worker.ts";

const PROBE = new URL("loop-probe.mjs", import.meta.url);
const FEW = 25;

/**
 * One server that is asked for everything in turn: lists, many watchers, and as many writes before {@link FEW} watchers. Tells how late
 * these are told, how long anything kept its event loop, and what it holds in memory at the end.
 */
export const day: Measurement = {
  name: "day",
  async run(bench) {
    const objects = bench.quick ? 500 : 10_000;
    const dataDir = await bench.folder();
    await fill(dataDir, objects);
    const file = path.join(dataDir, "delay");
    const probe = pathToFileURL(PROBE.pathname);
    probe.searchParams.set("file", file);
    const server = await startOurs(bench.program, dataDir, [], ["--import", probe.href]);
    const figures: Figure[] = [];
    const phase = async (what: string, work: () => Promise<unknown>) => {
      await longestDelay(server, file);
      await work();
      const ours = await longestDelay(server, file);
      figures.push({ what, unit: "ms, longest loop delay", ours, aim: what === IDLE ? undefined : 10 });
    };
    try {
      await phase(IDLE, () => sleep(bench.quick ? 500 : 10_000));
      await phase(`the first LIST of ${objects.toLocaleString("en")} objects`, () => send(server, "GET", CONFIG_MAPS));
      for (const [what, query, headers] of READS) {
        const count = bench.quick ? 1 : 10;
        await phase(what, async () => {
          for (let index = 0; index < count; index++) await send(server, "GET", `${CONFIG_MAPS}${query}`, { headers });
        });
      }
      const watchers = bench.quick ? 100 : 1_000;
      await phase(`10 events to ${watchers.toLocaleString("en")} watchers`, () => tellMany(server, watchers));
      await phase(`${objects.toLocaleString("en")} creates and updates before ${FEW} watchers`, async () => {
        figures.push(...(await churn(server, objects)));
      });
      await sleep(bench.quick ? 100 : 5_000);
      figures.push({ what: "after all that", unit: "MB resident", ours: residentBytes(server.pid) / 1e6, kube: 619, aim: 220 });
      return figures;
    } finally {
      await server.stop();
    }
  },
};

const IDLE = "nothing asked: the machine's own";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

const READS: readonly (readonly [what: string, query: string, headers: Readonly<Record<string, string>>])[] = [
  ["LISTs, plain", "", {}],
  ["LISTs, gzip", "", { "accept-encoding": "gzip" }],
  ["LISTs, as tables", "", { accept: TABLE }],
  ["LISTs, protobuf", "", { accept: "application/vnd.kubernetes.protobuf" }],
  ["LISTs, a selector that matches none", "?labelSelector=a%3Db", {}],
  ["LISTs, a field that matches none", "?fieldSelector=metadata.name!%3Da", {}],
  ["pages of 500", "?limit=500", {}],
];

async function longestDelay({ pid }: Target, file: string): Promise<number> {
  await rm(file, { force: true });
  process.kill(pid, "SIGUSR2");
  for (;;) {
    await sleep(20);
    const text = await readFile(file, "utf8").catch(() => "");
    if (text !== "") return Number(text);
  }
}

async function tellMany(server: Target, watchers: number): Promise<void> {
  const worker = forkWorker("watch-worker.ts");
  await once(worker, "spawn");
  try {
    const { credentials, origin } = server;
    const watchPath = `${CONFIG_MAPS}?watch=1&resourceVersion=${await revisionOf(server)}`;
    const shape = { protocol: "HTTP/2", origin: origin["HTTP/2"], credentials, path: watchPath, watchers, perConnection: 100 } as const;
    await ask(worker, shape satisfies OpenWatches);
    for (let event = 1; event <= 10; event++) {
      const all = ask(worker, { events: event * watchers, made: process.hrtime.bigint() } satisfies Await);
      await send(server, "PUT", `${CONFIG_MAPS}/filled-000000`, { body: labelled("filled-000000", String(event)) });
      await all;
    }
  } finally {
    await endWorker(worker);
  }
}

/** Writes objects by 64 clients before a few watchers, and waits until these have been told of everything. */
async function churn(server: Target, objects: number): Promise<Figure[]> {
  const worker = forkWorker("watch-worker.ts");
  await once(worker, "spawn");
  const load = await Load.connect(server, { protocol: "HTTP/2", clients: 64, shared: false });
  const figures: Figure[] = [];
  try {
    const { credentials, origin } = server;
    const watchPath = `${CONFIG_MAPS}?watch=1&resourceVersion=${await revisionOf(server)}`;
    const shape = { protocol: "HTTP/2", origin: origin["HTTP/2"], credentials, path: watchPath, watchers: FEW, perConnection: 1 } as const;
    await ask(worker, { ...shape, timed: true } satisfies OpenWatches);
    let events = 0;
    for (const { what, ...write } of WRITES) {
      events += FEW * objects;
      const all = ask<Arrivals>(worker, { events, made: 0n } satisfies Await);
      const cpu = cpuSeconds(server.pid);
      const body = JSON.stringify(labelled("churned-$N", "$T"));
      await load.run({ ...write, headers: HEADERS, body, from: 0, requests: objects, seconds: 120 });
      const { p99, last } = await all;
      const named = `${what} of ${objects.toLocaleString("en")} objects before ${FEW} watchers`;
      figures.push({ what: named, unit: "CPU s / 10,000", ours: ((cpuSeconds(server.pid) - cpu) * 10_000) / objects });
      figures.push({ what: named, unit: "ms to the event, p99", ours: p99 });
      figures.push({ what: named, unit: "ms to the event, most", ours: last });
    }
    return figures;
  } finally {
    await load.close();
    await endWorker(worker);
  }
}

const WRITES = [
  { what: "creation", method: "POST", path: CONFIG_MAPS, status: 201 },
  { what: "update", method: "PUT", path: `${CONFIG_MAPS}/churned-$N`, status: 200 },
] as const;

const HEADERS = { accept: "application/json", "content-type": "application/json", "user-agent": "datum-bench" };

function labelled(name: string, at: string) {
  const { metadata, ...rest } = configMap(name);
  return { ...rest, metadata: { ...metadata, labels: { at } } };
}

async function revisionOf(server: Target): Promise<string> {
  const list = await send(server, "GET", `${CONFIG_MAPS}?limit=1`);
  return JSON.parse(Buffer.from(list.body).toString()).metadata.resourceVersion;
}
