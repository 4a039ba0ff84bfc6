import { beforeAll, describe, expect, it } from "vitest";
import { errorText } from "../../../apimachinery/field/error.ts";
import type { KubeObject } from "../../../apimachinery/object.ts";
import { certificationRequest } from "../../../test/tools/certification-request.ts";
import { certificateSigningRequest } from "./certificate-signing-request.ts";

const { strategy } = certificateSigningRequest;

let request: string;
beforeAll(async () => {
  request = (await certificationRequest("O=a, O=b, CN=jane")).base64;
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
    expect(texts("A_.B_.com/C_.D_").map((text) => /validating label "[^"]*"/.exec(text)?.[0])).toEqual([
      'validating label "A_"',
      'validating label "C_"',
    ]);
    expect(texts("example.com/A")[0]).toMatch(/^spec.signerName: Invalid value: "A": validating label "A": a lowercase RFC 1123 subdomain/);
    expect(texts(`${"a.".repeat(127)}com/x`)[0]).toBe("spec.signerName: Too long: may not be more than 253 bytes");
  });
});
