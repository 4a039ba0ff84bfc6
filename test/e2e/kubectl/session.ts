import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { parse, stringify } from "yaml";
import { type Kubectl, kubectls } from "../../tools/kubectl.ts";
import { startTestServer, type TestServer, type TestServerOptions, testStorage } from "../../tools/server.ts";

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A person at a terminal with one kubectl: a home folder, a kubeconfig and a namespace of their own. */
export class Session {
  /** `1.32` */
  readonly version: string;
  /** The minor version as a number. */
  readonly minor: number;
  readonly namespace: string;
  readonly #kubectl: Kubectl;
  #home = "";
  #server: TestServer | undefined;

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
    this.version = kubectl.version;
    this.minor = Number(kubectl.version.split(".")[1]);
    this.namespace = `kubectl-${kubectl.version.replace(".", "-")}`;
  }

  async open(server: TestServer): Promise<void> {
    this.#server = server;
    this.#home = await mkdtemp(path.join(tmpdir(), "datum-kubectl-"));
    const config = parse(await readFile(server.kubeconfigPath, "utf8"));
    config.contexts[0].context.namespace = this.namespace;
    await writeFile(path.join(this.#home, "config"), stringify(config));
    await this.ok(`create namespace ${this.namespace}`);
  }

  async close(): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }

  get server(): TestServer {
    return this.#server as TestServer;
  }

  /** Runs a command to its end. In a text, blanks part the arguments. */
  async run(command: string | readonly string[], { input, env }: Surroundings = {}): Promise<Result> {
    const child = this.start(command, env);
    let stdout = "";
    let stderr = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk) => (stdout += chunk));
    child.stderr?.setEncoding("utf8").on("data", (chunk) => (stderr += chunk));
    child.stdin?.on("error", () => {}).end(input);
    const [code] = await once(child, "close");
    return { code, stdout, stderr };
  }

  /** The output of a command that must succeed. */
  async ok(command: string | readonly string[], surroundings?: Surroundings): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, surroundings);
    if (code !== 0) throw new Error(`kubectl ${command} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** What a command that must fail complains of. */
  async fails(command: string | readonly string[], surroundings?: Surroundings): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, surroundings);
    if (code === 0) throw new Error(`kubectl ${command} succeeded: ${stdout}`);
    return stderr;
  }

  start(command: string | readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
    const args = typeof command === "string" ? command.split(" ") : command;
    return spawn(this.#kubectl.path, args, {
      cwd: this.#home,
      env: { PATH: process.env.PATH, HOME: this.#home, KUBECONFIG: path.join(this.#home, "config"), ...env },
    });
  }

  /** The path of a file with this text in the home folder. */
  async file(name: string, text: string, mode = 0o644): Promise<string> {
    const file = path.join(this.#home, name);
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  }
}

/**
 * Runs the tests with every kubectl, side by side, against one server. With etcd the oldest and the newest do: how a version asks makes no
 * difference to how an engine stores.
 */
export async function withEachKubectl(tests: (session: Session) => void, options: TestServerOptions = {}): Promise<void> {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(options);
  });
  afterAll(() => server.close());
  const all = await kubectls();
  for (const kubectl of testStorage === "embedded" ? all : new Set([all[0] as Kubectl, all.at(-1) as Kubectl])) {
    describe.concurrent(`kubectl ${kubectl.version}`, () => {
      const session = new Session(kubectl);
      beforeAll(() => session.open(server));
      afterAll(() => session.close());
      tests(session);
    });
  }
}

/** The rows of a table, cells parted by two blanks or more. */
export function rows(table: string): string[][] {
  return table
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd().split(/ {2,}/));
}
