import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import { beforeAll, describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { certificateSigningRequest } from "./certificate-signing-request.ts";
import { parseRequest } from "./certification-request.ts";

const { strategy } = certificateSigningRequest;
type Crypto = Parameters<typeof Pkcs10CertificateRequestGenerator.create>[1];

async function requestFor(name: string, algorithm: object): Promise<string> {
  const keys = (await webcrypto.subtle.generateKey(algorithm as webcrypto.EcKeyGenParams, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const params = { name, keys: keys as never, signingAlgorithm: { hash: "SHA-256", ...algorithm } as never };
  const request = await Pkcs10CertificateRequestGenerator.create(params, webcrypto as unknown as Crypto);
  return Buffer.from(request.toString("pem")).toString("base64");
}

let request: string;
beforeAll(async () => {
  request = await requestFor("O=a, O=b, CN=jane", { name: "ECDSA", namedCurve: "P-256" });
});

const csr = (status: object = {}, spec: object = {}): KubeObject => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name: "x" },
  spec: { request, signerName: "example.com/a", usages: ["client auth"], ...spec },
  status,
});
const condition = (type: string, more: object = {}) => ({ type, status: "True", ...more });
const TIME = "2026-01-02T03:04:05Z";

describe("a PKCS#10 request", () => {
  it("is read with its name, whatever signed it", async () => {
    expect(parseRequest(request)).toEqual({ commonName: "jane", organizations: ["a", "b"] });
    const rsa = { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
    expect(parseRequest(await requestFor("CN=joe", rsa))).toEqual({ commonName: "joe", organizations: [] });
  });

  it("is refused when its signature is not that of its key, and when it is cut anywhere", () => {
    const lines = Buffer.from(request, "base64").toString().trim().split("\n");
    const der = Buffer.from(lines.slice(1, -1).join(""), "base64");
    const pem = (bytes: Buffer) => Buffer.from([lines[0], bytes.toString("base64"), lines.at(-1)].join("\n")).toString("base64");
    const other = Buffer.from(der);
    other[other.indexOf("jane")] = 0x6b;
    expect(() => parseRequest(pem(other))).toThrow("x509: ECDSA verification failure");
    for (let length = 1; length < der.length; length++) expect(() => parseRequest(pem(der.subarray(0, length)))).toThrow(/^x509|^PEM/);
  });
});

describe("a CertificateSigningRequest", () => {
  it("keeps what was approved as it was written while the status changes, and gives times to what is new", () => {
    const old = csr({ conditions: [condition("Approved", { lastUpdateTime: TIME, lastTransitionTime: TIME })] });
    const now = csr({ conditions: [condition("Approved", { reason: "other" }), condition("Failed")] });
    strategy.prepareForStatusUpdate?.(now, old, "2026-02-02T00:00:00Z");
    expect(now.status).toEqual({
      conditions: [
        condition("Approved", { lastUpdateTime: TIME, lastTransitionTime: TIME }),
        condition("Failed", { lastUpdateTime: "2026-02-02T00:00:00Z", lastTransitionTime: "2026-02-02T00:00:00Z" }),
      ],
    });
    expect(strategy.validateStatusUpdate?.(now, old)).toEqual([]);
  });

  it("has one certificate, given once and through the status", () => {
    const errors = (rule: "validateUpdate" | "validateStatusUpdate", from: string, to: string) =>
      strategy[rule]?.(csr({ certificate: to }), csr({ certificate: from }))
        .map(errorText)
        .filter((text) => /updates/.test(text));
    expect(errors("validateStatusUpdate", "", "QQ==")).toEqual([]);
    expect(errors("validateStatusUpdate", "QQ==", "Qg==")).toEqual([
      "status.certificate: Forbidden: updates may not modify existing certificate content",
    ]);
    expect(errors("validateUpdate", "", "QQ==")).toEqual(["status.certificate: Forbidden: updates may not set certificate content"]);
  });

  it("judges both halves of a signer's name", () => {
    const texts = (signerName: string) => strategy.validate?.(csr({}, { signerName })).map(errorText) ?? [];
    expect(texts("example.com/A")[0]).toMatch(/^spec.signerName: Invalid value: "A": validating label "A": a lowercase RFC 1123 subdomain/);
    expect(texts(`${"a.".repeat(127)}com/x`)[0]).toBe("spec.signerName: Too long: may not be more than 253 bytes");
  });
});
