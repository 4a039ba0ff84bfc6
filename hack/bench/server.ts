/**
 * What the whole program costs: starting, standing idle, reads, watches.
 * Run: npm run build && node --import tsx hack/bench/server.ts
 */
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { type Program, runProgram } from "../../test/tools/program.ts";
import { http1Client, http2Client, openWatches } from "./clients.ts";
import { Costs, cpuOf, print, printMachine, sleep } from "./process.ts";

const WATCHES = 5_000;
const EVENTS = 10;
const COLLECTION = "/api/v1/namespaces/default/configmaps";

printMachine();
const dataDir = await mkdtemp(path.join(tmpdir(), "datum-bench-"));
const start = async (): Promise<{ program: Program; url: string; milliseconds: number }> => {
  const begun = performance.now();
  const program = runProgram(["--data-dir", dataDir, "--secure-port", "0"]);
  const { url } = await program.ready;
  return { program, url, milliseconds: performance.now() - begun };
};
const stop = async (program: Program) => {
  program.child.kill("SIGTERM");
  await program.ended;
};

const first = await start();
print("first start, certificates made", first.milliseconds, "ms");
await stop(first.program);
const starts: number[] = [];
for (let round = 0; round < 7; round++) {
  const { program, milliseconds } = await start();
  starts.push(milliseconds);
  await stop(program);
}
print("start with certificates present (median of 7)", starts.sort((a, b) => a - b)[3]!, "ms");

const { program, url } = await start();
const costs = new Costs(program.child);
await sleep(3_000);
print("memory idle", costs.memory / 1024, "MB");

const { clusters, users } = parse(await readFile(path.join(dataDir, "admin.kubeconfig"), "utf8"));
const decode = (base64: string) => Buffer.from(base64, "base64");
const tls = {
  ca: decode(clusters[0].cluster["certificate-authority-data"]),
  cert: decode(users[0].user["client-certificate-data"]),
  key: decode(users[0].user["client-key-data"]),
};
const write = async (server: string, method: string, target: string, type: string, body: object) => {
  const sent = request(`${server}${target}`, { method, ...tls, headers: { "content-type": type } });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, "response");
  await once(response.resume(), "end");
  if (response.statusCode >= 300) throw new Error(`${method} ${target}: ${response.statusCode}`);
};
const data = { a: "x".repeat(700) };
await write(url, "POST", COLLECTION, "application/json", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "bench" }, data });

const get2 = http2Client(url, tls);
print("GET of 1 kB over HTTP/2", await cpuOf(costs, 20_000, () => get2(`${COLLECTION}/bench`)), "CPU s per 10,000");
const get1 = http1Client(url, tls);
print("GET of 1 kB over HTTP/1.1", await cpuOf(costs, 10_000, () => get1(`${COLLECTION}/bench`)), "CPU s per 10,000");
await stop(program);

const watched = await start();
const watchedCosts = new Costs(watched.program.child);
await sleep(1_000);
const memory = watchedCosts.memory;
await openWatches(watched.url, tls, `${COLLECTION}?watch=1&allowWatchBookmarks=true`, WATCHES);
await sleep(2_000);
print("idle watch over HTTP/2", (watchedCosts.memory - memory) / WATCHES, "kB");
const cpu = watchedCosts.cpu;
for (let round = 0; round < EVENTS; round++) {
  await write(watched.url, "PATCH", `${COLLECTION}/bench`, "application/merge-patch+json", { data: { round: String(round) } });
  await sleep(300);
}
print("event delivered", ((watchedCosts.cpu - cpu) / EVENTS / WATCHES) * 1e6, "CPU µs");
const stopping = performance.now();
await stop(watched.program);
print(`stop with ${WATCHES} open watches`, performance.now() - stopping, "ms");
await rm(dataDir, { recursive: true });
process.exit();
