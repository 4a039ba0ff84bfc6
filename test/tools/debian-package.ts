import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));

export interface DebianPackages {
  /** The folder's name under `.cache`. */
  readonly folder: string;
  /** Packages to unpack together; apt is not asked for what they depend on. */
  readonly packages: readonly string[];
  /** The Debian suite to take them from; this machine's own where none is named. */
  readonly suite?: string;
}

/** Where {@link unpackDebianPackages} puts them. */
export const folderOf = ({ folder }: DebianPackages): string => path.join(CACHE, folder);

/**
 * Fetches packages from the mirror that this machine uses and unpacks them under `.cache`, without root and without touching the system. Safe
 * to call from many processes at once: the first one fetches.
 * @param isThere whether what is wanted works already; asked again once this process has its turn
 * @throws Error where this machine is not Debian, or the packages cannot be had
 */
export async function unpackDebianPackages(wanted: DebianPackages, isThere: () => Promise<boolean>): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  await withLock(`${folderOf(wanted)}.lock`, async () => {
    if (!(await isThere())) await install(wanted);
  });
}

/** Downloads and unpacks the package with a private apt: own lists, own cache, nothing of the system touched. */
async function install(wanted: DebianPackages): Promise<void> {
  const work = await mkdtemp(`${folderOf(wanted)}-`);
  try {
    for (const folder of ["lists/partial", "archives/partial", "unpacked"]) await mkdir(path.join(work, folder), { recursive: true });
    await writeFile(path.join(work, "status"), "");
    await writeFile(path.join(work, "sources.list"), await source(wanted.suite));
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
    await run("apt-get", [...flags, "download", ...wanted.packages], { cwd: work });
    const archives = (await readdir(work)).filter((name) => name.endsWith(".deb"));
    if (archives.length < wanted.packages.length) throw new Error("apt-get download left no package");
    for (const archive of archives) await run("dpkg-deb", ["-x", path.join(work, archive), path.join(work, "unpacked")]);
    await rm(folderOf(wanted), { recursive: true, force: true });
    await rename(path.join(work, "unpacked"), folderOf(wanted));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A line for `sources.list`: this machine's own mirror of Debian, with another suite if one is named. */
async function source(suite: string | undefined): Promise<string> {
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
  return `deb ${signed}${mirror} ${suite ?? codename} main\n`;
}

/** One process at a time; a lock whose owner is gone counts for nothing. */
async function withLock(lock: string, action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (await isStale(lock)) await rm(lock, { force: true });
      else await sleep(200);
    }
  }
  try {
    await action();
  } finally {
    await rm(lock, { force: true });
  }
}

async function isStale(lock: string): Promise<boolean> {
  try {
    const owner = Number(await readFile(lock, "utf8"));
    // Created but not written yet: give its owner a moment.
    if (owner === 0) return Date.now() - (await stat(lock)).mtimeMs > 10_000;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
