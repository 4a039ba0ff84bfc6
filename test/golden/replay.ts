import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

/** The recordings lie beside the repository; a plain clone does not have them. */
export const GOLDEN = fileURLToPath(new URL("../../../shared/golden", import.meta.url));
export const hasRecordings = existsSync(path.join(GOLDEN, "replay.mjs"));

/** What the player says of one scenario. */
export interface Played {
  /** `errors/conflicts.json` */
  readonly scenario: string;
  /** What the steps do whose answers differ; a scenario that broke off has one that says so. */
  readonly failed: readonly string[];
  /** The player's own words, for people. */
  readonly report: string;
}

/** The name of the step of a scenario that could not be played to its end. */
const BROKEN = "(broken off)";

/** Scenarios played at once: those that take long do little but wait. */
const AT_ONCE = 16;

/** Plays recorded scenarios against one server, each in a process of its own, a few at a time. */
export class Player {
  readonly #kubeconfig: string;
  /** Holds what the player takes for kubectl. */
  readonly #folder: string;
  readonly #waiting: (() => void)[] = [];
  #playing = 0;

  private constructor(kubeconfig: string, folder: string) {
    this.#kubeconfig = kubeconfig;
    this.#folder = folder;
  }

  /** The player asks kubectl what a kubeconfig says; a stand-in that knows the answer spares a process of kubectl for each scenario. */
  static async open(kubeconfig: string): Promise<Player> {
    const folder = await mkdtemp(path.join(tmpdir(), "datum-golden-"));
    await writeFile(path.join(folder, "config.json"), JSON.stringify(parse(await readFile(kubeconfig, "utf8"))));
    await writeFile(path.join(folder, "kubectl"), `#!/bin/sh\nexec cat '${folder}/config.json'\n`, { mode: 0o755 });
    return new Player(kubeconfig, folder);
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  /** @param scenario `errors/conflicts.json` */
  async play(scenario: string): Promise<Played> {
    if (this.#playing === AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#playing++;
    try {
      return reading(scenario, await this.#run(path.join(GOLDEN, scenario)));
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#playing--;
      else next();
    }
  }

  #run(file: string): Promise<string> {
    const env = { ...process.env, PATH: [this.#folder, process.env.PATH ?? ""].join(path.delimiter) };
    const args = [path.join(GOLDEN, "replay.mjs"), "--kubeconfig", this.#kubeconfig, file];
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env });
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      child.on("error", reject);
      child.on("close", () => resolve(output));
    });
  }
}

/** The scenarios of a topic: a folder, or those in it whose names begin alike (`controllers/gc`). */
export async function scenariosOf(topic: string): Promise<string[]> {
  const [folder = "", start = ""] = topic.split("/");
  const files = await readdir(path.join(GOLDEN, folder));
  return files.filter((file) => file.startsWith(start) && file.endsWith(".json")).map((file) => `${folder}/${file}`);
}

/** Steps that differ stand three blanks in, and what differs about them six. */
function reading(scenario: string, report: string): Played {
  const head = /^(ok {4}|DIFFER|BROKEN) /m.exec(report)?.[1];
  const steps = [...report.matchAll(/^ {3}(\S.*)\n((?: {6}.*\n?)*)/gm)]
    .filter(([, , differences]) => !isOlder(differences as string))
    .map(([, step]) => step as string);
  return { scenario, failed: head === "ok    " ? [] : head === "DIFFER" ? steps : [BROKEN], report: report.trimEnd() };
}

/** Nothing differs but the age of things in tables: the seconds since they were made, which a busy machine takes more of. */
function isOlder(differences: string): boolean {
  const lines = differences.trimEnd().split("\n");
  return lines.every((line) => /^ {6}\/.*cells\/\d+: expected "\d+s", got "\d+s"$/.test(line));
}
