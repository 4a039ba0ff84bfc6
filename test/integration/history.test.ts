import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EtcdFlags } from "../../cmd/flags.ts";
import {
  type Answer,
  EMPTY_NAMESPACES,
  freshEtcd,
  openTestStorage,
  startTestServer,
  type TestServer,
  temporaryFolder,
  testStorage,
} from "../tools/server.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

let dataDir: string;
let etcd: EtcdFlags | undefined;
let server: TestServer;

const start = async () => {
  server = await startTestServer({ dataDir, etcd, controllers: EMPTY_NAMESPACES });
};
/** Stops the server, forgets all that was before now, and starts it again. */
const restartWithoutHistory = async () => {
  await server.close();
  await compact();
  await start();
};
const compact = async () => {
  const storage = await openTestStorage(dataDir, etcd);
  await storage.compact(await storage.currentRevision());
  await storage.close();
};

beforeEach(async () => {
  dataDir = await temporaryFolder();
  etcd = freshEtcd();
  await start();
});
afterEach(async () => {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
});

const create = async (...names: string[]) => {
  let revision = "";
  for (const name of names) revision = (await server.send("POST", MAPS, { metadata: { name } })).body.metadata.resourceVersion;
  return revision;
};
const list = async (query: string) => (await server.send("GET", `${MAPS}?${query}`)).body;
// biome-ignore lint/suspicious/noExplicitAny: lists are read from JSON
const names = (page: any): string[] => page.items.map((item: any) => item.metadata.name);
const eventsIn = ({ text }: Answer) =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
/** All that a watch tells within a second. */
const watch = async (query: string) => eventsIn(await server.send("GET", `${MAPS}?watch=1&timeoutSeconds=1&${query}`));
const told = async (query: string) => (await watch(query)).map(({ type, object }) => `${type} ${object.metadata.name}`);

describe("history", () => {
  it("outlasts a restart: pages go on where they were, watches begin where they ended", async () => {
    const before = await create("a", "b", "c");
    const { continue: token, resourceVersion } = (await list("limit=1")).metadata;
    await create("ba");
    await server.send("DELETE", `${MAPS}/c`);
    await server.close();
    await start();
    const page = await list(`limit=1&continue=${token}`);
    expect([names(page), page.metadata.resourceVersion, page.metadata.remainingItemCount]).toEqual([["b"], resourceVersion, 1]);
    expect(names(await list(`continue=${page.metadata.continue}`))).toEqual(["c"]);
    expect(names(await list(`labelSelector=!x&continue=${token}`))).toEqual(["b", "c"]);
    expect(names(await list(`resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`))).toEqual(["a", "b", "c"]);
    expect(await told(`resourceVersion=${before}`)).toEqual(["ADDED ba", "DELETED c"]);
    expect(await told(`resourceVersion=${before}&fieldSelector=metadata.name%3Dc`)).toEqual(["DELETED c"]);
  });

  it("ends: then a token is answered with one that goes on inconsistently, and a watch with an ERROR event", async () => {
    const before = await create("a", "b", "c");
    const { continue: token } = (await list("limit=1")).metadata;
    await create("ba");
    await restartWithoutHistory();
    // twice: when nobody has asked for the collection yet, and when it is loaded
    for (const _ of ["cold", "loaded"]) {
      const [error, ...more] = await watch(`resourceVersion=${before}`);
      expect(more).toEqual([]);
      expect(error).toMatchObject({
        type: "ERROR",
        object: { kind: "Status", status: "Failure", reason: "Expired", code: 410, metadata: {} },
      });
      expect(error.object.message).toMatch(new RegExp(`^too old resource version: ${before} \\([0-9]+\\)$`));
    }
    const refused = await list(`limit=1&continue=${token}`);
    expect(refused).toMatchObject({ code: 410, reason: "Expired", metadata: { continue: expect.any(String) } });
    const page = await list(`limit=1&continue=${refused.metadata.continue}`);
    expect(names(page)).toEqual(["b"]);
    expect(names(await list(`continue=${page.metadata.continue}`))).toEqual(["ba", "c"]);
    for (const query of [`resourceVersion=${before}&limit=1`, `resourceVersion=${before}&resourceVersionMatch=Exact`]) {
      expect(await list(query)).toMatchObject({
        code: 410,
        message: "The resourceVersion for the provided list is too old.",
        metadata: {},
      });
    }
    expect(names(await list(`resourceVersion=${before}`))).toEqual(["a", "b", "ba", "c"]);
    expect(await told(`resourceVersion=${page.metadata.resourceVersion}`)).toEqual([]);
  });

  it("that etcd forgets under a server is missed by nobody who has caught up, and what the server remembers is still told", async () => {
    const before = await create("a", "b");
    await list("");
    const { continue: token } = (await list("limit=1")).metadata;
    const watching = server.send("GET", `${MAPS}?watch=1&timeoutSeconds=2&resourceVersion=${before}`);
    await create("c");
    // an embedded store has one process: there the server itself forgets
    if (testStorage === "etcd") await compact();
    await create("d");
    expect(await told(`resourceVersion=${before}`)).toEqual(["ADDED c", "ADDED d"]);
    expect(names(await list(`continue=${token}`))).toEqual(["b"]);
    expect(eventsIn(await watching).map(({ type, object }) => `${type} ${object.metadata.name}`)).toEqual(["ADDED c", "ADDED d"]);
  });
});
