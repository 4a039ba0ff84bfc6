import { writeFile } from "node:fs/promises";
import path from "node:path";
import type { Bench, Measurement } from "./bench.ts";
import { send } from "./client.ts";
import { type Figure, median } from "./figures.ts";
import { type Job, Load, type Outcome } from "./load.ts";
import { CONFIG_MAPS, configMap, fill } from "./objects.ts";
import { startOurs, type Target } from "./servers.ts";

/** Half of the greedy clients list, half of them create. */
const GREEDY = 64;
const ROUNDS = 5;
const SECONDS = 10;

const as = (token: string) => ({ accept: "application/json", "accept-encoding": "identity", authorization: `Bearer ${token}` });

/**
 * What one user waits for a GET while another has 64 clients at full speed: LISTs of 10,000 objects, and creates. With flow control and without.
 * The greedy clients stand back behind everybody in getting the processor: what is measured is how the server treats them, not the kernel.
 */
export const crowd: Measurement = {
  name: "crowd",
  async run(bench) {
    const figures: Figure[] = [];
    for (const [how, args] of [
      ["", []],
      [", no flow control", ["--enable-priority-and-fairness=false"]],
    ] as const) {
      const rounds = await withServer(bench, args, (ours) => measureCrowd(bench, ours));
      const of = (pick: (round: Round) => number) => median(rounds.map(pick));
      const what = `GET beside ${GREEDY} greedy clients${how}`;
      figures.push({ what, unit: "ms, median", ours: of(({ quiet }) => quiet.medianLatency) });
      figures.push({ what, unit: "ms, p99", ours: of(({ quiet }) => quiet.p99Latency), ...(how === "" && { aim: 25 }) });
      figures.push({ what, unit: "ms, longest", ours: of(({ quiet }) => quiet.maxLatency) });
      figures.push({ what: `their LISTs of 10,000 objects${how}`, unit: "ms / request", ours: of(({ lists }) => rateOf(lists)) });
      figures.push({ what: `their creates${how}`, unit: "ms / request", ours: of(({ creates }) => rateOf(creates)) });
    }
    return figures;
  },
};

const rateOf = ({ seconds, requests }: Outcome) => (1_000 * seconds) / requests;

interface Round {
  readonly quiet: Outcome;
  readonly lists: Outcome;
  readonly creates: Outcome;
}

async function withServer<T>(bench: Bench, args: readonly string[], use: (ours: Target) => Promise<T>): Promise<T> {
  const dataDir = await bench.folder();
  await fill(dataDir, bench.quick ? 1_000 : 10_000);
  const tokens = path.join(dataDir, "tokens.csv");
  await writeFile(tokens, 'greedy,greedy,1,"crowd"\nquiet,quiet,2,"crowd"\n');
  const ours = await startOurs(bench.program, dataDir, ["--token-auth-file", tokens, ...args]);
  try {
    await send(ours, "POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", {
      body: {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "crowd" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "crowd" }],
      },
    });
    await send(ours, "POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "crowd" } } });
    return await use(ours);
  } finally {
    await ours.stop();
  }
}

async function measureCrowd(bench: Bench, ours: Target): Promise<Round[]> {
  const { ca } = ours.credentials;
  const protocol = "HTTP/2";
  const connect = (clients: number, nice: number) =>
    Load.connect(ours, { protocol, clients, shared: false }, { credentials: { ca }, nice });
  const loads = await Promise.all([connect(1, 0), connect(GREEDY / 2, 10), connect(GREEDY / 2, 10)]);
  const seconds = bench.quick ? 1 : SECONDS;
  const endless = { requests: Number.MAX_SAFE_INTEGER, seconds };
  const { metadata, ...rest } = configMap("made");
  const get: Job = { method: "GET", path: `${CONFIG_MAPS}/filled-000001`, headers: as("quiet"), status: 200, pause: 5, ...endless };
  const list: Job = { method: "GET", path: CONFIG_MAPS, headers: as("greedy"), status: 200, ...endless };
  const create: Job = {
    method: "POST",
    path: "/api/v1/namespaces/crowd/configmaps",
    headers: { ...as("greedy"), "content-type": "application/json" },
    body: JSON.stringify({ ...rest, metadata: { name: "made-$N" } }),
    status: 201,
    ...endless,
  };
  const round = async (): Promise<Round> => {
    const [quiet, lists, creates] = await Promise.all([loads[0]!.run(get), loads[1]!.run(list), loads[2]!.run(create)]);
    return { quiet: quiet!, lists: lists!, creates: creates! };
  };
  try {
    const rounds: Round[] = [];
    for (let number = 0; number <= (bench.quick ? 1 : ROUNDS); number++) rounds.push(await round());
    // the first one warms up
    return rounds.slice(1);
  } finally {
    await Promise.all(loads.map((load) => load.close()));
  }
}
