import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Program, runProgram, startProgram } from "../tools/program.ts";
import { Requester, temporaryFolder, testStorage } from "../tools/server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const SECRETS = "/api/v1/namespaces/default/secrets";

describe.runIf(testStorage === "embedded")("a store in which a bit has changed", () => {
  let dataDir: string;
  let program: Program;
  let requester: Requester;

  const start = async () => {
    program = startProgram({ dataDir, etcd: undefined });
    const { url, kubeconfigPath } = await program.ready;
    requester = await Requester.open(url, kubeconfigPath);
  };
  beforeAll(async () => {
    dataDir = await temporaryFolder();
    await start();
  });
  afterAll(async () => {
    requester.close();
    await program.kill();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("answers what is damaged with 500 and the cause, serves the rest, and is not ready", async () => {
    for (const name of ["one", "two"])
      expect((await requester.send("POST", CONFIG_MAPS, { metadata: { name }, data: { a: `what ${name} says` } })).status).toBe(201);
    expect((await requester.send("POST", SECRETS, { metadata: { name: "other" } })).status).toBe(201);
    await program.kill();
    requester.close();
    const file = path.join(dataDir, "store", "data.mdb");
    const bytes = await readFile(file);
    // earlier states of the page may be there too
    for (let at = bytes.indexOf("what two says"); at !== -1; at = bytes.indexOf("what two says", at + 1)) bytes[at]! ^= 1;
    await writeFile(file, bytes);
    await start();
    const message = /^the store is damaged: the value of core\/configmaps\/root\/default\/two, revision \d+, is not what was written$/;
    for (const [method, address] of [
      ["GET", `${CONFIG_MAPS}/two`],
      ["GET", CONFIG_MAPS],
      ["DELETE", `${CONFIG_MAPS}/two`],
    ] as const) {
      const { status, body } = await requester.send(method, address);
      expect(status).toBe(500);
      expect(body.message).toMatch(message);
    }
    const ready = await requester.send("GET", "/readyz?verbose");
    expect(ready.status).toBe(500);
    expect(ready.text).toMatch(/^\[-\]embedded failed: reason withheld$/m);
    expect((await requester.send("GET", "/livez")).status).toBe(200);
    expect((await requester.send("GET", `${SECRETS}/other`)).status).toBe(200);
    expect((await requester.send("POST", SECRETS, { metadata: { name: "another" } })).status).toBe(201);
  });

  it("is told by `check`, and not backed up", async () => {
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram([...args, "--data-dir", dataDir]).ended;
      return `${code}: ${stdout}${stderr}`;
    };
    expect(await run("check")).toMatch(/^1: datum-apiserver: .*store is damaged:\n {2}revision \d+ is not what was written$/m);
    expect(await run("backup", path.join(dataDir, "backup"))).toMatch(/^1: .*backup is damaged: revision \d+ is not what was written$/m);
  });

  it("is refused at the start where it cannot be used, in one line", async () => {
    await program.kill();
    const file = path.join(dataDir, "store", "data.mdb");
    const bytes = await readFile(file);
    // what pages are
    const page = bytes.readUInt32LE(48);
    for (let at = 18; at < bytes.length; at += page) bytes[at]! ^= 2;
    await writeFile(file, bytes);
    program = startProgram({ dataDir, etcd: undefined });
    await expect(program.ready).rejects.toThrow(/store is damaged or holds something else: data\.mdb does not start as a store\n$/);
    for (const at of [18, page + 18]) bytes[at]! ^= 2;
    await writeFile(file, bytes);
    program = startProgram({ dataDir, etcd: undefined });
    await expect(program.ready).rejects.toThrow(/store is damaged: page \d+ \(main\) is of another kind\n$/);
  });
});
