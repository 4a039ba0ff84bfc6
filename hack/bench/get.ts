import type { Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import type { Clients, Job } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { measure } from "./rounds.ts";
import { startBare, startOurs } from "./servers.ts";

const PATH = `${CONFIG_MAPS}/one`;
const HEADERS = { accept: "application/json", "user-agent": "datum-bench" };

const CLIENTS: readonly Clients[] = [
  { protocol: "HTTP/1.1", clients: 1, shared: false },
  { protocol: "HTTP/1.1", clients: 64, shared: false },
  { protocol: "HTTP/2", clients: 1, shared: false },
  { protocol: "HTTP/2", clients: 64, shared: false },
  { protocol: "HTTP/2", clients: 64, shared: true },
];

/** GET of one object of 1 KB by its name. */
export const get: Measurement = {
  name: "get",
  async run(bench) {
    const dataDir = await bench.folder();
    const ours = await startOurs(bench.program, dataDir);
    await send(ours, "POST", CONFIG_MAPS, { body: configMap("one") });
    const bare = await startBare(dataDir, { [PATH]: await send(ours, "GET", PATH) });
    const figures: Figure[] = [];
    try {
      for (const clients of CLIENTS) {
        const alone = clients.clients === 1;
        const requests = bench.quick ? 200 : alone ? 2_000 : 8_000;
        const job: Job = { method: "GET", path: PATH, headers: HEADERS, status: 200, requests, seconds: 10 };
        const [a, b] = await measure(bench, clients, [
          { target: ours, job },
          { target: bare, job },
        ]);
        const number = alone ? "1 client" : `${clients.clients} clients${clients.shared ? " on one connection" : ""}`;
        const what = `GET by name, ${clients.protocol}, ${number}`;
        figures.push({ what, unit: "CPU s / 10,000", ours: a!.cpu, bare: b!.cpu, kube: 5.1, aim: 1.0 });
        if (alone) figures.push({ what, unit: "ms", ours: a!.latency, bare: b!.latency, kube: 1.6 });
        else figures.push({ what, unit: "ms / request", ours: 1_000 / a!.rate, bare: 1_000 / b!.rate });
      }
    } finally {
      await Promise.all([ours.stop(), bare.stop()]);
    }
    return figures;
  },
};
