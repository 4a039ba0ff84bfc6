import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Etcd, startEtcdCluster } from "../tools/etcd.ts";
import { type Program, startProgram } from "../tools/program.ts";
import { temporaryFolder } from "../tools/server.ts";
import { Connection, prepare } from "./clients.ts";
import { play } from "./play.ts";

/** Servers that share the etcd. */
const SERVERS = 2;

/**
 * Two servers while their etcd goes away and comes back, in several ways: clients see one history, and watches tell it whole, once and in order.
 *
 * @param rounds of each way
 */
export function describeOutages(rounds: number): void {
  describe.each([
    { size: 1, named: "one etcd" },
    { size: 3, named: "an etcd of three members" },
  ])("two servers on $named", ({ size }) => {
    let members: Etcd[];
    const folders: string[] = [];
    const programs: Program[] = [];
    const connections: Connection[] = [];

    beforeAll(async () => {
      members = await startEtcdCluster(size);
      const etcd = {
        servers: members.flatMap(({ endpoints }) => endpoints),
        prefix: "/outages",
        ...{ caFile: undefined, certFile: undefined, keyFile: undefined, credentialsFile: undefined },
      };
      for (let n = 0; n < SERVERS; n++) {
        const dataDir = await temporaryFolder();
        folders.push(dataDir);
        programs.push(startProgram({ dataDir, etcd }));
      }
      for (const { ready } of programs) connections.push(await Connection.open(await ready));
      await prepare(connections[0] as Connection);
    }, 120_000);

    afterAll(async () => {
      for (const connection of connections) connection.close();
      await Promise.all(programs.map((program) => program.kill()));
      await Promise.all(members.map((member) => member.stop()));
      await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    });

    const faults: readonly (readonly [string, (member: Etcd) => Promise<void>])[] = [
      [
        "killed",
        async (member) => {
          await member.halt("SIGKILL");
          await sleep(500);
          await member.start();
        },
      ],
      [
        "restarted in good order",
        async (member) => {
          await member.halt();
          await member.start();
        },
      ],
      [
        "stopped for a while",
        async (member) => {
          member.pause();
          await sleep(2_000);
          member.resume();
        },
      ],
    ];

    for (const [what, fault] of faults) {
      it(
        `lose nothing when a member is ${what}`,
        async () => {
          for (let round = 0; round < rounds; round++) {
            const { violations, outcomes } = await play({
              connections,
              name: `${what.replaceAll(" ", "-")}-${round}`,
              clients: 8,
              operations: 150,
              random: Math.random,
              async disturb() {
                // whoever leads is among them
                for (const member of members) {
                  await sleep(300);
                  await fault(member);
                }
              },
            });
            expect(violations).toEqual([]);
            expect(outcomes.write).toBeGreaterThan(50);
            // writes were under way, and nobody knows what became of them
            if (what === "killed") expect(outcomes.perhaps).toBeGreaterThan(0);
          }
        },
        rounds * 120_000,
      );
    }
  });
}
