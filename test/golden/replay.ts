import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { kubectls } from "../tools/kubectl.ts";

/** The recordings lie beside the repository; a plain clone does not have them. */
export const GOLDEN = fileURLToPath(new URL("../../../shared/golden", import.meta.url));
export const hasRecordings = existsSync(path.join(GOLDEN, "replay.mjs"));

export interface Played {
  /** `errors/conflicts.json` */
  readonly scenario: string;
  readonly passed: number;
  /** What the steps do whose answers differ. */
  readonly failed: readonly string[];
  /** The player's own words, for people. */
  readonly report: string;
}

/** Plays scenarios (`errors`, or `errors/conflicts.json`) against a server and reads what the player says of each. */
export async function play(place: string, kubeconfig: string): Promise<Played[]> {
  const [topic] = place.split("/");
  const output = await run([path.join(GOLDEN, "replay.mjs"), "--kubeconfig", kubeconfig, path.join(GOLDEN, place)]);
  const played: Played[] = [];
  for (const block of output.split(/^(?=ok {4}|DIFFER |BROKEN )/m)) {
    const head = /^(ok {4}|DIFFER|BROKEN) (\S+\.json): .*?(?:\((\d+) of (\d+)\))?$/m.exec(block);
    if (head === null) continue;
    const failed = [...block.matchAll(/^ {3}(\S.*)$/gm)].map((match) => match[1] as string);
    played.push({
      scenario: `${topic}/${head[2]}`,
      passed: Number(head[3] ?? 0),
      failed: head[1] === "BROKEN" ? ["(broken)"] : failed,
      report: block.trimEnd(),
    });
  }
  return played;
}

/** The player reads the kubeconfig with kubectl. */
async function searchPath(): Promise<string> {
  const found = (await kubectls()).find(({ path: file }) => path.basename(file) === "kubectl");
  return [...(found === undefined ? [] : [path.dirname(found.path)]), process.env.PATH ?? ""].join(path.delimiter);
}

async function run(args: readonly string[]): Promise<string> {
  const env = { ...process.env, PATH: await searchPath() };
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
