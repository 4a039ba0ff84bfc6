import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkStore } from "../../storage/embedded/backup.ts";
import { crash } from "../consistency/crashes.ts";
import { type Program, startProgram } from "../tools/program.ts";
import { freshEtcd, temporaryFolder, testStorage } from "../tools/server.ts";

/** The store in etcd outlives the server: fewer rounds say as much. */
const ROUNDS = testStorage === "embedded" ? 50 : 10;

let dataDir: string;
let program: Program | undefined;
beforeAll(async () => {
  dataDir = await temporaryFolder();
});
afterAll(async () => {
  await program?.kill();
  await rm(dataDir, { recursive: true, force: true });
});

it(`loses nothing that was acknowledged and shows nothing that was not when it is killed, ${ROUNDS} times`, async () => {
  const etcd = freshEtcd();
  const report = await crash(
    {
      start: () => {
        program = startProgram({ dataDir, etcd });
        return program.ready;
      },
      kill: async () => program?.kill(),
    },
    { rounds: ROUNDS, random: Math.random },
  );
  expect(report.violations).toEqual([]);
  if (etcd === undefined) {
    await program?.kill();
    expect((await checkStore(path.join(dataDir, "store"))).problems).toEqual([]);
  }
  // it was killed in the midst of work
  expect(report.acknowledged).toBeGreaterThan(ROUNDS * 10);
  expect(report.unanswered).toBeGreaterThan(ROUNDS);
  expect(report.told).toBeGreaterThan(ROUNDS * 10);
}, 600_000);
