import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EtcdFlags } from "../../cmd/flags.ts";
import { type Etcd, startEtcd } from "../tools/etcd.ts";
import { restrictAccess } from "../tools/etcd-access.ts";
import { eventually } from "../tools/eventually.ts";
import { runProgram, startProgram } from "../tools/program.ts";
import { Requester, startTestServer, type TestServer, temporaryFolder, testStorage } from "../tools/server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, bytes = 1) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { text: "x".repeat(bytes) },
});
const timeout = (message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: `Timeout: ${message}`,
  reason: "Timeout",
  code: 504,
});

const flags = (etcd: Etcd, more: Partial<EtcdFlags> = {}): EtcdFlags => ({
  servers: etcd.endpoints,
  prefix: "/datum",
  ...{ caFile: undefined, certFile: undefined, keyFile: undefined, credentialsFile: undefined },
  ...more,
});

describe.runIf(testStorage === "etcd")("a server on etcd", () => {
  let etcd: Etcd;
  let server: TestServer;
  beforeAll(async () => {
    etcd = await startEtcd();
    server = await startTestServer({ etcd: flags(etcd) });
    await eventually(async () => expect((await server.send("GET", "/api/v1/namespaces/default")).status).toBe(200));
  });
  afterAll(async () => {
    etcd?.resume();
    await server?.close();
    await etcd?.stop();
  });

  it("answers 504 while etcd stands still, says which part is down, and stores nothing twice", async () => {
    expect((await server.send("POST", CONFIG_MAPS, configMap("before"))).status).toBe(201);
    etcd.pause();
    try {
      const began = performance.now();
      const answers = Promise.all([
        server.send("GET", `${CONFIG_MAPS}/before`),
        server.send("GET", CONFIG_MAPS),
        server.send("POST", CONFIG_MAPS, configMap("during")),
        server.send("PUT", `${CONFIG_MAPS}/before`, configMap("before", 2)),
        server.send("DELETE", `${CONFIG_MAPS}/before`),
        server.send("POST", `${CONFIG_MAPS}?timeout=1s`, configMap("briefly")),
      ]);
      const ready = await server.send("GET", "/readyz");
      expect(ready.status).toBe(500);
      expect(ready.text).toBe(
        "[+]ping ok\n[-]etcd failed: reason withheld\n[-]etcd-readiness failed: reason withheld\n" +
          "[-]watch-cache failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n",
      );
      expect((await server.send("GET", "/livez")).text).toBe("[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed\n");
      expect((await server.send("GET", "/livez?exclude=etcd")).text).toBe("ok");
      expect((await server.send("GET", "/readyz/etcd")).text).toMatch(/^internal server error: etcd: Deadline exceeded after /);
      const metrics = await server.send("GET", "/metrics");
      expect(metrics.text).toContain(`datum_etcd_member_healthy{endpoint="${etcd.endpoints[0]}"} 0`);

      const allotted = timeout("request did not complete within the allotted timeout");
      const unknown = timeout("request did not complete within requested timeout - context deadline exceeded");
      const bodies = (await answers).map(({ status, body }) => [status, body]);
      expect(bodies).toEqual([allotted, allotted, unknown, unknown, unknown, allotted].map((body) => [504, body]));
      expect(performance.now() - began).toBeLessThan(20_000);
    } finally {
      etcd.resume();
    }
    await eventually(async () => expect((await server.send("GET", "/readyz")).status).toBe(200));
    // each was stored once at most, and what came first counted
    const { body } = await server.send("GET", CONFIG_MAPS);
    const names: string[] = body.items.map((item: { metadata: { name: string } }) => item.metadata.name);
    expect(names.filter((name) => !["before", "briefly", "during", "kube-root-ca.crt"].includes(name))).toEqual([]);
    expect((await server.send("POST", CONFIG_MAPS, configMap("after"))).status).toBe(201);
  });

  it("tells watchers all that happened, once, over a restart of etcd", async () => {
    const { body } = await server.send("GET", CONFIG_MAPS);
    const query = `watch=1&resourceVersion=${body.metadata.resourceVersion}&timeoutSeconds=12`;
    const watched = server.send("GET", `${CONFIG_MAPS}?${query}`);
    expect((await server.send("POST", CONFIG_MAPS, configMap("one"))).status).toBe(201);
    await etcd.halt("SIGKILL");
    await etcd.start();
    await eventually(async () => expect((await server.send("GET", "/readyz")).status).toBe(200));
    expect((await server.send("POST", CONFIG_MAPS, configMap("two"))).status).toBe(201);
    const events = (await watched).text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    // of the others, some writes that were not answered before may be told
    const told = events.map(({ type, object }) => `${type} ${object.metadata.name}`);
    expect(told.filter((event) => / (one|two)$/.test(event))).toEqual(["ADDED one", "ADDED two"]);
  });

  it("tells how large the database is", async () => {
    for (const name of ["large", "larger"]) expect((await server.send("POST", CONFIG_MAPS, configMap(name, 1_000_000))).status).toBe(201);
    // etcd writes to its file a moment after it has answered
    await eventually(async () => {
      const { text } = await server.send("GET", "/metrics");
      expect(Number(/^apiserver_storage_size_bytes\{storage_cluster_id="etcd-0"\} (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(1_000_000);
      expect(text).toContain(`datum_etcd_member_leader{endpoint="${etcd.endpoints[0]}"} 1\n`);
    });
  });
});

describe.runIf(testStorage === "etcd")("a server on an etcd that asks for a user", () => {
  let etcd: Etcd;
  let dataDir: string;
  let root: Etcd3;
  const file = () => path.join(dataDir, "etcd-user");
  beforeAll(async () => {
    dataDir = await temporaryFolder();
    etcd = await startEtcd({ args: ["--bcrypt-cost", "4"] });
    root = await restrictAccess(etcd, "pass:word", ["compact_rev_key"]);
  });
  afterAll(async () => {
    root?.close();
    await etcd?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it("gives the name and the password in the file, and is let compact", async () => {
    await writeFile(file(), "datum:pass:word\n");
    const args = ["--etcd-credentials-file", file(), "--etcd-compaction-interval", "1s", "-v", "4"];
    const program = startProgram({ dataDir, etcd: flags(etcd), args });
    try {
      const { url, kubeconfigPath } = await program.ready;
      const requester = await Requester.open(url, kubeconfigPath);
      await eventually(async () => expect((await requester.send("GET", "/api/v1/namespaces/default")).status).toBe(200));
      expect((await requester.send("POST", CONFIG_MAPS, configMap("one"))).status).toBe(201);
      await eventually(async () => {
        const { kvs } = await root.kv.range({ key: Buffer.from("compact_rev_key") });
        expect(Number(kvs[0]?.version)).toBeGreaterThan(2);
      });
      // what was written down is compacted a moment later
      await eventually(() => expect(root.kv.range({ key: Buffer.from("/datum/"), revision: "2" })).rejects.toThrow("compacted"));
      requester.close();
    } finally {
      await program.kill();
    }
    expect((await program.ended).stderr).not.toContain("could not be compacted");
  });

  it.each([
    ["", /etcd-user: not one line with name:password/],
    ["datum\n", /etcd-user: not one line with name:password/],
    ["datum:wrong\n", /cannot use etcd at .*: etcdserver: authentication failed, invalid user ID or password/],
  ])("does not start with %j in it", async (text, complaint) => {
    await writeFile(file(), text);
    const args = [
      "--data-dir",
      dataDir,
      "--secure-port",
      "0",
      "--etcd-servers",
      etcd.endpoints.join(","),
      "--etcd-credentials-file",
      file(),
    ];
    const { code, stderr } = await runProgram(args).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(complaint)]);
    expect(stderr).not.toContain("wrong");
  });

  it("takes no password in a URL, and does not repeat it", async () => {
    const { code, stderr } = await runProgram(["--etcd-servers", "http://datum:password@127.0.0.1:2379"]).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining("--etcd-credentials-file")]);
    expect(stderr).not.toContain("datum:password");
  });
});
