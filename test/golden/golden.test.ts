import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tools/server.ts";
import { EXPECTED_DIFFERENCES } from "./expected-differences.ts";
import { hasRecordings, type Played, play } from "./replay.ts";

/** What of a real kube-apiserver was recorded and has to be answered alike. */
const TOPICS = ["discovery", "tables", "errors", "metadata", "kinds", "patch", "list-watch"] as const;

/** Some recorded steps wait for time-outs of watches; all topics play at once. */
const PATIENCE = 600_000;

const differsMoreThanExpected = ({ scenario, failed }: Played) => failed.length > (EXPECTED_DIFFERENCES[scenario]?.steps ?? 0);

describe.skipIf(!hasRecordings)("the recordings (they lie beside the repository, not in it)", () => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it.concurrent.each(TOPICS)(
    "of %s are answered as kube-apiserver answers, but for the listed scenarios",
    async (topic) => {
      const played = await play(topic, server.kubeconfigPath);
      expect(played.length).toBeGreaterThan(0);
      const unexpected: Played[] = [];
      for (const { scenario } of played.filter(differsMoreThanExpected)) {
        // some steps give the server a few seconds, which seven topics at once can use up: what differs alone too differs
        unexpected.push(...(await play(scenario, server.kubeconfigPath)).filter(differsMoreThanExpected));
      }
      expect(unexpected.map(({ report }) => report).join("\n")).toBe("");
      const healed = played.filter(({ scenario, failed }) => failed.length === 0 && EXPECTED_DIFFERENCES[scenario] !== undefined);
      expect(
        healed.map(({ scenario }) => scenario),
        "scenarios that pass now: take them off the list",
      ).toEqual([]);
    },
    PATIENCE,
  );
});
