import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { etcdBinary } from "./etcd-binary.ts";

/** One etcd member on loopback, with real flushes, for a test. */
export interface Etcd {
  readonly endpoints: readonly string[];
  readonly dataDir: string;
  /** Ends it; the data stay for {@link start}. */
  halt(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again with the same data and port. */
  start(): Promise<void>;
  /** Lets it stand still, connections open, until {@link resume}. */
  pause(): void;
  resume(): void;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface EtcdOptions {
  /** More of etcd's own flags. */
  readonly args?: readonly string[];
  /** How clients reach it; `http` by default. The flags have to say with which certificate then. */
  readonly scheme?: "http" | "https";
}

/** @throws Error that says what to install if there is no etcd and none can be fetched; see {@link etcdBinary} */
export async function startEtcd(options: EtcdOptions = {}): Promise<Etcd> {
  const [member] = await startEtcdCluster(1, options);
  return member as Etcd;
}

/** Several members of one cluster, each with an endpoint of its own. */
export async function startEtcdCluster(size: number, { args = [], scheme = "http" }: EtcdOptions = {}): Promise<Etcd[]> {
  const binary = await etcdBinary();
  const ports = await freePorts(3 * size);
  const members = Array.from({ length: size }, (_, index) => ({
    name: `member-${index}`,
    clientUrl: `${scheme}://127.0.0.1:${ports[3 * index]}`,
    peerUrl: `http://127.0.0.1:${ports[3 * index + 1]}`,
    healthUrl: `http://127.0.0.1:${ports[3 * index + 2]}`,
    args,
  }));
  const cluster = members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",");
  const made = await Promise.all(members.map((member) => memberOf(binary, member, cluster)));
  // a member of several is healthy once there are enough of them
  await Promise.all(made.map((member) => member.start()));
  return made;
}

interface MemberOptions {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly healthUrl: string;
  readonly args: readonly string[];
}

/** One member, not started yet. */
async function memberOf(
  binary: string,
  { name, clientUrl, peerUrl, healthUrl, args: more }: MemberOptions,
  cluster: string,
): Promise<Etcd> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "datum-etcd-"));
  const args = [
    ...["--name", name, "--data-dir", dataDir, "--log-level", "error"],
    ...["--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl, "--initial-cluster", cluster],
    ...["--listen-metrics-urls", healthUrl, ...more],
  ];
  let child: ChildProcess | undefined;
  const killAtExit = () => child?.kill("SIGKILL");
  process.once("exit", killAtExit);

  const halt = async (signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill(signal);
    const timer = setTimeout(() => ending.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(timer);
  };
  const start = async () => {
    let output = "";
    const started = spawn(binary, args, { stdio: ["ignore", "ignore", "pipe"] });
    child = started;
    started.stderr?.on("data", (chunk) => {
      output += chunk;
    });
    for (let waited = 0; !(await isHealthy(healthUrl)); waited += 20) {
      if (started.exitCode !== null || waited > 20_000) throw new Error(`etcd did not start: ${output}`);
      await sleep(20);
    }
  };
  return {
    endpoints: [clientUrl],
    dataDir,
    halt,
    start,
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    async stop() {
      child?.kill("SIGCONT");
      await halt();
      process.off("exit", killAtExit);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health`);
    return ((await response.json()) as { health?: string }).health === "true";
  } catch {
    return false;
  }
}

/** Ports that nobody listens on; all are taken before any is given back, so they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address !== null && typeof address === "object") ports.push(address.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, "close");
  }
  return ports;
}
