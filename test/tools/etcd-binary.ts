import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The oldest release whose progress notifications can be trusted, as the etcd engine asks for. */
const NEEDED = [3, 5, 13] as const;

/** The Debian suite whose package is new enough; it runs on older Debian too. */
const SUITE = "trixie";

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const INSTALLED = path.join(CACHE, "etcd");
const BINARY = path.join(INSTALLED, "usr/bin/etcd");
const LOCK = path.join(CACHE, "etcd.lock");

let found: Promise<string> | undefined;

/**
 * An etcd that is new enough: the one on the PATH, or Debian's package, fetched from the mirror that this machine uses and unpacked under
 * `.cache` without root. Safe to call from many processes at once.
 * @throws Error that says what to install where neither works
 */
export function etcdBinary(): Promise<string> {
  found ??= find();
  return found;
}

async function find(): Promise<string> {
  if (await isNewEnough("etcd")) return "etcd";
  if (await isNewEnough(BINARY)) return BINARY;
  await mkdir(CACHE, { recursive: true });
  await withLock(async () => {
    if (await isNewEnough(BINARY)) return;
    await install();
  });
  if (await isNewEnough(BINARY)) return BINARY;
  throw new Error(`${BINARY} does not run here; put etcd ${NEEDED.join(".")} or newer on the PATH`);
}

async function isNewEnough(binary: string): Promise<boolean> {
  try {
    const { stdout } = await run(binary, ["--version"]);
    const version = /etcd Version: (\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number) ?? [0];
    for (const [index, least] of NEEDED.entries()) {
      const part = version[index] ?? 0;
      if (part !== least) return part > least;
    }
    return true;
  } catch {
    return false;
  }
}

/** Downloads and unpacks the package with a private apt: own lists, own cache, nothing of the system touched. */
async function install(): Promise<void> {
  const work = await mkdtemp(path.join(CACHE, "etcd-"));
  try {
    for (const folder of ["lists/partial", "archives/partial", "unpacked"]) await mkdir(path.join(work, folder), { recursive: true });
    await writeFile(path.join(work, "status"), "");
    await writeFile(path.join(work, "sources.list"), await source());
    const options = {
      "Dir::Etc::SourceList": path.join(work, "sources.list"),
      "Dir::Etc::SourceParts": "-",
      "Dir::State": work,
      "Dir::State::lists": path.join(work, "lists"),
      "Dir::State::status": path.join(work, "status"),
      "Dir::Cache": work,
      "Dir::Cache::archives": path.join(work, "archives"),
      "APT::Sandbox::User": "root",
      "Acquire::Languages": "none",
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
    await run("apt-get", [...flags, "update"]);
    await run("apt-get", [...flags, "download", "etcd-server"], { cwd: work });
    const archive = (await readdir(work)).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get download left no package");
    await run("dpkg-deb", ["-x", path.join(work, archive), path.join(work, "unpacked")]);
    await rm(INSTALLED, { recursive: true, force: true });
    await rename(path.join(work, "unpacked"), INSTALLED);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`put etcd ${NEEDED.join(".")} or newer on the PATH; fetching Debian's package failed: ${reason}`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A line for `sources.list`: this machine's own mirror of Debian, with the other suite. */
async function source(): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
  if (!/^ID=debian$/m.test(release) || codename === undefined) {
    throw new Error("this machine is not Debian");
  }
  const { stdout } = await run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]);
  const mirror = stdout
    .split("\n")
    .find((line) => line.endsWith(` ${codename} main`))
    ?.split(" ")[0];
  if (mirror === undefined) throw new Error(`apt has no source for ${codename} main to take the mirror from`);
  const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const signed = await access(keys, constants.R_OK).then(
    () => `[signed-by=${keys}] `,
    () => "",
  );
  return `deb ${signed}${mirror} ${SUITE} main\n`;
}

/** One process at a time; a lock whose owner is gone counts for nothing. */
async function withLock(action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(LOCK, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (await isStale()) await rm(LOCK, { force: true });
      else await sleep(200);
    }
  }
  try {
    await action();
  } finally {
    await rm(LOCK, { force: true });
  }
}

async function isStale(): Promise<boolean> {
  try {
    const owner = Number(await readFile(LOCK, "utf8"));
    // Created but not written yet: give its owner a moment.
    if (owner === 0) return Date.now() - (await stat(LOCK)).mtimeMs > 10_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
