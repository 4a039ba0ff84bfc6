import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGo, withoutGo } from "../../tools/go.ts";
import { EMPTY_NAMESPACES, startTestServer, type TestServer } from "../../tools/server.ts";

const run = promisify(execFile);

const CHECKS = [
  "typed",
  "protobuf",
  "dynamic",
  "discovery",
  "informers",
  "leader election",
  "apply",
  "patches",
  "metadata",
  "events",
  "pages",
  "watches",
  "deletion",
  "custom resources",
  "retry on conflict",
];

const reason = await withoutGo("1.26");

describe.skipIf(reason !== undefined)(`programs written with client-go${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let server: TestServer;
  let program: string;
  beforeAll(async () => {
    [program, server] = await Promise.all([
      buildGo(fileURLToPath(new URL(".", import.meta.url))),
      startTestServer({ controllers: EMPTY_NAMESPACES }),
    ]);
  }, 600_000);
  afterAll(() => server.close());

  /** What the checks say. */
  const outcomes = async (checks: readonly string[], env: Record<string, string> = {}, at = server): Promise<unknown[]> => {
    const { stdout } = await run(program, [at.kubeconfigPath, ...checks], { env: { ...process.env, ...env } });
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  };

  it("work unchanged", async () => {
    expect(await outcomes(CHECKS)).toEqual(CHECKS.map((check) => ({ check })));
  }, 120_000);

  it("follow objects by lists, where they were told not to stream them", async () => {
    expect(await outcomes(["informers", "metadata"], { KUBE_FEATURE_WatchListClient: "false" })).toEqual([
      { check: "informers" },
      { check: "metadata" },
    ]);
  }, 60_000);

  describe("that prefer CBOR", () => {
    const env = { KUBE_FEATURE_ClientsAllowCBOR: "true", KUBE_FEATURE_ClientsPreferCBOR: "true" };

    it("go on with JSON", async () => {
      expect(await outcomes(["cbor"], env)).toEqual([{ check: "cbor" }]);
    }, 60_000);

    it("speak it with a server that does", async () => {
      const speaker = await startTestServer({ controllers: EMPTY_NAMESPACES, featureGates: { CBORServingAndStorage: true } });
      // client-go's client of scales asks for CBOR, but cannot read it
      const checks = ["cbor", ...CHECKS.filter((check) => check !== "custom resources")];
      try {
        expect(await outcomes(checks, env, speaker)).toEqual(checks.map((check) => ({ check })));
      } finally {
        await speaker.close();
      }
    }, 120_000);
  });
});
