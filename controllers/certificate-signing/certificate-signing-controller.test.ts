import "reflect-metadata";
import { SubjectAlternativeNameExtension } from "@peculiar/x509";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CertificateSigningRequest } from "../../apis/certificates/v1/certificate-signing-request.ts";
import { certificationRequest, ECDSA } from "../../test/tools/certification-request.ts";
import { TestControlPlane } from "../../test/tools/control-plane.ts";
import { eventually } from "../../test/tools/eventually.ts";
import { certificateSigningController } from "./certificate-signing-controller.ts";

const REQUESTS = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const MERGE = "application/merge-patch+json";
const CLIENT = "kubernetes.io/kube-apiserver-client";
const KUBELET = "kubernetes.io/kube-apiserver-client-kubelet";
const USAGES = ["client auth", "digital signature"];
const HOUR = 3_600_000;

/** Stands for what a signer would issue: a certificate is judged when it is written. */
let certificate: string;
let orders: { readonly request: string; readonly usages: readonly string[]; readonly lifetime: number }[];
let plane: TestControlPlane;
beforeEach(async () => {
  const { issueAuthority } = await import("../../cmd/certificates/issue.ts");
  const { generateKeyPairSync } = await import("node:crypto");
  const { privateKey: key } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  certificate = await issueAuthority({ subject: { commonName: "x" }, key, now: Date.now(), lifetime: HOUR });
  orders = [];
  plane = await TestControlPlane.start();
  plane.run(
    certificateSigningController({
      longest: 24 * HOUR,
      async sign(request, usages, lifetime) {
        orders.push({ request, usages, lifetime });
        return certificate;
      },
    }),
  );
});
afterEach(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

interface Asked {
  readonly subject?: string;
  readonly names?: SubjectAlternativeNameExtension[];
  readonly signerName?: string;
  readonly usages?: string[];
  readonly expirationSeconds?: number;
  readonly decision?: "Approved" | "Denied";
  /** Whether there is something to wait for. */
  readonly isAnswered?: boolean;
}

let asked = 0;

/** What becomes of a request, a moment after it was decided about. */
async function outcome({ subject = "CN=jane", names = [], usages = USAGES, ...more }: Asked) {
  const { signerName = CLIENT, expirationSeconds, decision, isAnswered = decision === "Approved" } = more;
  const name = `r-${++asked}`;
  const { base64 } = await certificationRequest(subject, ECDSA, names);
  await plane.admin.create(REQUESTS, undefined, {
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request: base64, signerName, usages, ...(expirationSeconds && { expirationSeconds }) },
  });
  const approve = (type: string) =>
    plane.admin.patch(REQUESTS, { name, subresource: "approval" }, MERGE, { status: { conditions: [{ type, status: "True" }] } });
  if (decision !== undefined) await approve(decision);
  const status = async () => (await plane.admin.get<CertificateSigningRequest>(REQUESTS, { name })).status ?? {};
  const done = ({ certificate, conditions = [] }: NonNullable<CertificateSigningRequest["status"]>) =>
    certificate ? "issued" : conditions.find(({ type }) => type === "Failed");
  if (!isAnswered) await new Promise((resolve) => setTimeout(resolve, 50));
  else await eventually(async () => expect(done(await status())).toBeDefined());
  return done(await status());
}

const failed = (message: string) => expect.objectContaining({ status: "True", reason: "SignerValidationFailure", message });
const approved = (more: Asked) => outcome({ decision: "Approved", ...more });

describe("a request for a client's certificate", () => {
  it("is signed when it was approved, and not before", async () => {
    expect(await outcome({})).toBeUndefined();
    expect(await outcome({ decision: "Denied" })).toBeUndefined();
    expect(orders).toEqual([]);
    expect(await approved({})).toBe("issued");
    expect(orders).toMatchObject([{ request: expect.stringMatching(/^-----BEGIN CERTIFICATE REQUEST/), usages: USAGES }]);
  });

  it("gets the time that it asks for, and at most the longest", async () => {
    for (const expirationSeconds of [undefined, 600, 7_200, 7_000_000]) await approved({ ...(expirationSeconds && { expirationSeconds }) });
    expect(orders.map(({ lifetime }) => lifetime)).toEqual([24 * HOUR, 600_000, 2 * HOUR, 24 * HOUR]);
  });

  it("is refused for what is no client's use", async () => {
    expect(await approved({ usages: ["client auth", "server auth"] })).toEqual(failed("invalid usage for client certificate: server auth"));
    expect(await approved({ usages: ["digital signature"] })).toEqual(failed("missing required usage for client certificate: client auth"));
    expect(orders).toEqual([]);
  });

  it("is left alone where another signer is meant", async () => {
    for (const signerName of ["example.com/mint", "kubernetes.io/kubelet-serving"])
      expect(await approved({ signerName, isAnswered: false })).toBeUndefined();
    expect(orders).toEqual([]);
  });
});

describe("a request for the certificate of a kubelet", () => {
  const of = (more: Asked) => approved({ signerName: KUBELET, subject: "O=system:nodes, CN=system:node:a", ...more });

  it("is signed where it is one", async () => {
    expect(await of({})).toBe("issued");
    expect(await of({ usages: [...USAGES, "key encipherment"] })).toBe("issued");
  });

  it("is refused in Kubernetes' words where it is none", async () => {
    const named = (type: "dns" | "ip" | "email" | "url", value: string) => [new SubjectAlternativeNameExtension([{ type, value }])];
    expect(await of({ subject: "CN=system:node:a" })).toEqual(failed("subject organization is not system:nodes"));
    expect(await of({ subject: "O=system:nodes, O=more, CN=system:node:a" })).toEqual(failed("subject organization is not system:nodes"));
    expect(await of({ names: named("dns", "a.example.com") })).toEqual(failed("DNS subjectAltNames are not allowed"));
    expect(await of({ names: named("email", "a@example.com") })).toEqual(failed("email subjectAltNames are not allowed"));
    expect(await of({ names: named("ip", "10.0.0.1") })).toEqual(failed("IP subjectAltNames are not allowed"));
    expect(await of({ names: named("url", "spiffe://example.com/a") })).toEqual(failed("URI subjectAltNames are not allowed"));
    expect(await of({ subject: "O=system:nodes, CN=a" })).toEqual(failed("subject common name does not begin with system:node:"));
    const usages = "usages did not match [client auth digital signature key encipherment]";
    for (const wrong of [["client auth"], [...USAGES, "server auth"]]) expect(await of({ usages: wrong })).toEqual(failed(usages));
    expect(orders).toEqual([]);
  });
});
