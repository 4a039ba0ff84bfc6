import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { connect } from "node:tls";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { openDoor } from "../../apiserver/doors/http.ts";
import { type CertificateOptions, Certificates } from "../../cmd/certificates/certificates.ts";
import { TestAuthority } from "../tools/authority.ts";
import { eventually } from "../tools/eventually.ts";

const DAY = 24 * 3_600_000;
const NAMES = ["localhost", "127.0.0.1", "::1"];

let dataDir: string;
let now: number;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "datum-test-"));
  now = Date.now();
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const open = (options: Partial<CertificateOptions> = {}) => Certificates.open({ dataDir, names: NAMES, now: () => now, ...options });
const file = (name: string) => path.join(dataDir, "pki", name);
const read = (name: string) => readFile(file(name), "utf8");
const certificate = async (name: string) => new X509Certificate(await read(`${name}.crt`));
const snapshot = async () =>
  Object.fromEntries(await Promise.all((await readdir(path.join(dataDir, "pki"))).map(async (name) => [name, await read(name)])));

describe("certificates made at the first start", () => {
  it("are an authority, a server's and an administrator's, in files for their owner alone", async () => {
    await open();
    expect((await readdir(path.join(dataDir, "pki"))).sort()).toEqual([
      "admin.crt",
      "admin.key",
      "apiserver.crt",
      "apiserver.key",
      "ca.crt",
      "ca.key",
    ]);
    expect((await stat(path.join(dataDir, "pki"))).mode & 0o777).toBe(0o700);
    for (const name of await readdir(path.join(dataDir, "pki"))) expect((await stat(file(name))).mode & 0o777).toBe(0o600);
  });

  it("carry the names, the usages and the lifetimes that they should", async () => {
    await open({ names: [...NAMES, "api.example.com", "fd00::1"] });
    const [ca, server, admin] = [await certificate("ca"), await certificate("apiserver"), await certificate("admin")];
    expect(ca.ca).toBe(true);
    expect(Date.parse(ca.validTo) - now).toBeGreaterThan(9.9 * 365 * DAY);
    for (const leaf of [server, admin]) {
      expect(leaf.ca).toBe(false);
      expect(leaf.checkIssued(ca) && leaf.verify(ca.publicKey)).toBe(true);
      expect(Math.round((Date.parse(leaf.validTo) - now) / DAY)).toBe(365);
    }
    expect(server.subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:api.example.com, IP Address:FD00:0:0:0:0:0:0:1",
    );
    expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(admin.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(admin.subject).toBe("O=system:masters\nCN=admin");
    expect(createPrivateKey(await read("apiserver.key")).asymmetricKeyDetails).toEqual({ namedCurve: "prime256v1" });
  });

  it("go into a kubeconfig for their owner alone that needs no other file", async () => {
    const certificates = await open();
    await certificates.writeKubeconfig("https://127.0.0.1:6443");
    expect((await stat(certificates.kubeconfigPath)).mode & 0o777).toBe(0o600);
    const base64 = async (name: string) => Buffer.from(await read(name)).toString("base64");
    expect(parse(await readFile(certificates.kubeconfigPath, "utf8"))).toEqual({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "datum", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": await base64("ca.crt") } }],
      users: [
        { name: "admin", user: { "client-certificate-data": await base64("admin.crt"), "client-key-data": await base64("admin.key") } },
      ],
      contexts: [{ name: "datum", context: { cluster: "datum", user: "admin" } }],
      "current-context": "datum",
    });
  });
});

describe("certificates at a later start", () => {
  it("are left alone while more than a third of their lifetime remains", async () => {
    await open();
    const before = await snapshot();
    now += 240 * DAY;
    await open();
    expect(await snapshot()).toEqual(before);
  });

  it("are renewed with their keys kept when less than a third remains", async () => {
    await open();
    const before = await snapshot();
    now += 245 * DAY;
    await open();
    const after = await snapshot();
    const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
    expect(changed).toEqual(["admin.crt", "apiserver.crt"]);
    expect(Date.parse((await certificate("admin")).validTo)).toBeGreaterThan(now + 364 * DAY);
  });

  it("have an authority that is renewed too, so that what clients kept of the old one stays good", async () => {
    await open();
    const old = await certificate("ca");
    now += 7 * 365 * DAY;
    await open();
    const renewed = await certificate("ca");
    expect(renewed.fingerprint256).not.toBe(old.fingerprint256);
    const server = await certificate("apiserver");
    expect(server.checkIssued(old) && server.verify(old.publicKey)).toBe(true);
  });

  it("are made anew for the server when its names change, and only then", async () => {
    await open();
    const [server, admin] = [await read("apiserver.crt"), await read("admin.crt")];
    await open({ names: ["::1", "127.0.0.1", "localhost"] });
    expect(await read("apiserver.crt")).toBe(server);
    await open({ names: [...NAMES, "*.example.com"] });
    expect((await certificate("apiserver")).subjectAltName).toContain("DNS:*.example.com");
    await open();
    expect((await certificate("apiserver")).subjectAltName).not.toContain("example.com");
    expect(await read("admin.crt")).toBe(admin);
  });

  it("are issued again by a new authority when the old one is removed", async () => {
    await open();
    await Promise.all([rm(file("ca.crt")), rm(file("ca.key"))]);
    await open();
    const ca = await certificate("ca");
    for (const name of ["apiserver", "admin"]) expect((await certificate(name)).verify(ca.publicKey)).toBe(true);
  });

  it.each(["ca", "apiserver", "admin"])("are completed after a crash between the key and the certificate of %s", async (name) => {
    await open();
    const key = await read(`${name}.key`);
    await rm(file(`${name}.crt`));
    await open();
    expect(await read(`${name}.key`)).toBe(key);
    expect((await certificate(name)).checkPrivateKey(createPrivateKey(key))).toBe(true);
  });

  it.each([
    ["ca.crt", "is damaged: it holds no certificate in PEM form"],
    ["ca.key", "is damaged: it holds no private key in PEM form"],
    ["apiserver.crt", "is damaged: it holds no certificate in PEM form"],
    ["apiserver.key", "is damaged: it holds no private key in PEM form"],
    ["admin.crt", "is damaged: it holds no certificate in PEM form"],
    ["admin.key", "is damaged: it holds no private key in PEM form"],
  ])("stop the start with the name of a damaged %s", async (name, what) => {
    await open();
    await writeFile(file(name), (await read(name)).slice(0, 40));
    await expect(open()).rejects.toThrow(`${file(name)} ${what}`);
  });

  it("stop the start when a key is not the certificate's, when the authority's is lost, and when a file cannot be read", async () => {
    await open();
    const saved = await read("admin.key");
    await writeFile(file("admin.key"), await read("apiserver.key"));
    await expect(open()).rejects.toThrow(`${file("admin.key")} is not the key of ${file("admin.crt")}`);
    await writeFile(file("admin.key"), saved);
    await rm(file("ca.key"));
    await expect(open()).rejects.toThrow(`${file("ca.key")} is missing, which ${file("ca.crt")} needs`);
    await mkdir(file("ca.key"));
    await expect(open()).rejects.toThrow(`cannot read ${file("ca.key")}: illegal operation on a directory`);
  });

  it("name the folder that cannot be made", async () => {
    const blocked = path.join(dataDir, "file");
    await writeFile(blocked, "");
    await expect(open({ dataDir: blocked })).rejects.toThrow(`cannot create the folder ${path.join(blocked, "pki")}: not a directory`);
  });
});

describe("certificates brought from elsewhere", () => {
  it("serve instead of ours, and are what the kubeconfig trusts", async () => {
    const pair = await (await TestAuthority.create()).server("127.0.0.1");
    const serving = { certificateFile: path.join(dataDir, "tls.crt"), keyFile: path.join(dataDir, "tls.key") };
    await Promise.all([writeFile(serving.certificateFile, pair.certificate), writeFile(serving.keyFile, pair.key)]);
    const certificates = await open({ serving });
    expect(certificates.tls).toMatchObject(pair);
    await certificates.writeKubeconfig("https://127.0.0.1:6443");
    expect(await readFile(certificates.kubeconfigPath, "utf8")).toContain(Buffer.from(pair.certificate).toString("base64"));

    await writeFile(serving.keyFile, (await (await TestAuthority.create()).server("127.0.0.1")).key);
    await expect(open({ serving })).rejects.toThrow(`${serving.keyFile} is not the key of ${serving.certificateFile}`);
    await rm(serving.keyFile);
    await expect(open({ serving })).rejects.toThrow(`cannot read ${serving.keyFile}: no such file or directory`);
  });

  it("may vouch for clients besides our own authority", async () => {
    const authority = await TestAuthority.create();
    const clientCaFile = path.join(dataDir, "clients.crt");
    await writeFile(clientCaFile, authority.certificate);
    const { clientAuthorities } = (await open({ clientCaFile })).tls;
    expect(clientAuthorities).toEqual([await read("ca.crt"), authority.certificate]);
    await writeFile(clientCaFile, "nonsense");
    await expect(open({ clientCaFile })).rejects.toThrow(`${clientCaFile} is damaged: it holds no certificate in PEM form`);
  });
});

describe("a server that runs for long", () => {
  it("renews its certificates, shows the new one without a restart and rewrites the kubeconfig", async () => {
    const certificates = await open();
    await certificates.writeKubeconfig("https://127.0.0.1:6443");
    const kubeconfig = await readFile(certificates.kubeconfigPath, "utf8");
    const door = await openDoor({
      handle: async () => ({ status: 200, headers: {}, body: new Uint8Array() }),
      host: "127.0.0.1",
      port: 0,
      tls: certificates.tls,
      log: pino({ enabled: false }),
    });
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port: door.port, rejectUnauthorized: false }, () => {
          resolve(socket.getPeerX509Certificate()!.validTo);
          socket.destroy();
        });
        socket.on("error", reject);
      });
    const before = await shown();

    now += 300 * DAY;
    await new Promise<void>((resolve, reject) => {
      certificates.keepRenewed((tls) => {
        door.reload(tls);
        resolve();
      }, reject);
    });
    certificates.close();
    expect(Date.parse(await shown())).toBeGreaterThan(Date.parse(before) + 299 * DAY);
    expect(await readFile(certificates.kubeconfigPath, "utf8")).not.toBe(kubeconfig);
    await door.close();
  });

  it("shows a serving certificate from elsewhere that has become another, once its key has too", async () => {
    const [first, second] = await Promise.all(
      [TestAuthority.create(), TestAuthority.create()].map(async (made) => (await made).server("a.io")),
    );
    const serving = { certificateFile: path.join(dataDir, "other.crt"), keyFile: path.join(dataDir, "other.key") };
    const write = ({ certificate }: { certificate: string }) => writeFile(serving.certificateFile, certificate);
    await Promise.all([write(first!), writeFile(serving.keyFile, first!.key)]);
    const certificates = await open({ serving });
    const shown: string[] = [];
    const failures: unknown[] = [];
    certificates.follow(
      ({ certificate }) => shown.push(certificate),
      (error) => failures.push(error),
    );
    await write(second!);
    await eventually(() => expect(failures).toHaveLength(1));
    expect(certificates.tls.certificate).toBe(first!.certificate);
    await writeFile(serving.keyFile, second!.key);
    await eventually(() => expect(shown).toEqual([second!.certificate]));
    expect(certificates.tls.certificate).toBe(second!.certificate);
    certificates.close();
  });

  it("tells what keeps it from renewing, and goes on with what it has", async () => {
    const certificates = await open();
    const { tls } = certificates;
    now += 300 * DAY;
    await writeFile(file("ca.key"), "nonsense");
    const error = await new Promise<unknown>((resolve, reject) => certificates.keepRenewed(() => reject(new Error("renewed")), resolve));
    certificates.close();
    expect(error).toMatchObject({ message: `${file("ca.key")} is damaged: it holds no private key in PEM form` });
    expect(certificates.tls).toEqual(tls);
  });
});
