import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COLLECTION, Connection, prepare } from "../consistency/clients.ts";
import { eventually } from "../tools/eventually.ts";
import { type Program, startProgram } from "../tools/program.ts";
import { freshEtcd, temporaryFolder, testStorage } from "../tools/server.ts";

/** In etcd two servers share the store; an embedded store has one, and what is written is read from it. */
const SERVERS = testStorage === "embedded" ? 1 : 2;
const CLIENTS = 8;
const ROUNDS = 60;

const folders: string[] = [];
const programs: Program[] = [];
let here: Connection;
let there: Connection;

beforeAll(async () => {
  const etcd = freshEtcd();
  for (let n = 0; n < SERVERS; n++) {
    const dataDir = await temporaryFolder();
    folders.push(dataDir);
    programs.push(startProgram({ dataDir, etcd }));
  }
  const served = await Promise.all(programs.map(({ ready }) => ready));
  here = await Connection.open(served[0]!);
  there = await Connection.open(served.at(-1)!);
  await prepare(here);
});
afterAll(async () => {
  here.close();
  there.close();
  await Promise.all(programs.map((program) => program.kill()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** The state of an object as a read shows it: its revision, or `none`. */
type State = string;

const none = (status: number) => (status === 404 ? "none" : `status ${status}`);

async function byName(name: string, query = ""): Promise<State> {
  const { status, body } = await there.send("GET", `${COLLECTION}/${name}?${query}`);
  return status === 200 ? body.metadata.resourceVersion : none(status);
}

/** Reads a list to its end, the first page from one server and the others from another, and looks for an object in it. */
async function inList(name: string, query: string, first = there): Promise<State> {
  let from = first;
  let next = "";
  let state: State = "none";
  const revisions = new Set<string>();
  do {
    const { status, body } = await from.send("GET", `${COLLECTION}?${next === "" ? query : `limit=2&continue=${next}`}`);
    if (status !== 200) return none(status);
    for (const { metadata } of body.items) if (metadata.name === name) state = metadata.resourceVersion;
    revisions.add(body.metadata.resourceVersion);
    next = body.metadata.continue ?? "";
    from = there;
  } while (next !== "");
  return revisions.size === 1 ? state : `pages of ${[...revisions]}`;
}

/** Every way to read an object from the other server when the write that made revision `of` is acknowledged. */
const reads = (name: string, client: number, of: string): Record<string, () => Promise<State>> => ({
  GET: () => byName(name),
  "GET, not older": () => byName(name, `resourceVersion=${of}`),
  list: () => inList(name, ""),
  "list by label": () => inList(name, `labelSelector=client=${client}`),
  "list of one name": () => inList(name, `fieldSelector=metadata.name=${name}`),
  "list by field": () => inList(name, `fieldSelector=metadata.name!=other`),
  pages: () => inList(name, "limit=2"),
  "pages that began at the first server": () => inList(name, "limit=2", here),
  "pages of that revision": () => inList(name, `limit=2&resourceVersion=${of}`),
  "list, not older": () => inList(name, `resourceVersion=${of}&resourceVersionMatch=NotOlderThan`),
  "list, exact": () => inList(name, `resourceVersion=${of}&resourceVersionMatch=Exact`),
  "list, exact, by label": () => inList(name, `labelSelector=client=${client}&resourceVersion=${of}&resourceVersionMatch=Exact`),
});

describe(`what is acknowledged by ${SERVERS > 1 ? "one server of two" : "the server"}`, () => {
  it("is in every read that begins after that, at whichever server", { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    let read = 0;
    const client = async (client: number) => {
      const name = `object-${client}`;
      let state: State = "none";
      for (let round = 0; round < ROUNDS; round++) {
        const body = { metadata: { name, labels: { client: String(client) } }, data: { round: String(round) } };
        const path = `${COLLECTION}/${name}`;
        const step = round % 3;
        const answer = await (step === 0
          ? here.send("POST", COLLECTION, body)
          : step === 1
            ? here.send("PUT", path, body)
            : here.send("DELETE", path));
        if (answer.status >= 300) throw new Error(JSON.stringify(answer));
        // the answer to a deletion does not tell its revision: a list does
        const of: string =
          step === 2
            ? (await here.send("GET", `${COLLECTION}?limit=1`)).body.metadata.resourceVersion
            : answer.body.metadata.resourceVersion;
        state = step === 2 ? "none" : of;
        const seen = await Promise.all(Object.entries(reads(name, client, of)).map(async ([how, run]) => [how, await run()] as const));
        read += seen.length;
        for (const [how, found] of seen) if (found !== state) wrong.push(`${how}: ${found}, not ${state}`);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, id) => client(id)));
    expect(wrong).toEqual([]);
    expect(read).toBe(CLIENTS * ROUNDS * 12);
  });
});

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The kind Lamp of a group, whose spec has these properties. */
const lamps = (group: string, properties: object) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `lamps.${group}` },
  spec: {
    group,
    scope: "Namespaced",
    names: { plural: "lamps", kind: "Lamp" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties } } } },
      },
    ],
  },
});

