import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as http2 from "node:http2";
import * as https from "node:https";
import { connect, createServer, type Server } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { credentialsIn } from "../tools/credentials.ts";
import { type Program, runProgram, startProgram } from "../tools/program.ts";
import { freshEtcd, Requester, startTestServer, temporaryFolder, testStorage } from "../tools/server.ts";

let dataDir: string;
const programs: Program[] = [];
beforeEach(async () => {
  dataDir = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill()));
  await rm(dataDir, { recursive: true, force: true });
});

function start(etcd = freshEtcd(), ...args: string[]): Program {
  const program = startProgram({ dataDir, etcd, args });
  programs.push(program);
  return program;
}

function run(...args: string[]): Program {
  const program = runProgram(args);
  programs.push(program);
  return program;
}

/** What a program that refuses to start says, without its name. */
async function complaint(program: Program): Promise<string> {
  const { code, stdout, stderr } = await program.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^(datum-apiserver: [^\n]+\n)+$/);
  return stderr.replaceAll("datum-apiserver: ", "").trimEnd();
}

const configMap = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "b" } });
const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

describe("the program", () => {
  it("says where it is and how to use it, and serves", async () => {
    const program = start();
    const { url, kubeconfigPath } = await program.ready;
    expect(kubeconfigPath).toBe(path.join(dataDir, "admin.kubeconfig"));
    const requester = await Requester.open(url, kubeconfigPath);
    expect(await requester.send("GET", "/readyz")).toMatchObject({ status: 200, text: "ok" });
    expect((await requester.send("GET", "/api/v1/namespaces")).status).toBe(200);
    requester.close();
  });

  it("is ready before it says so: the first request after that is answered", async () => {
    const { url, kubeconfigPath } = await start().ready;
    const requester = await Requester.open(url, kubeconfigPath);
    expect((await requester.send("POST", CONFIG_MAPS, configMap("a"))).status).toBe(201);
    requester.close();
  });

  it("keeps what was stored over a restart, with its revision and the credentials", async () => {
    const etcd = freshEtcd();
    const first = start(etcd);
    const before = await first.ready;
    let requester = await Requester.open(before.url, before.kubeconfigPath);
    const created = await requester.send("POST", CONFIG_MAPS, configMap("kept"));
    expect(created.status).toBe(201);
    first.child.kill("SIGTERM");
    expect((await first.ended).code).toBe(0);
    requester.close();

    const after = await start(etcd).ready;
    requester = await Requester.open(after.url, after.kubeconfigPath);
    expect((await requester.send("GET", `${CONFIG_MAPS}/kept`)).body).toEqual(created.body);
    requester.close();
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends at %s within two seconds with status 0, and its watches cleanly", async (signal) => {
    const program = start();
    const { url, kubeconfigPath } = await program.ready;
    const tls = await credentialsIn(kubeconfigPath);
    const target = `${CONFIG_MAPS}?watch=1`;
    const session = http2.connect(url, tls);
    const modern = session.request({ ":path": target });
    const old = https.get(`${url}${target}`, { ...tls, agent: false });
    const [[head], [response]] = await Promise.all([once(modern, "response"), once(old, "response")]);
    expect([head[":status"], response.statusCode]).toEqual([200, 200]);
    const ends = Promise.all([once(modern.resume(), "end"), once(response.resume(), "end")]);

    const begun = Date.now();
    program.child.kill(signal);
    expect((await program.ended).code).toBe(0);
    expect(Date.now() - begun).toBeLessThan(2_000);
    await ends;
    expect(response.complete).toBe(true);
    session.destroy();
  });

  it("ends at once at the second signal", async () => {
    const program = start();
    const { url } = await program.ready;
    // A connection that says nothing keeps the program from ending in good order for a while.
    const silent = connect(Number(new URL(url).port), "127.0.0.1");
    silent.on("error", () => {});
    await once(silent, "connect");
    program.child.kill("SIGTERM");
    await expect.poll(() => canConnect(url)).toBe(false);
    // Two signals in a moment are one, heard twice.
    program.child.kill("SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(program.child.exitCode).toBe(null);
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(143);
  });

  it("tells its flags and its version", async () => {
    const help = await run("--help").ended;
    expect(help).toMatchObject({ code: 0, stderr: "" });
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const flags = [...help.stdout.matchAll(/--[a-z-]+/g)].map(([flag]) => flag);
    expect(flags).toContain("--etcd-servers");
    for (const flag of new Set(flags)) expect(readme).toContain(flag);
    const { version } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await run("--version").ended).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

// Nothing of this depends on where things are stored.
describe.runIf(testStorage === "embedded")("the command line refuses, in one line for each mistake,", () => {
  it.each([
    [["--secure-prot", "1"], "unknown option '--secure-prot' (Did you mean --secure-port?)"],
    [["serve"], "too many arguments. Expected 0 arguments but got 1."],
    [["--secure-port"], "option '--secure-port <port>' argument missing"],
    [["--secure-port", "65536"], '--secure-port: "65536" is not a number from 0 to 65535'],
    [["--secure-port=-1"], '--secure-port: "-1" is not a number from 0 to 65535'],
    [["--etcd-compaction-interval", "5"], '--etcd-compaction-interval: "5" is not a time such as 5m or 90s'],
    [["--etcd-compaction-interval", "1ms"], '--etcd-compaction-interval: "1ms" is not between a second and 20 days'],
    [["-v", "chatty"], '-v: "chatty" is not a number from 0 to 10'],
    [["--bind-address", "localhost"], '--bind-address: "localhost" is not an IP address'],
    [["--tls-san", "a_b", "--tls-san", "ok.example.com"], '--tls-san: "a_b" is neither a DNS name nor an IP address'],
    [["--data-dir", ""], "--data-dir: must not be empty"],
    [["--tls-cert-file", "a"], "--tls-cert-file needs --tls-private-key-file"],
    [["--etcd-cafile", "a"], "--etcd-cafile needs --etcd-servers"],
    [["--etcd-servers", "127.0.0.1:2379"], '--etcd-servers: "127.0.0.1:2379" is not a URL such as http://127.0.0.1:2379'],
    [["--etcd-servers", "http://a:1", "--etcd-prefix", "x/"], '--etcd-prefix: "x/" must start with a slash and not end with one'],
    [
      ["--secure-port", "x", "--bind-address", "y"],
      '--bind-address: "y" is not an IP address\n--secure-port: "x" is not a number from 0 to 65535',
    ],
  ])("%j", async (args, message) => {
    expect(await complaint(run(...args))).toBe(message);
  });
});

describe("the program refuses, in one line,", () => {
  it("a port that is taken", async () => {
    const other: Server = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    expect(await complaint(start(freshEtcd(), "--secure-port", String(port)))).toBe(
      `cannot listen on 127.0.0.1 port ${port}: address already in use`,
    );
    other.close();
  });

  it("an address of another machine", async () => {
    expect(await complaint(start(freshEtcd(), "--bind-address", "192.0.2.1"))).toBe(
      "cannot listen on 192.0.2.1 port 0: address not available",
    );
  });

  it("a data folder that cannot be made", async () => {
    const blocked = path.join(dataDir, "file");
    await writeFile(blocked, "");
    expect(await complaint(run("--data-dir", blocked))).toBe(`cannot create the folder ${path.join(blocked, "pki")}: not a directory`);
  });

  it("a data folder that cannot be written", async () => {
    await start().ready;
    await programs[0]!.kill();
    await rm(path.join(dataDir, "pki", "admin.crt"));
    await mkdir(path.join(dataDir, "pki", "admin.crt"));
    expect(await complaint(start())).toBe(`cannot read ${path.join(dataDir, "pki", "admin.crt")}: illegal operation on a directory`);
    await chmod(dataDir, 0o700);
  });

  it("a damaged certificate", async () => {
    await mkdir(path.join(dataDir, "pki"));
    await writeFile(path.join(dataDir, "pki", "ca.crt"), "nonsense");
    await writeFile(path.join(dataDir, "pki", "ca.key"), "nonsense");
    expect(await complaint(start())).toBe(`${path.join(dataDir, "pki", "ca.key")} is damaged: it holds no private key in PEM form`);
  });

  it("a data folder that another process uses", async () => {
    const args = ["--data-dir", dataDir, "--secure-port", "0"];
    await run(...args).ready;
    expect(await complaint(run(...args))).toContain(dataDir);
  });

  it("an etcd that is not there", async () => {
    const program = run("--data-dir", dataDir, "--secure-port", "0", "--etcd-servers", "http://127.0.0.1:1");
    expect(await complaint(program)).toContain("http://127.0.0.1:1");
  });
});

describe("a server in this process", () => {
  it("starts and closes again and again, and leaves its port free", async () => {
    for (let round = 0; round < 3; round++) {
      const server = await startTestServer();
      expect((await server.send("GET", "/livez")).text).toBe("ok");
      await server.close();
      expect(await canConnect(server.url)).toBe(false);
    }
  });
});

async function canConnect(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
