import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import type { Wrapper } from "./program.ts";

const run = promisify(execFile);

/** A file system of a few megabytes in a folder, where only programs see it that are started with its wrapper. */
export interface SmallDisk {
  /** Starts a program that sees it. */
  readonly wrapper: Wrapper;
  /** Runs a shell command that sees it. */
  run(command: string): Promise<void>;
  /** Takes it away; nothing may run on it any more. */
  remove(): Promise<void>;
}

/** Linux lets everybody mount within namespaces of their own, if it is not configured otherwise. */
export async function canMakeSmallDisk(): Promise<boolean> {
  return run("unshare", ["--mount", "--map-root-user", "mount", "-t", "tmpfs", "tmpfs", tmpdir()]).then(
    () => true,
    () => false,
  );
}

/**
 * @param folder an empty one
 * @param megabytes its size
 */
export async function makeSmallDisk(folder: string, megabytes: number): Promise<SmallDisk> {
  // the namespace, and with it the disk, lives as long as this
  const holder = spawn(
    "unshare",
    [
      "--mount",
      "--map-root-user",
      "sh",
      "-c",
      'mount -t tmpfs -o size="$0"m tmpfs "$1" && echo ready && exec cat',
      String(megabytes),
      folder,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  await once(holder.stdout, "data");
  const enter = ["nsenter", "--target", String(holder.pid), "--user", "--mount", "--preserve-credentials"];
  return {
    wrapper: { command: enter, env: {} },
    async run(command) {
      const [file = "", ...args] = [...enter, "sh", "-c", command];
      await run(file, args, { cwd: "/" });
    },
    async remove() {
      const ended = once(holder, "exit");
      holder.stdin.end();
      await ended;
    },
  };
}
