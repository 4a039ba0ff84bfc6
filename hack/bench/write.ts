import type { Measurement } from "./bench.ts";
import type { Figure } from "./figures.ts";
import { Load } from "./load.ts";
import { CONFIG_MAPS, configMap } from "./objects.ts";
import { measure } from "./rounds.ts";
import { startOurs } from "./servers.ts";

const NAME = "written-$N";
const HEADERS = { accept: "application/json", "user-agent": "datum-bench" };
const APPLY = `${CONFIG_MAPS}/${NAME}?fieldManager=bench&force=true`;

interface Case {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: object;
  readonly kube?: number;
  readonly aim?: number;
}

/** Each changes the object: `$T` is another text every time. */
const CASES: readonly Case[] = [
  { what: "update", method: "PUT", path: `${CONFIG_MAPS}/${NAME}`, type: "application/json", body: stamped(), aim: 2.5 },
  {
    what: "merge patch",
    method: "PATCH",
    path: `${CONFIG_MAPS}/${NAME}`,
    type: "application/merge-patch+json",
    body: { data: { stamp: "$T" } },
    kube: 15.6,
    aim: 3,
  },
  { what: "apply", method: "PATCH", path: APPLY, type: "application/apply-patch+yaml", body: stamped(), kube: 15.7, aim: 4 },
  { what: "delete", method: "DELETE", path: `${CONFIG_MAPS}/${NAME}` },
];

/** Writes to objects of 1 KB that are there, durable when answered, in the embedded store. */
export const write: Measurement = {
  name: "write",
  async run(bench) {
    const server = await startOurs(bench.program, await bench.folder());
    const figures: Figure[] = [];
    try {
      const objects = bench.quick ? 400 : 16_000;
      const load = await Load.connect(server, { protocol: "HTTP/2", clients: 64, shared: false });
      const create = { method: "POST", path: CONFIG_MAPS, headers: { ...HEADERS, "content-type": "application/json" }, status: 201 };
      await load.run({ ...create, body: JSON.stringify(stamped()), requests: objects, seconds: 120 });
      await load.close();
      for (const { what, method, path, type, body, kube, aim } of CASES) {
        const headers = type === undefined ? HEADERS : { ...HEADERS, "content-type": type };
        const job = { method, path, headers, status: 200, requests: bench.quick ? 50 : 2_000, seconds: 30 };
        // deletions go on from where the last ones were
        const again = method === "DELETE" ? {} : { from: 0 };
        const whole = { ...job, ...again, ...(body && { body: JSON.stringify(body) }) };
        const [cost] = await measure(bench, { protocol: "HTTP/2", clients: 64, shared: false }, [{ target: server, job: whole }]);
        const named = `${what}, embedded, 64 clients`;
        figures.push({ what: named, unit: "CPU s / 10,000", ours: cost!.cpu, kube, aim });
        figures.push({ what: named, unit: "ms / request", ours: 1_000 / cost!.rate });
      }
      return figures;
    } finally {
      await server.stop();
    }
  },
};

function stamped() {
  const object = configMap(NAME);
  return { ...object, data: { ...object.data, stamp: "$T" } };
}
