import { startEtcd } from "../../test/tools/etcd.ts";
import type { Bench, Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import type { Job } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { measure } from "./rounds.ts";
import { startBare, startOurs } from "./servers.ts";

const HEADERS = { accept: "application/json", "content-type": "application/json", "user-agent": "datum-bench" };

/** Creation of objects of 1 KB, durable when answered, in the embedded store. */
export const createEmbedded: Measurement = {
  name: "create",
  run: (bench) => creates(bench, undefined),
};

/** The same in etcd, whose own share is shown beside the server's. */
export const createEtcd: Measurement = {
  name: "create-etcd",
  async run(bench) {
    const etcd = await startEtcd();
    try {
      return await creates(bench, etcd.endpoints[0]);
    } finally {
      await etcd.stop();
    }
  },
};

async function creates(bench: Bench, etcd: string | undefined): Promise<Figure[]> {
  const dataDir = await bench.folder();
  const ours = await startOurs(bench.program, dataDir, etcd === undefined ? [] : ["--etcd-servers", etcd]);
  const bare = await startBare(dataDir, { [CONFIG_MAPS]: await send(ours, "POST", CONFIG_MAPS, { body: configMap("one") }) });
  const figures: Figure[] = [];
  try {
    for (const clients of [1, 10, 64]) {
      const requests = bench.quick ? 100 : clients === 1 ? 1_000 : 4_000;
      const body = JSON.stringify(configMap(`created-by-${clients}-$N`));
      const job: Job = { method: "POST", path: CONFIG_MAPS, headers: HEADERS, body, status: 201, requests, seconds: 10 };
      const [a, b] = await measure(bench, { protocol: "HTTP/2", clients, shared: false }, [
        { target: ours, job, ...(etcd && { behind: () => etcdSeconds(etcd) }) },
        { target: bare, job },
      ]);
      const what = `create, ${etcd === undefined ? "embedded" : "etcd"}, ${clients} client${clients === 1 ? "" : "s"}`;
      const seconds = { unit: "CPU s / 10,000", bare: b!.cpu, kube: 13.1 };
      if (etcd === undefined) figures.push({ what, ...seconds, ours: a!.cpu, aim: clients === 64 ? 2.5 : 3.5 });
      else {
        figures.push({ what: `${what}, with etcd's share`, ...seconds, ours: a!.cpu + a!.cpuBehind, aim: 8 });
        figures.push({ what: `${what}, etcd's share alone`, unit: seconds.unit, ours: a!.cpuBehind });
      }
      if (clients === 1) {
        figures.push({ what, unit: "ms", ours: a!.latency, bare: b!.latency, kube: 3.1, aim: etcd === undefined ? 1.2 : undefined });
      } else figures.push({ what, unit: "ms / request", ours: 1_000 / a!.rate, bare: 1_000 / b!.rate });
    }
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
  return figures;
}

/** etcd's processor time by its own account. */
async function etcdSeconds(endpoint: string): Promise<number> {
  const text = await (await fetch(`${endpoint}/metrics`)).text();
  const found = /^process_cpu_seconds_total (\S+)$/m.exec(text);
  if (found === null) throw new Error("etcd does not tell its processor time");
  return Number(found[1]);
}
