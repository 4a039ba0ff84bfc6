import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Connection, mark, prepare, readAll, Watcher } from "../consistency/clients.ts";
import { isLinearizable } from "../consistency/linearizability.ts";
import { traffic } from "../consistency/traffic.ts";
import { differing, disorder, impossible, unfaithful, unreliable } from "../consistency/watches.ts";
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
    const [first] = connections as [Connection];
    const start = await readAll(first);
    const early = connections.map((connection) => ({ connection, watcher: new Watcher(start.revision) }));
    const running = early.map(({ connection, watcher }) => watcher.run(connection));
    const keys = Array.from({ length: 5 }, (_, index) => `round-${round}-${index}`);
    const { operations, attempts } = await traffic({ connections, clients: 16, keys, operations: 100, random: Math.random });
    // whoever resumes in the middle is told the rest
    const middle = early[0]!.watcher.events[Math.floor(early[0]!.watcher.events.length / 2)]!.revision;
    const late = connections.map((connection) => ({ connection, watcher: new Watcher(middle) }));
    running.push(...late.map(({ connection, watcher }) => watcher.run(connection)));
    const name = `mark-${round}`;
    const end = await readAll(first);
    const marked = await mark(first, name);
    for (const { watcher } of [...early, ...late]) watcher.until(marked);
    await Promise.all(running);

    for (const key of keys) expect([key, isLinearizable(operations.get(key)!)]).toEqual([key, true]);
    const reference = early[0]!.watcher.events;
    const last = { key: name, type: "ADDED", value: name, outcome: "acknowledged", revision: marked } as const;
    expect([
      ...disorder(reference),
      ...impossible(start.state, reference),
      ...unfaithful([...attempts, last], reference),
      ...differing(start.state, reference.slice(0, -1), end.state),
    ]).toEqual([]);
    for (const { watcher } of [...early, ...late]) {
      expect([...watcher.errors, ...unreliable(watcher, reference)]).toEqual([]);
      expect(watcher.events.at(-1)?.revision).toBe(marked);
    }
    // the clients did stand in one another's way
    const count = (did: string) => [...operations.values()].flat().filter(({ effect }) => effect.did === did).length;
    expect(count("write")).toBeGreaterThan(100);
    expect(count("refuse")).toBeGreaterThan(20);
    expect(count("read")).toBeGreaterThan(200);
  });
});
