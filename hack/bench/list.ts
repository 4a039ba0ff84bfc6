import type { Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import type { Job } from "./load.ts";
import { CONFIG_MAPS, fill } from "./objects.ts";
import { measure } from "./rounds.ts";
import { startBare, startOurs } from "./servers.ts";

/** LIST of 10,000 objects of 1 KB by one client, the whole answer read. */
export const list: Measurement = {
  name: "list",
  async run(bench) {
    const count = bench.quick ? 1_000 : 10_000;
    const dataDir = await bench.folder();
    await fill(dataDir, count);
    const ours = await startOurs(bench.program, dataDir);
    const figures: Figure[] = [];
    try {
      for (const [encoding, aim] of [
        ["identity", 40],
        ["gzip", undefined],
      ] as const) {
        const headers = { accept: "application/json", "accept-encoding": encoding, "user-agent": "datum-bench" };
        const answer = await send(ours, "GET", CONFIG_MAPS, { headers });
        const bare = await startBare(dataDir, { [CONFIG_MAPS]: answer });
        const job: Job = { method: "GET", path: CONFIG_MAPS, headers, status: 200, requests: bench.quick ? 2 : 20, seconds: 15 };
        const what = `LIST of ${count.toLocaleString("en")} objects, ${encoding === "gzip" ? "gzip" : "plain"}, ${megabytes(answer.body.length)}`;
        try {
          for (const protocol of ["HTTP/1.1", "HTTP/2"] as const) {
            const [a, b] = await measure(bench, { protocol, clients: 1, shared: false }, [
              { target: ours, job },
              { target: bare, job },
            ]);
            const kube = encoding === "gzip" ? undefined : 217;
            figures.push({ what: `${what}, ${protocol}`, unit: "ms", ours: a!.latency, bare: b!.latency, kube, aim });
            figures.push({ what: `${what}, ${protocol}`, unit: "CPU s / 10,000", ours: a!.cpu, bare: b!.cpu });
          }
        } finally {
          await bare.stop();
        }
      }
    } finally {
      await ours.stop();
    }
    return figures;
  },
};

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
