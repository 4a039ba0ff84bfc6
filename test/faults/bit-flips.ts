import { type ChildProcess, fork } from "node:child_process";
import { openSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";

import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backUp, restore } from "../../storage/embedded/backup.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import { readMetas } from "../../storage/embedded/pages/meta.ts";
import type { Storage } from "../../storage/storage.ts";
import { MEMORY } from "../tools/memory.ts";
import { random } from "../tools/random.ts";
import type { Verdict } from "./flipped-store-process.ts";
import { show } from "./shown.ts";

const PROGRAM = fileURLToPath(new URL("flipped-store-process.ts", import.meta.url));
const PAGE = 4096;

/**
 * Bits of a store's file are turned over, one at a time and in every region, and the store is checked, opened, read and written. It may
 * refuse, naming the cause; it must never show what is not so, and never end the process.
 *
 * @param rounds how many bits
 * @param seed of the choice of bits
 */
export function describeBitFlips(rounds: number, seed: number): void {
  describe(`a changed bit (${rounds} of them, seed ${seed})`, () => {
    let root: string;
    let seedFile: string;
    let child: ChildProcess | undefined;
    const below = random(seed);

    beforeAll(async () => {
      root = await mkdtemp(path.join(MEMORY, "datum-flips-"));
      const folder = path.join(root, "seed");
      const storage = await openEmbedded({ folder, now: Date.now, historyBytes: 300_000 });
      const { keys, oldest } = await fill(storage);
      const last = storage.currentRevision() as number;
      const shown = await show(storage, keys, [0, oldest, Math.floor((oldest + last) / 2)], oldest);
      await storage.close();
      await writeFile(path.join(root, "shown.json"), JSON.stringify(shown));
      seedFile = path.join(folder, "data.mdb");
    });
    afterAll(async () => {
      child?.kill();
      await rm(root, { recursive: true, force: true });
    });

    /** Undefined if the process ended. */
    function judge(folder: string): Promise<Verdict | undefined> {
      if (child === undefined) {
        child = fork(PROGRAM, [path.join(root, "shown.json")], {
          execArgv: ["--import", "tsx"],
          // lmdb says some of it by itself
          stdio: ["ignore", "ignore", "ignore", "ipc"],
          serialization: "json",
        });
        child.once("exit", () => {
          child = undefined;
        });
      }
      const process = child;
      return new Promise((resolve) => {
        const ended = () => resolve(undefined);
        process.once("exit", ended);
        process.once("message", (verdict) => {
          process.off("exit", ended);
          resolve(verdict as Verdict);
        });
        process.send(folder);
      });
    }

    it(
      "in a store is told or does no harm",
      async () => {
        // behind the last page is nothing
        const pages = readMetas(openSync(seedFile, "r"))![0].lastPage + 1;
        const outcomes: Record<string, number> = {};
        const violations: string[] = [];
        for (let round = 0; round < rounds; round++) {
          const at = place(round, pages, below);
          const folder = path.join(root, "flipped");
          await mkdir(folder);
          await copyFile(seedFile, path.join(folder, "data.mdb"));
          await flip(path.join(folder, "data.mdb"), at);
          const verdict = await judge(folder);
          await rm(folder, { recursive: true });
          const where = `bit ${at % 8} of byte ${Math.floor(at / 8)} (page ${Math.floor(at / 8 / PAGE)} + ${Math.floor(at / 8) % PAGE})`;
          for (const what of faults(verdict)) violations.push(`${where}: ${what}`);
          const outcome =
            verdict === undefined
              ? "ended"
              : verdict.refused
                ? "refused"
                : verdict.errors > 0
                  ? "errors"
                  : verdict.check
                    ? "checked"
                    : "harmless";
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        }
        console.log(`seed ${seed}:`, outcomes);
        expect(violations).toEqual([]);
        expect(outcomes.refused).toBeGreaterThan(rounds / 20);
        expect(outcomes.errors).toBeGreaterThan(rounds / 20);
      },
      60_000 + rounds * 1_000,
    );

    it(
      "in a backup is told, wherever it is",
      async () => {
        const file = path.join(root, "backup.mdb");
        await backUp(path.dirname(seedFile), file);
        const size = (await readFile(file)).length;
        for (let round = 0; round < Math.ceil(rounds / 10); round++) {
          const at = round === 0 ? size * 8 - 1 : below(size * 8);
          await flip(file, at);
          await expect(restore(file, path.join(root, "never"), 1)).rejects.toThrow(/^.*backup\.mdb is damaged/);
          await flip(file, at);
        }
        await restore(file, path.join(root, "restored"), 1);
      },
      60_000 + rounds * 1_000,
    );
  });
}

function faults(verdict: Verdict | undefined): string[] {
  if (verdict === undefined) return ["the process ended"];
  const found = [...verdict.wrong];
  if (verdict.check === undefined && (verdict.errors > 0 || verdict.refused))
    found.push(`a check finds nothing, but ${verdict.refused ?? "reads or writes fail"}`);
  return found;
}

/** Bits of what makes a file one of LMDB's are few: three of four rounds go there. */
function place(round: number, pages: number, below: (bound: number) => number): number {
  const page = below(pages) * PAGE;
  const byte = [below(pages * PAGE), page + below(40), below(2) * PAGE + below(170), page + below(PAGE)][round % 4]!;
  return byte * 8 + below(8);
}

async function flip(file: string, at: number): Promise<void> {
  const handle = await open(file, "r+");
  const byte = Buffer.alloc(1);
  await handle.read(byte, 0, 1, Math.floor(at / 8));
  byte[0]! ^= 1 << (at % 8);
  await handle.write(byte, 0, 1, Math.floor(at / 8));
  await handle.close();
}

/** Both trees have branches, some values pages of their own; there is history, and there are free pages. */
async function fill(storage: Storage): Promise<{ readonly keys: readonly string[]; readonly oldest: number }> {
  const keys = Array.from({ length: 120 }, (_, n) => `${"abc"[n % 3]}/${"name".repeat(n % 30)}${n}`);
  const revisions = new Map<string, number>();
  const value = (n: number) => Buffer.from(`${n} `.repeat(n % 20 === 0 ? 3000 : 40 * (n % 5)));
  const done = (key: string, result: Awaited<ReturnType<Storage["create"]>>) => {
    if (result.ok) revisions.set(key, result.revision);
  };
  for (const [n, key] of keys.entries()) done(key, await storage.create(key, value(n)));
  for (let round = 1; round < 8; round++)
    for (const [n, key] of keys.entries()) {
      if ((n * 7 + round) % 4 !== 0) continue;
      const revision = revisions.get(key);
      if (revision === undefined) done(key, await storage.create(key, value(n + round)));
      else if (n % 9 === 0) {
        await storage.delete(key, revision);
        revisions.delete(key);
      } else done(key, await storage.update(key, value(n * round), revision));
    }
  const error: unknown = await storage.scan({ prefix: "", revision: 1 }).catch((reason) => reason);
  return { keys, oldest: (error as { oldest: number }).oldest };
}
