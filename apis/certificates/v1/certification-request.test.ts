import "reflect-metadata";
import { SubjectAlternativeNameExtension } from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import { certificationRequest, ECDSA, ED25519, rsa } from "../../../test/tools/certification-request.ts";
import { parseRequest } from "./certification-request.ts";
import { nodeAt } from "./der.ts";

const base64 = (text: string | Buffer) => Buffer.from(text).toString("base64");
const bytesOf = (pem: string) => Buffer.from(pem.replace(/-----[^-]*-----/g, ""), "base64");
const pemOf = (der: Buffer) => base64(`-----BEGIN CERTIFICATE REQUEST-----\n${base64(der)}\n-----END CERTIFICATE REQUEST-----\n`);

/** What is said of a request some of whose bytes are others, in hex. */
function changed(pem: string, from: string, to: string): string {
  const der = bytesOf(pem).toString("hex");
  expect(der.split(from)).toHaveLength(2);
  try {
    parseRequest(pemOf(Buffer.from(der.replace(from, to), "hex")));
    return "good";
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a PKCS#10 request", () => {
  it.each([
    ["ECDSA with SHA-256", ECDSA],
    ["ECDSA with SHA-384", { ...ECDSA, namedCurve: "P-384", hash: "SHA-384" }],
    ["ECDSA with SHA-512", { ...ECDSA, namedCurve: "P-521", hash: "SHA-512" }],
    ["Ed25519", ED25519],
    ["RSA with SHA-1", rsa(undefined, { hash: "SHA-1" })],
    ["RSA with SHA-256", rsa()],
    ["RSA with SHA-512", rsa(undefined, { hash: "SHA-512" })],
    ["RSA-PSS with SHA-256", rsa("RSA-PSS", { saltLength: 32 })],
    ["RSA-PSS with SHA-384", rsa("RSA-PSS", { hash: "SHA-384", saltLength: 48 })],
    ["RSA-PSS with SHA-512", rsa("RSA-PSS", { hash: "SHA-512", saltLength: 64 })],
  ])("is read with its name, whatever signed it: %s", async (_, algorithm) => {
    const { base64 } = await certificationRequest("O=a, O=b, CN=jane", algorithm);
    expect(parseRequest(base64)).toEqual({ commonName: "jane", organizations: ["a", "b"], names: new Set() });
  });

  it("tells which kinds of other names it has", async () => {
    const names = new SubjectAlternativeNameExtension([
      { type: "dns", value: "a.example.com" },
      { type: "ip", value: "10.0.0.1" },
      { type: "upn", value: "someone@example.com" },
      { type: "ip", value: "::1" },
    ]);
    expect(parseRequest((await certificationRequest("CN=x", ECDSA, [names])).base64).names).toEqual(new Set(["DNS", "IP"]));
    const others = new SubjectAlternativeNameExtension(
      [
        { type: "email", value: "a@example.com" },
        { type: "url", value: "spiffe://example.com/a" },
      ],
      true,
    );
    expect(parseRequest((await certificationRequest("CN=x", ECDSA, [others])).base64).names).toEqual(new Set(["email", "URI"]));
  });

  it("is refused when its signature is not that of its key, in Go's words", async () => {
    const jane = Buffer.from("jane").toString("hex");
    const kane = Buffer.from("kane").toString("hex");
    const of = async (algorithm?: object) => (await certificationRequest("CN=jane", algorithm)).pem;
    const [ecdsa, byRsa, pss, ed25519] = await Promise.all([of(), of(rsa()), of(rsa("RSA-PSS", { saltLength: 32 })), of(ED25519)]);
    expect(changed(ecdsa, jane, kane)).toBe("x509: ECDSA verification failure");
    expect(changed(byRsa, jane, kane)).toBe("crypto/rsa: verification error");
    expect(changed(pss, jane, kane)).toBe("crypto/rsa: verification error");
    expect(changed(ed25519, jane, kane)).toBe("x509: Ed25519 verification failure");
    // SHA-256 with RSA becomes MD5 with RSA, and then MD2
    expect(changed(byRsa, "2a864886f70d01010b", "2a864886f70d010104")).toBe("x509: cannot verify signature: insecure algorithm MD5-RSA");
    expect(changed(byRsa, "2a864886f70d01010b", "2a864886f70d010102")).toBe("x509: cannot verify signature: algorithm unimplemented");
  });

  it("is refused when its key is of another kind than its signature", async () => {
    const { pem } = await certificationRequest("CN=jane", ECDSA);
    const der = bytesOf(pem);
    const { start } = nodeAt(der, 0);
    const at = der.indexOf(Buffer.from("300a06082a8648ce3d040302", "hex"));
    const rsaWithSha256 = Buffer.from("300d06092a864886f70d01010b0500", "hex");
    const body = Buffer.concat([der.subarray(start, at), rsaWithSha256, der.subarray(at + 12)]);
    const forged = Buffer.concat([Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]), body]);
    expect(() => parseRequest(pemOf(forged))).toThrow(
      "x509: signature algorithm specifies an RSA public key, but have public key of type *ecdsa.PublicKey",
    );
  });

  it("is refused when RSA-PSS comes with another salt or another hash for the mask", async () => {
    const { pem } = await certificationRequest("CN=jane", rsa("RSA-PSS", { saltLength: 32 }));
    const unknown = "x509: cannot verify signature: algorithm unimplemented";
    expect(changed(pem, "020120", "02011f")).toBe(unknown);
    const sha256 = "0609608648016503040201";
    const der = bytesOf(pem).toString("hex");
    const last = der.lastIndexOf(sha256);
    const other = `${der.slice(0, last)}${sha256.replace(/01$/, "02")}${der.slice(last + sha256.length)}`;
    expect(() => parseRequest(pemOf(Buffer.from(other, "hex")))).toThrow(unknown);
  });

  it("is refused when it is cut anywhere, or is another PEM", async () => {
    const names = new SubjectAlternativeNameExtension([{ type: "dns", value: "a.example.com" }]);
    const { pem } = await certificationRequest("CN=jane", ECDSA, [names]);
    const der = bytesOf(pem);
    for (let length = 1; length < der.length; length++) expect(() => parseRequest(pemOf(der.subarray(0, length)))).toThrow(/^x509|^PEM/);
    expect(() => parseRequest(base64(pem.replaceAll("CERTIFICATE REQUEST", "CERTIFICATE")))).toThrow(
      "PEM block type must be CERTIFICATE REQUEST",
    );
    expect(() => parseRequest("")).toThrow("PEM block type must be CERTIFICATE REQUEST");
  });
});
