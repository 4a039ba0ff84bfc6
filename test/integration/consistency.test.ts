import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Connection, prepare } from "../consistency/clients.ts";
import { play } from "../consistency/play.ts";
import { type Program, startProgram } from "../tools/program.ts";
import { freshEtcd, temporaryFolder, testStorage } from "../tools/server.ts";

/** In etcd two servers share the store. */
const SERVERS = testStorage === "embedded" ? 1 : 2;

const folders: string[] = [];
const programs: Program[] = [];
let connections: Connection[];

beforeAll(async () => {
  const etcd = freshEtcd();
  for (let n = 0; n < SERVERS; n++) {
    const dataDir = await temporaryFolder();
    folders.push(dataDir);
    programs.push(startProgram({ dataDir, etcd }));
  }
  // two connections to each server
  const served = await Promise.all(programs.map(({ ready }) => ready));
  connections = await Promise.all([...served, ...served].map((server) => Connection.open(server)));
  await prepare(connections[0]!);
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await Promise.all(programs.map((program) => program.kill()));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

describe(`many clients of ${SERVERS} server${SERVERS > 1 ? "s on one store" : ""}`, () => {
  it.each([1, 2, 3])("see one history, and watches tell it whole (round %i)", async (round) => {
    const { violations, outcomes } = await play({ connections, name: `round-${round}`, clients: 16, operations: 100, random: Math.random });
    expect(violations).toEqual([]);
    // the clients did stand in one another's way
    expect(outcomes.write).toBeGreaterThan(100);
    expect(outcomes.refuse).toBeGreaterThan(20);
    expect(outcomes.read).toBeGreaterThan(200);
    expect(outcomes.perhaps).toBe(0);
  });
});
