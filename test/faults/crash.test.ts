import { rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStore } from "../../storage/embedded/backup.ts";
import { type CrashOptions, type CrashReport, crash } from "../consistency/crashes.ts";
import { type Program, startProgram, type Wrapper } from "../tools/program.ts";
import { temporaryFolder } from "../tools/server.ts";
import { straceBinary } from "../tools/strace-binary.ts";

/** How often the server is killed on a good disk; on a bad one a tenth of that. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2_000);

/** Milliseconds for one round on a busy machine. */
const PATIENCE = 10_000;

let dataDir: string;
let program: Program | undefined;
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(async () => {
  await program?.kill();
  await rm(dataDir, { recursive: true, force: true });
});

async function play(options: Omit<CrashOptions, "random">, wrapper?: Wrapper): Promise<CrashReport> {
  const start = (under?: Wrapper) => {
    program = startProgram({ dataDir, etcd: undefined, ...(under && { wrapper: under }) });
    return program.ready;
  };
  const report = await crash(
    {
      start: () => start(),
      kill: async () => program?.kill(),
      ...(wrapper && { startOnBadDisk: () => start(wrapper) }),
    },
    { ...options, random: Math.random },
  );
  await program?.kill();
  expect((await checkStore(path.join(dataDir, "store"))).problems).toEqual([]);
  console.log(options, wrapper?.command.at(-1), report);
  return report;
}

/** The program under strace, which delays calls or lets them fail. The tracer is another process: killing the program kills no tracer first. */
async function under(injection: string): Promise<Wrapper> {
  const { command, env } = await straceBinary();
  return { command: [command, "-D", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", `inject=${injection}`], env };
}

describe("a server on the embedded store that is killed again and again", () => {
  it(
    "loses nothing that was acknowledged and shows nothing that was not",
    async () => {
      const report = await play({ rounds: ROUNDS });
      expect(report.violations).toEqual([]);
      expect(report.unanswered).toBeGreaterThan(ROUNDS);
    },
    ROUNDS * PATIENCE,
  );

  // strace is Linux only
  describe.skipIf(process.platform !== "linux")("with", () => {
    const rounds = Math.ceil(ROUNDS / 10);

    it(
      "a slow disk",
      async () => {
        const report = await play({ rounds, longest: 1_000 }, await under("fdatasync:delay_enter=50000"));
        expect(report.violations).toEqual([]);
        expect(report.acknowledged).toBeGreaterThan(rounds);
        expect(report.unanswered).toBeGreaterThan(rounds);
      },
      rounds * PATIENCE,
    );

    it(
      "a disk on which every seventh flush fails",
      async () => {
        const report = await play({ rounds, longest: 1_000 }, await under("fdatasync:error=EIO:when=7+7"));
        expect(report.violations).toEqual([]);
        expect(report.acknowledged).toBeGreaterThan(rounds);
        expect(report.refused).toBeGreaterThan(rounds);
      },
      rounds * PATIENCE,
    );
  });
});
