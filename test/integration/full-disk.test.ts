import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { type Program, startProgram } from "../tools/program.ts";
import { Requester, temporaryFolder, testStorage } from "../tools/server.ts";
import { canMakeSmallDisk, makeSmallDisk, type SmallDisk } from "../tools/small-disk.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

/** Megabytes: what the server needs by itself, and a few dozen objects. */
const SIZE = 12;

// needs Linux, and a system that lets processes have file systems of their own
describe.runIf(testStorage === "embedded" && (await canMakeSmallDisk()))("a disk that is full", () => {
  let dataDir: string;
  let disk: SmallDisk;
  let program: Program;
  let requester: Requester;

  const start = async () => {
    program = startProgram({ dataDir, etcd: undefined, wrapper: disk.wrapper });
    const { url, kubeconfigPath } = await program.ready;
    requester = await Requester.open(url, kubeconfigPath);
  };

  beforeAll(async () => {
    dataDir = await temporaryFolder();
    await mkdir(path.join(dataDir, "store"), { mode: 0o700 });
    disk = await makeSmallDisk(path.join(dataDir, "store"), SIZE);
    await start();
  });
  afterAll(async () => {
    requester.close();
    await program.kill();
    await disk.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  const stored: string[] = [];
  let count = 0;
  const write = async (bytes: number) => {
    const name = `one-${count++}`;
    const answer = await requester.send("POST", CONFIG_MAPS, { metadata: { name }, data: { a: "x".repeat(bytes) } });
    if (answer.status === 201) stored.push(name);
    return answer;
  };
  /** Until not even a small object has room. */
  const fill = async () => {
    for (const bytes of [300_000, 10_000, 10]) {
      let answer = await write(bytes);
      for (let n = 0; n < 200 && answer.status === 201; n++) answer = await write(bytes);
      if (bytes === 10) return answer;
    }
    throw new Error("unreachable");
  };
  const names = async () => {
    const { status, body } = await requester.send("GET", CONFIG_MAPS);
    expect(status).toBe(200);
    return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).sort();
  };

  it("refuses writes and says why, is not ready, and goes on reading", async () => {
    const { status, body } = await fill();
    expect(status).toBe(500);
    expect(body.message).toBe("the store could not write: no space left on device");
    expect(stored.length).toBeGreaterThan(5);
    const ready = await requester.send("GET", "/readyz?verbose");
    expect(ready.status).toBe(500);
    expect(ready.text).toMatch(/^\[-\]embedded failed: reason withheld$/m);
    expect((await requester.send("GET", "/livez")).status).toBe(200);
    expect(await names()).toEqual([...stored].sort());
  });

  it("has lost nothing after the server was killed, and a server starts on it", async () => {
    await program.kill();
    requester.close();
    await start();
    expect(await names()).toEqual([...stored].sort());
    expect((await fill()).status).toBe(500);
  });

  it("takes writes again when there is room, without those that it refused", async () => {
    await disk.run(`mount -o remount,size=${2 * SIZE}m '${path.join(dataDir, "store")}'`);
    await eventually(async () => expect((await requester.send("GET", "/readyz")).status).toBe(200));
    expect((await write(300_000)).status).toBe(201);
    expect(await names()).toEqual([...stored].sort());
  });
});
