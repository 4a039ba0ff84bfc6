import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Bench, Measurement } from "./bench.ts";
import { type Figure, median } from "./figures.ts";
import { fill } from "./objects.ts";
import { cpuSeconds, residentBytes } from "./process-figures.ts";
import { type Credentials, credentialsIn, forkBare, freePort, spawnOurs, startOurs, stop } from "./servers.ts";

const RUNS = 11;

/** From the start of the process to the first 200 of `/readyz`, certificates being there; and the memory of a server that does nothing. */
export const ready: Measurement = {
  name: "ready",
  async run(bench) {
    const figures: Figure[] = [];
    for (const objects of [0, bench.quick ? 1_000 : 100_000]) {
      const dataDir = await bench.folder();
      if (objects > 0) await fill(dataDir, objects);
      await (await startOurs(bench.program, dataDir)).stop();
      const credentials = await credentialsIn(dataDir);
      const ours = await starts(bench, credentials, async (port) => spawnOurs(bench.program, dataDir, port));
      const answers = { "/readyz": { status: 200, headers: { "content-type": "text/plain" }, body: Buffer.from("ok") } };
      const bare = await starts(bench, credentials, async (port) => {
        const ports = { "HTTP/1.1": port, "HTTP/2": await freePort() };
        return forkBare(dataDir, ports, answers);
      });
      const what = objects === 0 ? "empty store" : `${objects.toLocaleString("en")} objects in the store`;
      const kube = <T>(figure: T) => (objects === 0 ? figure : undefined);
      figures.push({ what: `start to ready, ${what}`, unit: "s", ours: ours.seconds, bare: bare.seconds, kube: kube(2.46), aim: 0.35 });
      figures.push({ what: `start to ready, ${what}`, unit: "CPU s", ours: ours.cpu, bare: bare.cpu });
      figures.push({ what: `idle memory, ${what}`, unit: "MB", ours: ours.memory, bare: bare.memory, kube: kube(314), aim: 100 });
    }
    return figures;
  },
};

async function starts(bench: Bench, credentials: Credentials, start: (port: number) => Promise<ChildProcess>) {
  const seconds: number[] = [];
  const cpu: number[] = [];
  const memory: number[] = [];
  const runs = bench.quick ? 1 : RUNS;
  for (let run = 0; run < runs; run++) {
    const port = await freePort();
    const began = performance.now();
    const child = await start(port);
    try {
      await firstReady(port, credentials, child);
      seconds.push((performance.now() - began) / 1_000);
      cpu.push(cpuSeconds(child.pid!));
      if (run < runs - 1) continue;
      await sleep(bench.quick ? 100 : 5_000);
      memory.push(residentBytes(child.pid!) / 1e6);
    } finally {
      await stop(child);
    }
  }
  return { seconds: median(seconds), cpu: median(cpu), memory: median(memory) };
}

/** Knocks every other millisecond, which costs next to nothing, and asks once somebody opens. */
async function firstReady(port: number, credentials: Credentials, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (child.exitCode === null && performance.now() < deadline) {
    if ((await listens(port)) && (await isReady(port, credentials))) return;
    await sleep(2);
  }
  throw new Error("the server did not become ready");
}

function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  return new Promise((resolve) => {
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

async function isReady(port: number, credentials: Credentials): Promise<boolean> {
  const socket: TLSSocket = connectTls({ ...credentials, port, host: "127.0.0.1" });
  try {
    await once(socket, "secureConnect");
    socket.write("GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString("latin1").startsWith("HTTP/1.1 200 ");
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
