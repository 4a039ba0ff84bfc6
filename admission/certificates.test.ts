import { describe, expect, it } from "vitest";
import type { CertificateSigningRequest } from "../apis/certificates/v1/certificate-signing-request.ts";
import { certificationRequest } from "../test/tools/certification-request.ts";
import type { AdmissionPlugin, Attributes } from "./admission.ts";
import { certificateApproval, certificateSigning, certificateSubjectRestriction, type SignerRights } from "./certificates.ts";

const REQUESTS = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };

const request = (status: CertificateSigningRequest["status"] = {}, spec: object = {}): CertificateSigningRequest => ({
  apiVersion: "certificates.k8s.io/v1",
  kind: "CertificateSigningRequest",
  metadata: { name: "x" },
  spec: { request: "", signerName: "example.com/mint", usages: ["client auth"], ...spec },
  status,
});

const attributes = (more: Partial<Attributes> = {}): Attributes => ({
  operation: "UPDATE",
  controlPlane: "root",
  kind: { group: "certificates.k8s.io", version: "v1", kind: "CertificateSigningRequest" },
  resource: REQUESTS,
  subresource: "approval",
  namespace: "",
  name: "x",
  object: request(),
  oldObject: request(),
  dryRun: false,
  user: { name: "jane", groups: [] },
  ...more,
});

/** What a plug-in answers to somebody with these rights, and what rights it asked for. */
async function judged(make: (rights: SignerRights) => AdmissionPlugin, asked: Attributes, ...held: string[]) {
  const questions: string[] = [];
  const plugin = make((user, verb, signer) => {
    questions.push(`${user.name} ${verb} ${signer}`);
    return held.includes(`${verb} ${signer}`);
  });
  const message = await (async () => plugin.validate?.(asked))().then(
    () => "let in",
    (error: Error) => error.message,
  );
  return { message, questions };
}

const refused = (verb: string) =>
  `certificatesigningrequests.certificates.k8s.io "x" is forbidden: user not permitted to ${verb} requests with signerName "example.com/mint"`;

describe.each([
  { make: certificateApproval, verb: "approve", subresource: "approval", changed: request() },
  { make: certificateSigning, verb: "sign", subresource: "status", changed: request({ certificate: "QQ==" }) },
])("whoever is to $verb", ({ make, verb, subresource, changed }) => {
  const asked = attributes({ subresource, object: changed });

  it("needs the right over the signer, or over all of its domain", async () => {
    const questions = [`jane ${verb} example.com/mint`, `jane ${verb} example.com/*`];
    expect(await judged(make, asked)).toEqual({ message: refused(verb), questions });
    expect(await judged(make, asked, `${verb} example.com/mint`)).toEqual({ message: "let in", questions: questions.slice(0, 1) });
    expect(await judged(make, asked, `${verb} example.com/*`)).toEqual({ message: "let in", questions });
    expect((await judged(make, asked, `${verb} example.com/other`, `${verb} *`, "use example.com/mint")).message).toBe(refused(verb));
  });

  it("is judged by the signer that is stored, not by the one that is sent", async () => {
    const forged = attributes({ subresource, object: { ...changed, spec: { ...changed.spec, signerName: "example.com/mine" } } });
    expect((await judged(make, forged, `${verb} example.com/mine`)).message).toBe(refused(verb));
  });

  it("is not asked about anything else", async () => {
    const others: Partial<Attributes>[] = [
      { subresource: "" },
      { subresource: subresource === "status" ? "approval" : "status" },
      { operation: "CREATE", subresource: "" },
      { operation: "DELETE", subresource: "" },
      { resource: { ...REQUESTS, group: "example.com" } },
      { resource: { ...REQUESTS, resource: "others" } },
    ];
    for (const other of others) expect(await judged(make, { ...asked, ...other })).toEqual({ message: "let in", questions: [] });
  });
});

it("whoever writes a status without changing it needs no right to sign", async () => {
  const status = { conditions: [{ type: "Approved", status: "True" }] } as const;
  const same = attributes({
    subresource: "status",
    object: request(structuredClone(status) as never),
    oldObject: request(status as never),
  });
  expect(await judged(certificateSigning, same)).toEqual({ message: "let in", questions: [] });
});

describe("the API servers' own signer", () => {
  const created = async (name: string, signerName = "kubernetes.io/kube-apiserver-client", more: Partial<Attributes> = {}) => {
    const object = request({}, { signerName, request: (await certificationRequest(name)).base64 });
    const asked = attributes({ operation: "CREATE", subresource: "", object, ...more });
    return (await judged(() => certificateSubjectRestriction, asked)).message;
  };

  it("makes nobody system:masters, wherever in the name that stands", async () => {
    const text =
      'certificatesigningrequests.certificates.k8s.io "x" is forbidden: use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed';
    expect(await created("CN=jane, O=system:masters")).toBe(text);
    expect(await created("O=developers, O=system:masters, CN=jane")).toBe(text);
  });

  it("takes others, and other signers are their own masters", async () => {
    expect(await created("CN=system:masters, O=developers, OU=system:masters")).toBe("let in");
    expect(await created("CN=jane, O=system:masters", "example.com/mint")).toBe("let in");
    expect(await created("CN=jane, O=system:masters", undefined, { operation: "UPDATE" })).toBe("let in");
  });
});
