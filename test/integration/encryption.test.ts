import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshEtcd, openTestStorage, startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const SECRETS = "/api/v1/namespaces/default/secrets";

let dataDir: string;
const etcd = freshEtcd();
beforeAll(async () => {
  dataDir = await temporaryFolder();
});
afterAll(() => rm(dataDir, { recursive: true }));

/** The providers of a rule for Secrets, YAML. */
async function serverWith(providers: string): Promise<TestServer> {
  const file = path.join(dataDir, "encryption.yaml");
  await writeFile(
    file,
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers: ${providers}\n`,
  );
  return startTestServer({ dataDir, etcd, encryptionProviderConfigFile: file });
}

const keys = (...bytes: number[]) =>
  bytes.map((byte) => `{name: key${byte}, secret: ${Buffer.alloc(32, byte).toString("base64")}}`).join(", ");

/** What lies in the store. */
async function stored(kind: string): Promise<Record<string, string>> {
  const storage = await openTestStorage(dataDir, etcd);
  try {
    const { items } = await storage.scan({ prefix: `core/${kind}/` });
    return Object.fromEntries(items.map(({ key, value }) => [key.split("/").at(-1), Buffer.from(value).toString("latin1")]));
  } finally {
    await storage.close();
  }
}

describe("values at rest", () => {
  it("are encrypted by the rules, read after a change of keys, and written with the new one even where nothing changes", async () => {
    const plain = await startTestServer({ dataDir, etcd });
    const earlier = await plain.send("POST", SECRETS, { metadata: { name: "earlier" }, stringData: { a: "seen" } });
    expect(earlier.status).toBe(201);
    await plain.close();

    const first = await serverWith(`[{aescbc: {keys: [${keys(1)}]}}, {identity: {}}]`);
    const created = await first.send("POST", SECRETS, { metadata: { name: "one" }, stringData: { a: "hidden" } });
    await first.send("POST", "/api/v1/namespaces/default/configmaps", { metadata: { name: "one" }, data: { a: "open" } });
    expect((await first.send("GET", `${SECRETS}/one`)).body).toEqual(created.body);
    await first.close();
    const { one, earlier: untouched } = await stored("secrets");
    expect(one).toMatch(/^k8s:enc:aescbc:v1:key1:/);
    expect(one).not.toContain(Buffer.from("hidden").toString("base64"));
    expect(untouched).toContain(Buffer.from("seen").toString("base64"));
    expect((await stored("configmaps")).one).toContain("open");

    const second = await serverWith(`[{secretbox: {keys: [${keys(2)}]}}, {aescbc: {keys: [${keys(1)}]}}, {identity: {}}]`);
    const { body: list } = await second.send("GET", SECRETS);
    expect(list.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual(["earlier", "one"]);
    // a dry run leaves everything as it is
    await second.send("PUT", `${SECRETS}/one?dryRun=All`, list.items[1]);
    expect((await second.send("GET", `${SECRETS}/one`)).body.metadata.resourceVersion).toBe(created.body.metadata.resourceVersion);
    for (const item of list.items) {
      const { status, body } = await second.send("PUT", `${SECRETS}/${item.metadata.name}`, item);
      expect(status).toBe(200);
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(item.metadata.resourceVersion));
      // the new key has it now: nothing is left to do
      expect((await second.send("PUT", `${SECRETS}/${item.metadata.name}`, body)).body).toEqual(body);
    }
    await second.close();
    for (const value of Object.values(await stored("secrets"))) expect(value).toMatch(/^k8s:enc:secretbox:v1:key2:/);

    const third = await serverWith(`[{secretbox: {keys: [${keys(2)}]}}]`);
    const read = await third.send("GET", `${SECRETS}/one`);
    expect(read.body.data).toEqual({ a: Buffer.from("hidden").toString("base64") });
    await third.close();
  });

  it("are refused, by name, where their key is gone", async () => {
    const server = await serverWith(`[{aesgcm: {keys: [${keys(3)}]}}]`);
    const { status, body } = await server.send("GET", `${SECRETS}/one`);
    expect([status, body.message]).toEqual([500, 'unable to transform key "core/secrets/root/default/earlier": no matching prefix found']);
    expect((await server.send("GET", "/api/v1/namespaces/default/configmaps/one")).status).toBe(200);
    await server.close();
  });

  it("need a configuration that can be used", async () => {
    await expect(serverWith("[{aescbc: {keys: [{name: a, secret: c2hvcnQ=}]}}]")).rejects.toThrow(
      /encryption\.yaml: resources\[0\]\.providers\[0\]\.aescbc\.keys\[0\]\.secret: is 5 bytes long, must be 16 or 24 or 32$/,
    );
  });
});
