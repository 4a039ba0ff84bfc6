import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pythonWith, withoutPython } from "../../tools/python.ts";
import { EMPTY_NAMESPACES, startTestServer, type TestServer } from "../../tools/server.ts";

const run = promisify(execFile);

const CHECKS = ["objects", "patches", "dynamic client", "watches", "pages", "documents"];

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const reason = await withoutPython("3.10");

describe.skipIf(reason !== undefined)(`programs written in Python${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let server: TestServer;
  let python: string;
  beforeAll(async () => {
    [python, server] = await Promise.all([pythonWith(here("requirements.txt")), startTestServer({ controllers: EMPTY_NAMESPACES })]);
  }, 300_000);
  afterAll(() => server.close());

  it("work unchanged", async () => {
    const { stdout } = await run(python, [here("checks.py"), server.kubeconfigPath, ...CHECKS]);
    const outcomes = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(outcomes).toEqual(CHECKS.map((check) => ({ check })));
  }, 120_000);
});
