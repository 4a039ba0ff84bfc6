import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Etcd3 } from "etcd3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestAuthority } from "../../test/tools/authority.ts";
import { type Etcd, startEtcd } from "../../test/tools/etcd.ts";
import { restrictAccess } from "../../test/tools/etcd-access.ts";
import { Recorder } from "../contract/recorder.ts";
import { openEtcd } from "./open.ts";

const value = new Uint8Array([1]);

describe("an etcd that asks for a name and a password", () => {
  /** Seconds that a token is good for when it is not used. */
  const TTL = 1;
  let etcd: Etcd;
  let root: Etcd3;
  let stores = 0;

  beforeAll(async () => {
    etcd = await startEtcd({ args: ["--auth-token-ttl", String(TTL), "--bcrypt-cost", "4"] });
    root = await restrictAccess(etcd, "old");
  });
  afterAll(async () => {
    root?.close();
    await etcd?.stop();
  });

  const open = (password = "old") =>
    openEtcd({
      endpoints: etcd.endpoints,
      prefix: `/datum/${++stores}`,
      callMilliseconds: 2_000,
      credentials: async () => ({ name: "datum", password }),
    });
  /** Longer than etcd keeps a token that nobody uses. */
  const outliveTokens = () => sleep((TTL + 2) * 1_000);

  it("refuses who has none, and says what is wrong with the others", async () => {
    const stranger = await openEtcd({ endpoints: etcd.endpoints, prefix: "/datum/x" });
    await expect(stranger.get("a/1")).rejects.toThrow(/^etcdserver: user name is empty$/);
    await expect(stranger.create("a/1", value)).rejects.toThrow(/^etcdserver: user name is empty$/);
    await stranger.close();
    await expect(open("wrong")).rejects.toThrow(/etcdserver: authentication failed, invalid user ID or password$/);
  });

  it("is asked for a new token when the old one is no longer good: reads, writes and watches go on", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch({ prefix: "a/", after: await storage.currentRevision() }, recorder);
    for (let round = 1; round <= 2; round++) {
      await storage.create(`a/${round}`, value);
      await outliveTokens();
      expect(await storage.get(`a/${round}`)).toBeDefined();
      await outliveTokens();
    }
    // a watch begun with a token that is no longer good, and no call that would notice
    const late = new Recorder();
    storage.watch({ prefix: "a/", after: (await storage.get("a/1"))!.revision }, late);
    await late.until(({ told }) => told.length === 1);
    await outliveTokens();
    const later = new Recorder();
    storage.watch({ prefix: "a/", after: recorder.told[0]!.revision }, later);
    await later.until(({ told }) => told.length === 1);
    expect(recorder.told.map((change) => change.key)).toEqual(["a/1", "a/2"]);
    await storage.close();
  });

  it("may be started again, which makes it forget all tokens", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch({ prefix: "a/", after: await storage.currentRevision() }, recorder);
    await storage.create("a/1", value);
    await etcd.halt();
    await etcd.start();
    await storage.check().catch(() => undefined);
    expect(await storage.create("a/2", value)).toMatchObject({ ok: true });
    await recorder.until(({ told }) => told.length === 2);
    await storage.close();
  });

  it("may get other users and rules meanwhile", async () => {
    const storage = await open();
    await storage.create("a/1", value);
    for (let n = 0; n < 5; n++) {
      const writes = Array.from({ length: 20 }, (_, index) => storage.create(`a/${n}-${index}`, value));
      await root.user(`other-${n}`).create("x");
      expect((await Promise.all(writes)).every((result) => result.ok)).toBe(true);
    }
    await storage.close();
  });

  it("is told the new password when it has changed, without a start", async () => {
    let password = "old";
    const storage = await openEtcd({
      endpoints: etcd.endpoints,
      prefix: `/datum/${++stores}`,
      credentials: async () => ({ name: "datum", password }),
    });
    await storage.create("a/1", value);
    await root.auth.userChangePassword({ name: "datum", password: "new" });
    await outliveTokens();
    await expect(storage.get("a/1")).rejects.toThrow("authentication failed");
    password = "new";
    expect(await storage.get("a/1")).toBeDefined();
    await storage.close();
    await root.auth.userChangePassword({ name: "datum", password: "old" });
  });

  it("says that the user may not use the prefix", async () => {
    const storage = await openEtcd({
      endpoints: etcd.endpoints,
      prefix: "/other",
      credentials: async () => ({ name: "datum", password: "old" }),
    });
    await expect(storage.create("a/1", value)).rejects.toThrow(/^etcdserver: permission denied$/);
    const recorder = new Recorder();
    storage.watch({ prefix: "", after: 1 }, recorder);
    await recorder.until(({ error }) => error !== undefined);
    expect(recorder.error?.message).toContain("permission denied");
    await storage.close();
  });
});

describe("an etcd behind TLS that asks for a certificate", () => {
  let etcd: Etcd;
  let folder: string;
  let authority: TestAuthority;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "datum-test-"));
    authority = await TestAuthority.create();
    const { certificate, key } = await authority.server("127.0.0.1", "localhost");
    const file = (name: string) => path.join(folder, name);
    await Promise.all([
      writeFile(file("ca.crt"), authority.certificate),
      writeFile(file("server.crt"), certificate),
      writeFile(file("server.key"), key),
    ]);
    etcd = await startEtcd({
      scheme: "https",
      args: [
        ...["--cert-file", file("server.crt"), "--key-file", file("server.key")],
        ...["--client-cert-auth", "--trusted-ca-file", file("ca.crt")],
      ],
    });
  });
  afterAll(async () => {
    await etcd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("takes one of the authority, and no other", async () => {
    const { certificate, key } = await authority.client({ commonName: "datum" });
    const ca = Buffer.from(authority.certificate);
    const own = { cert: Buffer.from(certificate), key: Buffer.from(key) };
    const storage = await openEtcd({ endpoints: etcd.endpoints, ca, ...own });
    expect(await storage.create("a/1", value)).toMatchObject({ ok: true });
    await storage.close();
    await expect(openEtcd({ endpoints: etcd.endpoints, ca })).rejects.toThrow("no etcd endpoint answers");
    const other = Buffer.from((await TestAuthority.create("other")).certificate);
    await expect(openEtcd({ endpoints: etcd.endpoints, ca: other, ...own })).rejects.toThrow(/certificate/);
  });
});
