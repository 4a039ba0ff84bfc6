import "reflect-metadata";
import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { certificationRequest, ECDSA, ED25519, rsa } from "../../test/tools/certification-request.ts";
import { type Issuer, issueAuthority, issueRequested } from "./issue.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-01-01T00:00:00Z");

let issuer: Issuer;
let key: KeyObject;
beforeAll(async () => {
  key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const order = { subject: { commonName: "authority" }, key, now: NOW, lifetime: 30 * DAY };
  issuer = { certificate: await issueAuthority(order), key };
});

const ALGORITHMS = {
  "ECDSA P-256": ECDSA,
  "ECDSA P-384": { ...ECDSA, namedCurve: "P-384", hash: "SHA-384" },
  RSA: rsa(),
  "RSA-PSS": rsa("RSA-PSS", { saltLength: 32 }),
  Ed25519: ED25519,
};

const issue = async (request: string, usages: readonly string[] = ["client auth"], lifetime = HOUR) => {
  const certificate = await issueRequested(request, usages, { now: NOW, lifetime }, issuer);
  return { node: new X509Certificate(certificate), parsed: new x509.X509Certificate(certificate) };
};
const spki = ({ publicKey }: X509Certificate) => publicKey.export({ type: "spki", format: "der" }).toString("base64");
const oids = ({ extensions }: x509.X509Certificate) => extensions.map(({ type }) => type).sort();

const [KEY_USAGE, NAMES, BASIC, AUTHORITY, EXTENDED] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.35", "2.5.29.37"];

describe("a certificate that is asked for", () => {
  it.each(Object.entries(ALGORITHMS))("has the key and the whole name of the request: %s", async (_, algorithm) => {
    const name = "C=DE, O=developers, O=testers, OU=here, CN=jane";
    const { pem, publicKey } = await certificationRequest(name, algorithm);
    const { node, parsed } = await issue(pem);
    expect(spki(node)).toBe(publicKey);
    expect(parsed.subject).toBe(name);
    expect(
      node.checkIssued(new X509Certificate(issuer.certificate)) && node.verify(new X509Certificate(issuer.certificate).publicKey),
    ).toBe(true);
  });

  it("keeps every part of the name, whatever its type", async () => {
    const name = [
      { O: [{ printableString: "plain" }] },
      { "1.3.6.1.4.1.57683.2": [{ utf8String: "u-1" }] },
      { CN: [{ utf8String: "jäne" }] },
    ];
    const { node } = await issue((await certificationRequest(name)).pem);
    expect(node.subject).toBe("O=plain\n1.3.6.1.4.1.57683.2=u-1\nCN=jäne");
  });

  it("is good for what is asked, and a client's", async () => {
    const { pem } = await certificationRequest("CN=jane");
    const usages = (parsed: x509.X509Certificate) => parsed.getExtension<x509.KeyUsagesExtension>(KEY_USAGE as string)?.usages;
    const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
    const both = (await issue(pem, ["client auth", "key encipherment", "digital signature"])).parsed;
    expect(usages(both)).toBe(digitalSignature | keyEncipherment);
    expect(usages((await issue(pem, ["digital signature", "client auth"])).parsed)).toBe(digitalSignature);
    const alone = await issue(pem);
    expect(oids(alone.parsed)).toEqual([BASIC, AUTHORITY, EXTENDED]);
    expect(alone.node.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it("carries names, and nothing else that the request asks for", async () => {
    const { pem } = await certificationRequest("CN=jane", ECDSA, [
      new x509.BasicConstraintsExtension(true, 3, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.codeSigning]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "jane.example.com" },
        { type: "ip", value: "10.0.0.1" },
        { type: "email", value: "jane@example.com" },
        { type: "url", value: "spiffe://example.com/jane" },
        { type: "upn", value: "administrator@example.com" },
        { type: "id", value: "1.2.3.4" },
      ]),
      new x509.Extension("1.2.3.4.5", true, new Uint8Array([5, 0])),
    ]);
    const { node, parsed } = await issue(pem, ["client auth", "digital signature"]);
    expect(oids(parsed)).toEqual([KEY_USAGE, NAMES, BASIC, AUTHORITY, EXTENDED]);
    expect(node.ca).toBe(false);
    expect(node.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(parsed.getExtension<x509.BasicConstraintsExtension>(BASIC as string)).toMatchObject({ ca: false, pathLength: undefined });
    expect(parsed.getExtension<x509.KeyUsagesExtension>(KEY_USAGE as string)?.usages).toBe(x509.KeyUsageFlags.digitalSignature);
    expect(node.subjectAltName).toBe("DNS:jane.example.com, IP Address:10.0.0.1, email:jane@example.com, URI:spiffe://example.com/jane");
  });

  it("begins five minutes ago, which count from eight hours on, and never outlives its authority", async () => {
    const { pem } = await certificationRequest("CN=jane");
    const span = async (lifetime: number) => {
      const { node } = await issue(pem, undefined, lifetime);
      return [Date.parse(node.validFrom) - NOW, Date.parse(node.validTo) - NOW];
    };
    expect(await span(10 * MINUTE)).toEqual([-5 * MINUTE, 10 * MINUTE]);
    expect(await span(8 * HOUR - MINUTE)).toEqual([-5 * MINUTE, 8 * HOUR - MINUTE]);
    expect(await span(8 * HOUR)).toEqual([-5 * MINUTE, 8 * HOUR - 5 * MINUTE]);
    expect(await span(365 * DAY)).toEqual([-5 * MINUTE, 30 * DAY]);
  });

  it("has a serial number of its own", async () => {
    const { pem } = await certificationRequest("CN=jane");
    const serials = await Promise.all(Array.from({ length: 5 }, async () => (await issue(pem)).node.serialNumber));
    expect(new Set(serials).size).toBe(5);
  });
});
