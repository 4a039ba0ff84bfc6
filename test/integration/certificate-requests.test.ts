import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../tools/eventually.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../tools/server.ts";

const REQUESTS = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const HOUR = 3_600_000;
const MERGE = { "content-type": "application/merge-patch+json" };

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startTestServer({ clusterSigningDuration: 2 * HOUR });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function approved(name: string, usages: readonly string[], expirationSeconds?: number): Promise<void> {
  const args = ["req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", path.join(folder, "key"), "-subj", "/O=developers/CN=jane"];
  const request = execFileSync("openssl", args, { stdio: ["ignore", "pipe", "ignore"] }).toString("base64");
  const spec = {
    request,
    signerName: "kubernetes.io/kube-apiserver-client",
    usages,
    ...(expirationSeconds !== undefined && { expirationSeconds }),
  };
  expect((await server.send("POST", REQUESTS, { metadata: { name }, spec })).status).toBe(201);
  const conditions = [{ type: "Approved", status: "True", reason: "Test" }];
  expect((await server.send("PATCH", `${REQUESTS}/${name}/approval`, JSON.stringify({ status: { conditions } }), MERGE)).status).toBe(200);
}

it("an approved request is answered with a certificate of the name, the key and the time it asks for", async () => {
  await approved("jane", ["client auth", "digital signature"], 3600);
  await eventually(async () => {
    const { status } = (await server.send("GET", `${REQUESTS}/jane`)).body;
    const certificate = new X509Certificate(Buffer.from(status.certificate, "base64"));
    expect(certificate.subject).toBe("O=developers\nCN=jane");
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(Math.abs(Date.parse(certificate.validTo) - Date.now() - HOUR)).toBeLessThan(60_000);
  });
});

it.each([undefined, 100_000])("one that asks for %s seconds gets what --cluster-signing-duration says at most", async (seconds) => {
  const name = `long-${seconds}`;
  await approved(name, ["client auth"], seconds);
  await eventually(async () => {
    const { status } = (await server.send("GET", `${REQUESTS}/${name}`)).body;
    const { validTo } = new X509Certificate(Buffer.from(status.certificate, "base64"));
    expect(Math.abs(Date.parse(validTo) - Date.now() - 2 * HOUR)).toBeLessThan(60_000);
  });
});

it("one for another use than a client's fails", async () => {
  await approved("server", ["server auth"]);
  await eventually(async () => {
    const { status } = (await server.send("GET", `${REQUESTS}/server`)).body;
    expect(status.certificate).toBeUndefined();
    expect(status.conditions[1]).toMatchObject({ type: "Failed", reason: "SignerValidationFailure" });
    expect(status.conditions[1].message).toBe("invalid usage for client certificate: server auth");
  });
});
