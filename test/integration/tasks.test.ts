import { X509Certificate } from "node:crypto";
import { readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type Program, runProgram, startProgram } from "../tools/program.ts";
import { type Answer, freshEtcd, Requester, temporaryFolder, testStorage } from "../tools/server.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";

let root: string;
const programs: Program[] = [];
beforeAll(async () => {
  root = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(programs.splice(0).map((program) => program.kill()));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function serve(dataDir: string, etcd = freshEtcd()): Promise<Requester> {
  const { url, kubeconfigPath } = await startedAt(dataDir, etcd);
  return Requester.open(url, kubeconfigPath);
}

function startedAt(dataDir: string, etcd = freshEtcd()): Program["ready"] {
  const program = startProgram({ dataDir, etcd });
  programs.push(program);
  return program.ready;
}

/** Runs the program to its end. */
async function run(...args: string[]): Promise<string> {
  const program = runProgram(args);
  programs.push(program);
  const { code, stdout, stderr } = await program.ended;
  return `${code}: ${stdout}${stderr}`.trimEnd();
}

/** What the objects are, but for their versions. */
const identities = ({ body }: Answer) =>
  body.items.map(({ metadata: { name, uid }, data }: { metadata: { name: string; uid: string }; data: object }) => ({ name, uid, data }));

async function fill(requester: Requester, count: number): Promise<Answer> {
  for (let n = 0; n < count; n++) {
    const { status } = await requester.send("POST", CONFIG_MAPS, { metadata: { name: `one-${n}` }, data: { n: String(n) } });
    expect(status).toBe(201);
  }
  await requester.send("PATCH", `${CONFIG_MAPS}/one-0`, '{"data":{"n":"changed"}}', { "content-type": "application/merge-patch+json" });
  await requester.send("DELETE", `${CONFIG_MAPS}/one-1`);
  return requester.send("GET", CONFIG_MAPS);
}

describe.runIf(testStorage === "embedded")("a backup", () => {
  it("is made while the server runs, looked through, and restored as a server that goes on later", async () => {
    const [from, to, file] = [path.join(root, "from"), path.join(root, "to"), path.join(root, "backup.mdb")];
    const requester = await serve(from);
    const before = await fill(requester, 20);
    expect(await run("backup", file, "--data-dir", from)).toMatch(/^0: .*backup\.mdb: \d+ objects at revision \d+$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    // what comes after it is not in it, and the server has not noticed
    expect((await requester.send("POST", CONFIG_MAPS, { metadata: { name: "later" } })).status).toBe(201);
    const found = /: (\d+) objects/.exec(await run("check", file))?.[1];
    expect(await run("check", "--data-dir", from)).toMatch(new RegExp(`store: ${Number(found) + 1} objects`));

    expect(await run("restore", file, "--data-dir", to)).toMatch(new RegExp(`^0: .*to/store: ${found} objects at revision 10000`));
    const restored = await serve(to);
    const after = await restored.send("GET", CONFIG_MAPS);
    expect(identities(after)).toEqual(identities(before));
    expect(Number(after.body.metadata.resourceVersion)).toBeGreaterThan(1_000_000_000);
    const { resourceVersion } = before.body.metadata;
    const watch = await restored.send("GET", `${CONFIG_MAPS}?watch=true&timeoutSeconds=1&resourceVersion=${resourceVersion}`);
    expect(watch.text).toMatch(/"code":410/);
    // what was there keeps its version, so that who has read it may write it
    const { status } = await restored.send("PUT", `${CONFIG_MAPS}/one-5`, before.body.items.find(named("one-5")));
    expect(status).toBe(200);
    requester.close();
    restored.close();
  });

  it("replaces nothing, neither a file nor a store, and needs a store", async () => {
    const [from, file] = [path.join(root, "from"), path.join(root, "backup.mdb")];
    const size = (await stat(file)).size;
    expect(await run("backup", file, "--data-dir", from)).toMatch(/^1: datum-apiserver: .*backup\.mdb cannot be written: EEXIST/);
    expect((await stat(file)).size).toBe(size);
    expect(await run("restore", file, "--data-dir", from)).toMatch(/^1: datum-apiserver: .*from\/store has a store already$/);
    expect(await run("backup", path.join(root, "none"), "--data-dir", path.join(root, "nowhere"))).toMatch(/^1: .*nowhere\/store /);
    await expect(stat(path.join(root, "nowhere"))).rejects.toThrow("ENOENT");
    await expect(stat(path.join(root, "none"))).rejects.toThrow("ENOENT");
  });

  it("that is damaged is refused, and leaves no store", async () => {
    const [file, bad, to] = [path.join(root, "backup.mdb"), path.join(root, "bad.mdb"), path.join(root, "never")];
    const bytes = await readFile(file);
    await writeFile(bad, bytes);
    await truncate(bad, Math.floor(bytes.length / 3));
    expect(await run("check", bad)).toMatch(/^1: datum-apiserver: .*is damaged/);
    expect(await run("restore", bad, "--data-dir", to)).toMatch(/^1: datum-apiserver: .*is damaged/);
    await writeFile(bad, "something else".repeat(1_000));
    expect(await run("check", bad)).toMatch(/^1: datum-apiserver: .*is damaged or holds something else/);
    await expect(stat(path.join(to, "store", "data.mdb"))).rejects.toThrow("ENOENT");
  });
});

const named =
  (name: string) =>
  ({ metadata }: { metadata: { name: string } }) =>
    metadata.name === name;

describe.runIf(testStorage === "etcd")("what is in an etcd", () => {
  it("can be moved into a data folder and from there into another etcd", async () => {
    const [folder, first, second] = [path.join(root, "moved"), freshEtcd()!, freshEtcd()!];
    const at = (etcd: typeof first) => ["--data-dir", folder, "--etcd-servers", etcd.servers.join(","), "--etcd-prefix", etcd.prefix];
    const requester = await serve(path.join(root, "first"), first);
    const before = await fill(requester, 20);
    expect(await run("import", ...at(first))).toMatch(/^0: .*moved\/store: \d+ objects$/);
    expect(await run("import", ...at(first))).toMatch(/^1: datum-apiserver: embedded holds \d+ objects already; nothing was copied$/);

    const program = startProgram({ dataDir: folder, etcd: undefined });
    programs.push(program);
    const { url, kubeconfigPath } = await program.ready;
    const embedded = await Requester.open(url, kubeconfigPath);
    const moved = await embedded.send("GET", CONFIG_MAPS);
    expect(identities(moved)).toEqual(identities(before));
    expect(Number(moved.body.metadata.resourceVersion)).toBeGreaterThan(Number(before.body.metadata.resourceVersion) + 999_999_999);
    expect(await run("export", ...at(second))).toMatch(/^1: datum-apiserver: .*store is in use by process \d+$/);
    await program.kill();

    expect(await run("export", ...at(second))).toMatch(/^0: .*: \d+ objects below \/test\//);
    expect(await run("export", ...at(second))).toMatch(/^1: datum-apiserver: etcd holds \d+ objects already; nothing was copied$/);
    const last = await serve(path.join(root, "second"), second);
    expect(identities(await last.send("GET", CONFIG_MAPS))).toEqual(identities(before));
    for (const one of [requester, embedded, last]) one.close();
  });

  it("has to be told where it is", async () => {
    expect(await run("export", "--data-dir", path.join(root, "moved"))).toBe("1: datum-apiserver: --etcd-servers is missing");
  });
});

describe("a kubeconfig for somebody", () => {
  it("is made beside a running server, for its owner alone, and says who sends a request", async () => {
    const [dataDir, file] = [path.join(root, "users"), path.join(root, "jane.kubeconfig")];
    const { url } = await startedAt(dataDir);
    const at = ["--data-dir", dataDir];
    expect(await run("kubeconfig", "--user", "jane: a", "--group", "a", "--group", "b,c", "--duration", "10m", "--out", file, ...at)).toBe(
      `0: ${file}: kubeconfig of "jane: a"`,
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const jane = await Requester.open(url, file);
    const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
    const { body } = await jane.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review);
    expect(body.status.userInfo).toMatchObject({ username: "jane: a", groups: ["a", "b,c", "system:authenticated"] });

    const printed = parse((await run("kubeconfig", "--user", "joe", "--server", "https://example.com:1", ...at)).replace(/^0: /, ""));
    expect(printed.clusters[0].cluster.server).toBe("https://example.com:1");
    const certificate = new X509Certificate(Buffer.from(printed.users[0].user["client-certificate-data"], "base64"));
    expect(certificate.subject).toBe("CN=joe");
    expect(Date.parse(certificate.validTo) - Date.now()).toBeGreaterThan(364 * 86_400_000);
  });

  it("needs an authority, a user and a time that makes sense", async () => {
    const nowhere = ["--data-dir", path.join(root, "no-authority")];
    expect(await run("kubeconfig", "--user", "jane", ...nowhere)).toMatch(/^1: .*cannot read .*ca\.crt: no such file/);
    expect(await run("kubeconfig", ...nowhere)).toMatch(/^1: .*--user/);
    expect(await run("kubeconfig", "--user", "", "--group", "", "--duration", "9m", "--server", "x", ...nowhere)).toBe(
      [
        "1: datum-apiserver: --user: must not be empty",
        "datum-apiserver: --group: must not be empty",
        'datum-apiserver: --duration: "9m" is less than 10m',
        'datum-apiserver: --server: "x" is not a URL such as https://127.0.0.1:6443',
      ].join("\n"),
    );
  });
});
