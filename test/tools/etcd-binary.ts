import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { type DebianPackages, folderOf, unpackDebianPackages } from "./debian-package.ts";

const run = promisify(execFile);

/** The oldest release whose progress notifications can be trusted, as the etcd engine asks for. */
const NEEDED = [3, 5, 13] as const;

/** The Debian suite whose package is new enough; it runs on older Debian too. */
const PACKAGE: DebianPackages = { folder: "etcd", packages: ["etcd-server"], suite: "trixie" };
const BINARY = path.join(folderOf(PACKAGE), "usr/bin/etcd");

let found: Promise<string> | undefined;

/**
 * An etcd that is new enough: the one on the PATH, or Debian's package unpacked under `.cache`. Safe to call from many processes at once.
 * @throws Error that says what to install where neither works
 */
export function etcdBinary(): Promise<string> {
  found ??= find();
  return found;
}

async function find(): Promise<string> {
  if (await isNewEnough("etcd")) return "etcd";
  if (await isNewEnough(BINARY)) return BINARY;
  const wanted = `put etcd ${NEEDED.join(".")} or newer on the PATH`;
  try {
    await unpackDebianPackages(PACKAGE, () => isNewEnough(BINARY));
  } catch (error) {
    throw new Error(`${wanted}; fetching Debian's package failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  if (await isNewEnough(BINARY)) return BINARY;
  throw new Error(`${BINARY} does not run here; ${wanted}`);
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