const lamp = (group: string, name: string, size: unknown) => ({
  apiVersion: `${group}/v1`,
  kind: "Lamp",
  metadata: { name },
  spec: { size },
});

const isEstablished = ({ body }: { body: { status?: { conditions?: { type: string; status: string }[] } } }) =>
  body.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True") ?? false;

describe(`a definition that ${SERVERS > 1 ? "one server of two" : "the server"} took`, () => {
  it("is served by the other once it is told to be there, as it is now", { timeout: 120_000 }, async () => {
    const group = "seen.example.com";
    const objects = `/apis/${group}/v1/namespaces/history/lamps`;
    const definition = `${DEFINITIONS}/lamps.${group}`;
    const text = { size: { type: "string" } };

    await here.send("POST", DEFINITIONS, lamps(group, text));
    await eventually(async () => expect(isEstablished(await here.send("GET", definition))).toBe(true));
    expect((await there.send("POST", objects, lamp(group, "a", "1"))).status).toBe(201);
    expect((await there.send("GET", `/apis/${group}/v1`)).body.resources).toMatchObject([{ name: "lamps" }]);
    expect((await there.send("GET", `/openapi/v3/apis/${group}/v1`)).body.paths).toHaveProperty([
      objects.replace("history", "{namespace}"),
    ]);

    const { body: latest } = await here.send("GET", definition);
    const { spec } = lamps(group, { ...text, color: { type: "string", default: "white" } });
    expect((await here.send("PUT", definition, { ...latest, spec: { ...latest.spec, versions: spec.versions } })).status).toBe(200);
    await eventually(async () => expect((await there.send("GET", `${objects}/a`)).body.spec).toEqual({ size: "1", color: "white" }));

    await there.send("DELETE", definition);
    await eventually(async () => expect((await here.send("GET", definition)).status).toBe(404));
    await there.send("POST", DEFINITIONS, lamps(group, { size: { type: "integer" } }));
    await eventually(async () => expect(isEstablished(await there.send("GET", definition))).toBe(true));
    expect((await here.send("GET", objects)).body.items).toEqual([]);
    expect((await here.send("POST", objects, lamp(group, "a", "1"))).status).toBe(422);
    expect((await here.send("POST", objects, lamp(group, "a", 1))).status).toBe(201);
  });

  it("may come and go while objects are written to both, and no request fails", { timeout: 120_000 }, async () => {
    const group = "churn.example.com";
    const objects = `/apis/${group}/v1/namespaces/history/lamps`;
    const definition = `${DEFINITIONS}/lamps.${group}`;
    const answers = new Map<number, number>();
    const failures: string[] = [];
    // what is not served is no JSON
    const ask = async (connection: Connection, method: string, path: string, body?: object) => {
      const { status, text } = await connection.stream(method, path, body).done;
      answers.set(status, (answers.get(status) ?? 0) + 1);
      if (status === 0 || status >= 500) failures.push(`${method} ${path}: ${status} ${text}`);
    };
    let going = true;
    const write = async (client: number) => {
      for (let n = 0; going; n++) {
        const server = n % 2 === 0 ? here : there;
        const name = `lamp-${client}-${n % 3}`;
        await ask(server, "POST", objects, lamp(group, name, "1"));
        await ask(server, "GET", objects);
        await ask(server, "GET", `/openapi/v3/apis/${group}/v1`);
        await ask(server, "DELETE", n % 5 === 0 ? objects : `${objects}/${name}`);
      }
    };
    const writers = [0, 1, 2].map(write);
    for (let round = 0; round < 8; round++) {
      const [one, other] = round % 2 === 0 ? [here, there] : [there, here];
      await one.send(
        "POST",
        DEFINITIONS,
        lamps(group, round % 3 === 0 ? { size: { type: "string" }, on: { type: "boolean", default: true } } : { size: { type: "string" } }),
      );
      await eventually(async () => expect(isEstablished(await other.send("GET", definition))).toBe(true));
      await new Promise((resolve) => setTimeout(resolve, 150));
      await other.send("DELETE", definition);
      await eventually(async () => expect((await one.send("GET", definition)).status).toBe(404));
    }
    going = false;
    await Promise.all(writers);
    expect(failures).toEqual([]);
    expect([...answers.keys()]).toEqual(expect.arrayContaining([200, 201, 404]));
  });
});
