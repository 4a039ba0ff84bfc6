import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Measurement } from "./bench.ts";
import { send } from "./client.ts";
import type { Figure } from "./figures.ts";
import type { Clients, Job } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { measure } from "./rounds.ts";
import { startOurs, type Target } from "./servers.ts";

const PATH = `${CONFIG_MAPS}/one`;
const CLIENTS: Clients = { protocol: "HTTP/2", clients: 64, shared: true };

/** How requests are recorded, as the rules of a policy; none: not at all. */
const RECORDS: readonly (readonly [what: string, rules?: string])[] = [
  ["not recorded"],
  ["passed over by the policy", "rules: [{level: None}]"],
  ["recorded at Metadata", "rules: [{level: Metadata}]"],
  ["recorded at Metadata, once", "omitStages: [RequestReceived]\nrules: [{level: Metadata}]"],
];

/** GET of one object of 1 KB, with a record of it in a file before it is answered. */
export const audit: Measurement = {
  name: "audit",
  async run(bench) {
    const targets: Target[] = [];
    try {
      for (const [, rules] of RECORDS) {
        const dataDir = await bench.folder();
        const policy = path.join(dataDir, "policy.yaml");
        if (rules !== undefined) await writeFile(policy, `apiVersion: audit.k8s.io/v1\nkind: Policy\n${rules}\n`);
        const flags = [`--audit-policy-file=${policy}`, `--audit-log-path=${path.join(dataDir, "audit.log")}`];
        const target = await startOurs(bench.program, dataDir, rules === undefined ? [] : flags);
        targets.push(target);
        await send(target, "POST", CONFIG_MAPS, { body: configMap("one") });
      }
      const headers = { accept: "application/json", "user-agent": "datum-bench" };
      const job: Job = { method: "GET", path: PATH, headers, status: 200, requests: bench.quick ? 200 : 8_000, seconds: 10 };
      const measured = await measure(
        bench,
        CLIENTS,
        targets.map((target) => ({ target, job })),
      );
      return RECORDS.map(([what], index): Figure => ({ what: `GET by name, ${what}`, unit: "CPU s / 10,000", ours: measured[index]!.cpu }));
    } finally {
      await Promise.all(targets.map((target) => target.stop()));
    }
  },
};
