import { quote } from "../apimachinery/go-text.ts";
import { forbidden } from "../apimachinery/status/status.ts";
import { type CertificateSigningRequest, sameStatus } from "../apis/certificates/v1/certificate-signing-request.ts";
import { parseRequest } from "../apis/certificates/v1/certification-request.ts";
import type { AdmissionPlugin, Attributes } from "./admission.ts";

/** Whether somebody may `approve` or `sign` for a signer, or for all signers of a domain (`example.com/*`). */
export type SignerRights = (user: Attributes["user"], verb: "approve" | "sign", signer: string) => boolean | Promise<boolean>;

const CLIENT_SIGNER = "kubernetes.io/kube-apiserver-client";

/** Who approves needs the right to do so for the signer (kubernetes, plugin/pkg/admission/certificates/approval). */
export const certificateApproval = (rights: SignerRights): AdmissionPlugin => ({
  name: "CertificateApproval",
  validate: (attributes) => (isUpdateOf(attributes, "approval") ? check(attributes, "approve", rights) : undefined),
});

/** Who issues, or says that it failed, needs the right to sign for the signer (plugin/pkg/admission/certificates/signing). */
export const certificateSigning = (rights: SignerRights): AdmissionPlugin => ({
  name: "CertificateSigning",
  validate: (attributes) => {
    if (!isUpdateOf(attributes, "status")) return undefined;
    const { object, oldObject } = attributes;
    return object && oldObject && sameStatus(object, oldObject) ? undefined : check(attributes, "sign", rights);
  },
});

/** Nobody becomes `system:masters` by the API servers' own signer (plugin/pkg/admission/certificates/subjectrestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: "CertificateSubjectRestriction",
  validate: ({ operation, resource, name, object }) => {
    if (operation !== "CREATE" || !isRequests(resource)) return;
    const { request, signerName } = (object as CertificateSigningRequest).spec;
    if (signerName !== CLIENT_SIGNER || !parseRequest(request).organizations.includes("system:masters")) return;
    throw forbidden(resource, name, `use of ${CLIENT_SIGNER} signer with system:masters group is not allowed`);
  },
};

const isRequests = ({ group, resource }: Attributes["resource"]) =>
  group === "certificates.k8s.io" && resource === "certificatesigningrequests";

const isUpdateOf = ({ operation, resource, subresource }: Attributes, part: string) =>
  operation === "UPDATE" && subresource === part && isRequests(resource);

async function check({ user, resource, name, oldObject }: Attributes, verb: "approve" | "sign", rights: SignerRights): Promise<void> {
  const { signerName } = (oldObject as CertificateSigningRequest).spec;
  const domain = `${signerName.split("/")[0]}/*`;
  if ((await rights(user, verb, signerName)) || (await rights(user, verb, domain))) return;
  throw forbidden(resource, name, `user not permitted to ${verb} requests with signerName ${quote(signerName)}`);
}
