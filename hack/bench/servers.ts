import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** What a client needs to be the administrator. In PEM. */
export interface Credentials {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A server under measurement: a process of its own. */
export interface Target {
  readonly pid: number;
  /** `https://127.0.0.1:6443` for each protocol; ours has one door for both. */
  readonly origin: Readonly<Record<Protocol, string>>;
  readonly credentials: Credentials;
  stop(): Promise<void>;
}

export type Protocol = "HTTP/1.1" | "HTTP/2";

/** Starts our server in a data folder and waits until it says that it is ready. */
export async function startOurs(
  program: string,
  dataDir: string,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): Promise<Target> {
  const child = spawnOurs(program, dataDir, 0, args, nodeArgs);
  const url = await new Promise<string>((resolve, reject) => {
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk) => {
      output += chunk;
      const found = /ready at (\S+)\n/.exec(output);
      if (found !== null) resolve(found[1]!);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const credentials = await credentialsIn(dataDir);
  return { pid: child.pid!, origin: { "HTTP/1.1": url, "HTTP/2": url }, credentials, stop: () => stop(child) };
}

/** The bare process of our server, not waited for. */
export function spawnOurs(
  program: string,
  dataDir: string,
  port: number,
  args: readonly string[] = [],
  nodeArgs: readonly string[] = [],
): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, program, "--data-dir", dataDir, "--secure-port", String(port), ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
}

/** What the bare server sends for a path (without its query): all of it, or, with `stream`, whatever {@link BareServer.broadcast} is given. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly stream?: boolean;
}

export interface BareServer extends Target {
  /** Writes the bytes to every stream that is open. */
  broadcast(bytes: Uint8Array): void;
}

/** Starts the bare server with the certificates of ours and answers for some paths. */
export async function startBare(dataDir: string, answers: Readonly<Record<string, Answer>>): Promise<BareServer> {
  const ports = { "HTTP/1.1": await freePort(), "HTTP/2": await freePort() };
  const child = await forkBare(dataDir, ports, answers);
  await once(child, "message");
  const origin = { "HTTP/1.1": `https://127.0.0.1:${ports["HTTP/1.1"]}`, "HTTP/2": `https://127.0.0.1:${ports["HTTP/2"]}` };
  return {
    pid: child.pid!,
    origin,
    credentials: await credentialsIn(dataDir),
    broadcast: (bytes) => void child.send(bytes),
    stop: () => stop(child),
  };
}

/** The bare process of the bare server, not waited for. */
export async function forkBare(
  dataDir: string,
  ports: Readonly<Record<Protocol, number>>,
  answers: Readonly<Record<string, Answer>>,
): Promise<ChildProcess> {
  const configuration = path.join(dataDir, "bare-server.json");
  const encoded = Object.entries(answers).map(([at, answer]) => [at, { ...answer, body: Buffer.from(answer.body).toString("base64") }]);
  await writeFile(configuration, JSON.stringify({ pki: path.join(dataDir, "pki"), ports, answers: Object.fromEntries(encoded) }));
  const program = fileURLToPath(new URL("bare-server.mjs", import.meta.url));
  return fork(program, [configuration], { execArgv: [], serialization: "advanced", stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(timer);
}

export async function credentialsIn(dataDir: string): Promise<Credentials> {
  const { clusters, users } = parse(await readFile(path.join(dataDir, "admin.kubeconfig"), "utf8"));
  const decode = (base64: string) => Buffer.from(base64, "base64").toString();
  return {
    ca: decode(clusters[0].cluster["certificate-authority-data"]),
    cert: decode(users[0].user["client-certificate-data"]),
    key: decode(users[0].user["client-key-data"]),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
