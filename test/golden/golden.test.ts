import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../tools/server.ts";
import { etcdWithoutFirstRevisions } from "./compacted-etcd.ts";
import { EXPECTED_DIFFERENCES, type Expected, SOMETIMES } from "./expected-differences.ts";
import { hasRecordings, type Played, Player, scenariosOf } from "./replay.ts";

/** What of a real kube-apiserver was recorded and has to be answered alike. */
const TOPICS = [
  "list-watch",
  "metadata",
  "patch",
  "apply",
  "errors",
  "kinds",
  "discovery",
  "tables",
  "encodings",
  "datum",
  "controllers/gc",
  "controllers/namespace",
];

/** Milliseconds. Many recorded steps wait for something that is not there yet, some for the ends of watches. */
const PATIENCE = 600_000;

/** Steps that differ and may not, and steps that may and do not. */
function surprises({ scenario, failed }: Played): string[] {
  const expected: Expected = EXPECTED_DIFFERENCES[scenario] ?? {};
  if (typeof expected === "string") return failed.length === 0 ? [`passes now, take it off the list: ${scenario}`] : [];
  const listed = Object.values(expected).flat();
  const certain = Object.entries(expected).flatMap(([reason, steps]) => (SOMETIMES.has(reason) ? [] : steps));
  return [
    ...failed.filter((step) => !listed.includes(step)).map((step) => `differs: ${scenario}: ${step}`),
    ...certain.filter((step) => !failed.includes(step)).map((step) => `passes now, take it off the list: ${scenario}: ${step}`),
  ];
}

describe.skipIf(!hasRecordings)("the recordings (they lie beside the repository, in shared/golden, and not in it)", () => {
  let server: TestServer;
  let player: Player;

  beforeAll(async () => {
    server = await startTestServer({ etcd: await etcdWithoutFirstRevisions() });
    player = await Player.open(server.kubeconfigPath);
  });
  afterAll(async () => {
    await player.close();
    await server.close();
  });

  it.concurrent.each(TOPICS)(
    "of %s are answered as kube-apiserver answers, but for the listed steps",
    async (topic) => {
      const scenarios = await scenariosOf(topic);
      expect(scenarios.length).toBeGreaterThan(0);
      const played = await Promise.all(scenarios.map((scenario) => player.play(scenario)));
      const wrong = played.filter((one) => surprises(one).length > 0);
      expect(wrong.flatMap((one) => [...surprises(one), one.report]).join("\n")).toBe("");
    },
    PATIENCE,
  );

  it("are all there that the list names", async () => {
    const there = await Promise.all(TOPICS.map(scenariosOf));
    expect(Object.keys(EXPECTED_DIFFERENCES).filter((scenario) => !there.flat().includes(scenario))).toEqual([]);
  });
});
