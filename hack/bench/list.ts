import type { Bench, Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import type { Job } from "./load.ts";
import { CONFIG_MAPS, fill } from "./objects.ts";
import { forgetPeak, peakBytes, residentBytes } from "./process-figures.ts";
import { measure } from "./rounds.ts";
import { startBare, startOurs, type Target } from "./servers.ts";

interface Case {
  readonly what: string;
  readonly query: string;
  readonly encoding: "identity" | "gzip";
  readonly kube?: number;
  readonly aim?: number;
  /** Requests of a round. */
  readonly requests: number;
}

/** Of 10,000 objects. */
const CASES: readonly Case[] = [
  { what: "LIST of 10,000 objects, plain", query: "", encoding: "identity", kube: 217, aim: 30, requests: 20 },
  { what: "LIST of 10,000 objects, gzip", query: "", encoding: "gzip", requests: 20 },
  { what: "page of 500 of 10,000 objects", query: "?limit=500", encoding: "identity", kube: 20, aim: 2, requests: 200 },
  { what: "selector that matches none of 10,000", query: "?labelSelector=a%3Db", encoding: "identity", kube: 11, aim: 2, requests: 200 },
];
/** Of 100,000. */
const LARGE: readonly Case[] = [
  { what: "LIST of 100,000 objects, plain", query: "", encoding: "identity", aim: 500, requests: 3 },
  { what: "LIST of 100,000 objects, gzip", query: "", encoding: "gzip", requests: 1 },
];

/** LISTs of objects of 1 KB by one client, the whole answer read. */
export const list: Measurement = {
  name: "list",
  async run(bench) {
    const figures: Figure[] = [];
    await withServer(bench, bench.quick ? 1_000 : 10_000, async (ours, dataDir) => {
      for (const one of CASES) figures.push(...(await measureCase(bench, ours, dataDir, one)));
    });
    await withServer(bench, bench.quick ? 2_000 : 100_000, async (ours, dataDir) => {
      // the first one loads the cache; what comes on top of that is the answer's
      await send(ours, "GET", `${CONFIG_MAPS}?limit=1`, { headers: headersOf("identity") });
      for (const one of LARGE) {
        const before = residentBytes(ours.pid);
        forgetPeak(ours.pid);
        figures.push(...(await measureCase(bench, ours, dataDir, one)));
        figures.push({ what: one.what, unit: "MB more at most", ours: (peakBytes(ours.pid) - before) / 1e6, aim: 64 });
      }
    });
    return figures;
  },
};

async function withServer(bench: Bench, count: number, use: (ours: Target & { stop(): Promise<void> }, dataDir: string) => Promise<void>) {
  const dataDir = await bench.folder();
  await fill(dataDir, count);
  const ours = await startOurs(bench.program, dataDir);
  try {
    await use(ours, dataDir);
  } finally {
    await ours.stop();
  }
}

const headersOf = (encoding: string) => ({ accept: "application/json", "accept-encoding": encoding, "user-agent": "datum-bench" });

async function measureCase(
  bench: Bench,
  ours: Target,
  dataDir: string,
  { what, query, encoding, kube, aim, requests }: Case,
): Promise<Figure[]> {
  const headers = headersOf(encoding);
  const answer = await send(ours, "GET", `${CONFIG_MAPS}${query}`, { headers });
  const bare = await startBare(dataDir, { [CONFIG_MAPS]: answer });
  const job: Job = {
    method: "GET",
    path: `${CONFIG_MAPS}${query}`,
    headers,
    status: 200,
    requests: bench.quick ? 2 : requests,
    seconds: 15,
  };
  const figures: Figure[] = [];
  try {
    for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
      const [a, b] = await measure(bench, { protocol, clients: 1, shared: false }, [
        { target: ours, job },
        { target: bare, job },
      ]);
      const named = `${what}, ${size(answer.body.length)}, ${protocol}`;
      figures.push({ what: named, unit: "ms", ours: a!.latency, bare: b!.latency, kube, aim });
      if (answer.body.length > LONG) figures.push({ what: named, unit: "ms to the first byte", ours: a!.first, bare: b!.first });
      figures.push({ what: named, unit: "CPU s / 10,000", ours: a!.cpu, bare: b!.cpu });
    }
  } finally {
    await bare.stop();
  }
  return figures;
}

/** Bytes of an answer that takes a while. */
const LONG = 1e6;

const size = (bytes: number) => (bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
