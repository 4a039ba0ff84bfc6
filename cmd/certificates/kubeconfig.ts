import type { KeyPair } from "./pki.ts";

/** A kubeconfig that holds everything a client needs, certificates and key included; its context is called `datum`. */
export function kubeconfigText(server: string, authority: string, client: KeyPair): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return `apiVersion: v1
kind: Config
clusters:
  - name: datum
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(authority)}
users:
  - name: admin
    user:
      client-certificate-data: ${base64(client.certificate)}
      client-key-data: ${base64(client.key)}
contexts:
  - name: datum
    context:
      cluster: datum
      user: admin
current-context: datum
`;
}
