import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { type DebianPackages, folderOf, unpackDebianPackages } from "./debian-package.ts";

const run = promisify(execFile);

/** How to start strace. */
export interface Strace {
  readonly command: string;
  /** Where it finds its libraries, besides the environment. */
  readonly env: Readonly<Record<string, string>>;
}

const PACKAGE: DebianPackages = { folder: "strace", packages: ["strace", "libunwind8"] };

let found: Promise<Strace> | undefined;

/**
 * strace from the PATH, or Debian's package unpacked under `.cache`.
 * @throws Error that says what to install where neither works
 */
export function straceBinary(): Promise<Strace> {
  found ??= find();
  return found;
}

async function find(): Promise<Strace> {
  const installed = { command: "strace", env: {} };
  if (await works(installed)) return installed;
  try {
    await unpackDebianPackages(PACKAGE, async () => works(await unpacked()));
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`put strace on the PATH; fetching Debian's package failed: ${reason}`, { cause: error });
  }
  return unpacked();
}

async function unpacked(): Promise<Strace> {
  const folder = folderOf(PACKAGE);
  const libraries = path.join(folder, "usr/lib");
  const machines = await readdir(libraries).catch(() => []);
  return {
    command: path.join(folder, "usr/bin/strace"),
    env: { LD_LIBRARY_PATH: machines.map((machine) => path.join(libraries, machine)).join(":") },
  };
}

async function works({ command, env }: Strace): Promise<boolean> {
  try {
    await run(command, ["-V"], { env: { ...process.env, ...env } });
    return true;
  } catch {
    return false;
  }
}
