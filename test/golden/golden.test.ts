import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer } from "../tools/server.ts";
import { etcdWithoutFirstRevisions } from "./compacted-etcd.ts";
import { Connection } from "./connection.ts";
import { EXPECTED_DIFFERENCES, type Expected, SOMETIMES } from "./expected-differences.ts";
import { play, report } from "./play.ts";
import { readScenario, scenariosOf } from "./scenario.ts";

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
  "crd",
  "validation",
  "controllers/gc",
  "controllers/namespace",
  "controllers/cluster-role",
  "controllers/service-account",
  "controllers/quota",
  "access/bootstrap",
  "access/certificate",
  "access/forbidden",
  "access/rbac",
  "access/local",
  "access/subject",
  "access/self-subject-rules",
  "access/service-account",
  "access/token",
  "access/without-credentials",
  "access/self-subject-review",
];

/** Milliseconds. Some scenarios sleep, as the recorded server was waited for. */
const PATIENCE = 300_000;

/** Scenarios played at once: those that take long do little but wait. */
const AT_ONCE = 16;

describe("the recordings", () => {
  let server: TestServer;
  let connection: Connection;

  beforeAll(async () => {
    server = await startTestServer({ etcd: await etcdWithoutFirstRevisions() });
    connection = new Connection(server.url, await credentialsIn(server.kubeconfigPath));
  });
  afterAll(async () => {
    connection.close();
    await server.close();
  });

  const inTurn = limited(AT_ONCE);

  it.concurrent.each(TOPICS)(
    "of %s are answered as kube-apiserver answers, but for the listed steps",
    async (topic) => {
      const scenarios = await scenariosOf(topic);
      expect(scenarios.length).toBeGreaterThan(0);
      const wrong = await Promise.all(scenarios.map((name) => inTurn(() => surprises(name, connection))));
      expect(wrong.flat().join("\n")).toBe("");
    },
    PATIENCE,
  );

  it("are all there that the list names", async () => {
    const there = await Promise.all(TOPICS.map(scenariosOf));
    expect(Object.keys(EXPECTED_DIFFERENCES).filter((name) => !there.flat().includes(name))).toEqual([]);
  });
});

/** Steps that differ and may not, and steps that may and do not. */
async function surprises(name: string, connection: Connection): Promise<string[]> {
  const expected: Expected = EXPECTED_DIFFERENCES[name] ?? {};
  const whole = typeof expected === "string";
  const listed = whole ? [] : Object.values(expected).flat();
  const certain = whole ? [] : Object.entries(expected).flatMap(([reason, steps]) => (SOMETIMES.has(reason) ? [] : steps));
  const failures = await play(await readScenario(name), connection, (step) => whole || certain.includes(step));
  const failed = failures.map(({ step }) => step);
  const wrong = whole
    ? failed.length === 0
      ? [`passes now, take it off the list: ${name}`]
      : []
    : [
        ...failed.filter((step) => !listed.includes(step)).map((step) => `differs: ${name}: ${step}`),
        ...certain.filter((step) => !failed.includes(step)).map((step) => `passes now, take it off the list: ${name}: ${step}`),
      ];
  return wrong.length === 0 ? [] : [...wrong, report(name, failures)];
}

/** Runs what it is given, a few at a time. */
function limited(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (run) => {
    if (running === most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
