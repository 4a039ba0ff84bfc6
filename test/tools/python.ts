import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

const CACHE = fileURLToPath(new URL("../../.cache/python", import.meta.url));

/** Why programs in Python with packages of their own cannot be run here; undefined where they can. @param least `3.10` */
export async function withoutPython(least: string): Promise<string | undefined> {
  try {
    const { stdout } = await run("python3", ["-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"]);
    const minor = (version: string) => Number(version.split(".")[1]);
    return minor(stdout.trim()) >= minor(least) ? undefined : `Python is ${stdout.trim()} here, and ${least} is needed`;
  } catch {
    return "Python with venv is not installed here";
  }
}

/**
 * Installs what a file of requirements names, once for what it says now, apart from everything else on the machine.
 * @returns the path of a Python that has it
 */
export async function pythonWith(requirements: string): Promise<string> {
  const { stdout: version } = await run("python3", ["--version"]);
  const hash = createHash("sha256")
    .update(version)
    .update(await readFile(requirements));
  const folder = path.join(CACHE, hash.digest("hex").slice(0, 16));
  const python = path.join(folder, "bin/python");
  const ready = path.join(folder, "ready");
  if (await stat(ready).catch(() => undefined)) return python;
  // programs in it name the folder, so it is made where it stays
  await mkdir(CACHE, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await run("python3", ["-m", "venv", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--requirement", requirements]);
  const mark = `${ready}.${process.pid}`;
  await mkdir(mark);
  await rename(mark, ready);
  return python;
}
