import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL("../../.cache/go", import.meta.url));

/** Why programs in Go cannot be built here; undefined where they can. @param least `1.26` */
export async function withoutGo(least: string): Promise<string | undefined> {
  try {
    const { stdout } = await run("go", ["env", "GOVERSION"]);
    const [major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number);
    const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
    const good = major > leastMajor || (major === leastMajor && minor >= leastMinor);
    return good ? undefined : `Go is ${stdout.trim()} here, and ${least} is needed`;
  } catch {
    return "Go is not installed here";
  }
}

/**
 * Builds a program once for what its sources and its modules are now; modules come from the module proxy, and are checked against go.sum.
 * @param folder that of its go.mod
 * @returns the program's path
 */
export async function buildGo(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of (await readdir(folder)).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort()) {
    hash.update(`${file}\0`).update(await readFile(path.join(folder, file)));
  }
  const program = path.join(CACHE, `${path.basename(folder)}-${hash.digest("hex").slice(0, 16)}`);
  if (await stat(program).catch(() => undefined)) return program;
  await mkdir(CACHE, { recursive: true });
  const work = `${program}.${process.pid}`;
  await run("go", ["build", "-mod=readonly", "-o", work, "."], { cwd: folder });
  await rename(work, program);
  return program;
}
