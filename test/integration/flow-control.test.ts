import { writeFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const GROUP = "/apis/flowcontrol.apiserver.k8s.io/v1";

let server: TestServer;
let ca: Buffer;
const agents: Agent[] = [];
beforeAll(async () => {
  const tokenAuthFile = path.join(await temporaryFolder(), "tokens.csv");
  await writeFile(tokenAuthFile, 'greedy,greedy,1,"crowd"\nquiet,quiet,2,"crowd"\n');
  server = await startTestServer({ authentication: { tokenAuthFile }, flowControl: { reading: 2, writing: 2 } });
  ({ ca } = await credentialsIn(server.kubeconfigPath));
  const binding = {
    metadata: { name: "crowd" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "crowd" }],
  };
  await created("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding);
  await created(`${GROUP}/prioritylevelconfigurations`, {
    metadata: { name: "crowd" },
    spec: {
      type: "Limited",
      limited: {
        nominalConcurrencyShares: 100,
        limitResponse: { type: "Queue", queuing: { queues: 64, handSize: 2, queueLengthLimit: 2 } },
      },
    },
  });
  await created(`${GROUP}/flowschemas`, {
    metadata: { name: "crowd" },
    spec: {
      priorityLevelConfiguration: { name: "crowd" },
      matchingPrecedence: 1000,
      distinguisherMethod: { type: "ByUser" },
      rules: [
        {
          subjects: [{ kind: "Group", group: { name: "crowd" } }],
          resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
        },
      ],
    },
  });
});
afterAll(async () => {
  for (const agent of agents) agent.destroy();
  await server.close();
});

async function created(target: string, body: object): Promise<void> {
  expect((await server.send("POST", target, body)).status).toBe(201);
}

/** Sends a request with a token, each client on its own connection. */
function clientOf(token: string) {
  const agent = new Agent({ ca, keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return (method: string, target: string, body?: object) =>
    new Promise<{ status: number; retryAfter: string | undefined; text: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const sent = request(`${server.url}${target}`, { method, agent, headers }, async (response) => {
        let text = "";
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"], text });
      });
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

it("a greedy user is told to come again, while a quiet one is served", async () => {
  await created(CONFIG_MAPS, { metadata: { name: "one" } });
  const data = { text: "x".repeat(20_000) };
  let going = true;
  const answers: { status: number; retryAfter: string | undefined; text: string }[] = [];
  const greedy = Array.from({ length: 16 }, async (_, client) => {
    const send = clientOf("greedy");
    for (let i = 0; going; i++) {
      const answer = await send("POST", CONFIG_MAPS, { metadata: { name: `made-${client}-${i}` }, data });
      answers.push(answer);
      if (answer.status === 429) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
  const quiet = clientOf("quiet");
  const statuses: number[] = [];
  while (statuses.length < 20 || !answers.some(({ status }) => status === 429)) {
    statuses.push((await quiet("GET", `${CONFIG_MAPS}/one`)).status);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  going = false;
  await Promise.all(greedy);
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 429]));
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.retryAfter)).toBeGreaterThanOrEqual(1);
  expect(refused?.text).toBe("Too many requests, please try again later.\n");
  // what keeps the server alive is not held up by anybody
  expect((await server.send("GET", "/readyz")).status).toBe(200);
}, 60_000);

it("tables show flow schemas in the order in which they are asked", async () => {
  const as = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
  const { columnDefinitions, rows } = (await server.send("GET", `${GROUP}/flowschemas`, undefined, as)).body;
  expect(columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
    "Name",
    "PriorityLevel",
    "MatchingPrecedence",
    "DistinguisherMethod",
    "Age",
    "MissingPL",
  ]);
  const cells = rows.map(({ cells }: { cells: unknown[] }) => cells.slice(0, 4));
  expect(cells.slice(0, 3)).toEqual([
    ["exempt", "exempt", 1, "<none>"],
    ["probes", "exempt", 2, "<none>"],
    ["system-leader-election", "leader-election", 100, "ByUser"],
  ]);
  expect(cells.at(-1)).toEqual(["catch-all", "catch-all", 10_000, "ByUser"]);
  const levels = (await server.send("GET", `${GROUP}/prioritylevelconfigurations/crowd`, undefined, as)).body;
  expect(levels.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
    "Name",
    "Type",
    "NominalConcurrencyShares",
    "Queues",
    "HandSize",
    "QueueLengthLimit",
    "Age",
  ]);
  expect(levels.rows[0].cells.slice(0, 6)).toEqual(["crowd", "Limited", 100, 64, 2, 2]);
});
