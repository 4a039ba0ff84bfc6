import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { promisify } from "node:util";
import { etcdBinary } from "../../test/tools/etcd-binary.ts";

/** What the figures were measured on and with, one line each. */
export async function describeMachine(): Promise<string[]> {
  const processors = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const packages = await Promise.all(["fastify", "lmdb", "etcd3", "sorted-btree"].map(packageVersion));
  const { stdout } = await promisify(execFile)(await etcdBinary(), ["--version"]);
  return [
    `${processors[0]?.model ?? "unknown processor"}, ${processors.length} cores, ${memory}, Linux ${release()}`,
    `Node ${process.version} (V8 ${process.versions.v8}, OpenSSL ${process.versions.openssl})`,
    `${packages.join(", ")}, etcd ${/etcd Version: (\S+)/.exec(stdout)?.[1] ?? "unknown"}`,
  ];
}

async function packageVersion(name: string): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL(`../../node_modules/${name}/package.json`, import.meta.url), "utf8"));
  return `${name} ${version}`;
}
