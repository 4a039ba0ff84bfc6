import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { EtcdFlags } from "../../cmd/flags.ts";
import { EMPTY_NAMESPACES } from "./server.ts";

/** The built program as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly dataDir: string;
  /** Resolves when it has said where it listens; rejects with what it complained of if it ends instead. */
  readonly ready: Promise<{ readonly url: string; readonly kubeconfigPath: string }>;
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  /** Ends it by force if it still runs. */
  kill(): Promise<void>;
}

export const PROGRAM = fileURLToPath(new URL("../../dist/datum-apiserver.mjs", import.meta.url));

/** A command that runs another, whose process is then the program's own. */
export interface Wrapper {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NO_WRAPPER: Wrapper = { command: [], env: {} };

/** Runs the program with just these arguments. */
export function runProgram(args: readonly string[], dataDir = "", { command, env } = NO_WRAPPER): Program {
  const [file = "", ...rest] = [...command, process.execPath, PROGRAM, ...args];
  const child = spawn(file, rest, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  const ended = once(child, "close").then(() => ({ code: child.exitCode, stdout, stderr }));
  const ready = new Promise<{ url: string; kubeconfigPath: string }>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk));
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      stdout += chunk;
      const match = /ready at (\S+)\n[\s\S]*export KUBECONFIG=(\S+)\n/.exec(stdout);
      if (match !== null) resolve({ url: match[1]!, kubeconfigPath: match[2]! });
    });
    void ended.then(() => reject(new Error(stderr)));
  });
  ready.catch(() => undefined);
  return {
    child,
    dataDir,
    ready,
    ended,
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Runs the program on a free port with a data folder, in the engine of this run. It puts nothing into namespaces of its own accord. */
export function startProgram({
  dataDir,
  etcd,
  args = [],
  wrapper,
}: {
  dataDir: string;
  etcd: EtcdFlags | undefined;
  args?: readonly string[];
  wrapper?: Wrapper;
}): Program {
  const storage = etcd === undefined ? [] : ["--etcd-servers", etcd.servers.join(","), "--etcd-prefix", etcd.prefix];
  const controllers = ["--controllers", EMPTY_NAMESPACES.join(",")];
  return runProgram(["--data-dir", dataDir, "--secure-port", "0", ...controllers, ...storage, ...args], dataDir, wrapper);
}
