import type { CertificationRequest } from "../../apis/certificates/v1/certification-request.ts";

/** What a signer does not certify: undefined where it does, else why not. */
export type Rules = (request: CertificationRequest, usages: readonly string[]) => string | undefined;

/**
 * The signers whose certificates this server takes from its clients (kubernetes, pkg/controller/certificates/signer/signer.go and
 * pkg/apis/certificates/helpers.go). That for the servers of kubelets is not among them: there are no nodes.
 */
export const SIGNERS: ReadonlyMap<string, Rules> = new Map<string, Rules>([
  ["kubernetes.io/kube-apiserver-client", (_, usages) => clientProblem(usages)],
  ["kubernetes.io/kube-apiserver-client-kubelet", kubeletProblem],
]);

function clientProblem(usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => !KUBELET_USAGES.includes(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes("client auth") ? undefined : "missing required usage for client certificate: client auth";
}

const KUBELET_USAGES = ["client auth", "digital signature", "key encipherment"];

function kubeletProblem({ commonName, organizations, names }: CertificationRequest, usages: readonly string[]): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== "system:nodes") return "subject organization is not system:nodes";
  const kind = (["DNS", "email", "IP", "URI"] as const).find((one) => names.has(one));
  if (kind !== undefined) return `${kind} subjectAltNames are not allowed`;
  if (!commonName.startsWith("system:node:")) return "subject common name does not begin with system:node:";
  // an encipherment is something that not every key can do
  const isRight = ["client auth", "digital signature"].every((usage) => usages.includes(usage));
  if (isRight && usages.every((usage) => KUBELET_USAGES.includes(usage))) return undefined;
  return `usages did not match [${KUBELET_USAGES.join(" ")}]`;
}
