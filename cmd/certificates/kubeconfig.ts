import type { KeyPair } from "./pki.ts";

/** A kubeconfig that holds everything a client needs, certificates and key included; its context is called `datum`. */
export function kubeconfigText(server: string, authority: string, client: KeyPair, user = "admin"): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  // what may mean something in YAML is written as JSON, which is YAML too
  const name = /^[a-z][a-z0-9-]*$/.test(user) ? user : JSON.stringify(user);
  return `apiVersion: v1
kind: Config
clusters:
  - name: datum
    cluster:
      server: ${server}
      certificate-authority-data: ${base64(authority)}
users:
  - name: ${name}
    user:
      client-certificate-data: ${base64(client.certificate)}
      client-key-data: ${base64(client.key)}
contexts:
  - name: datum
    context:
      cluster: datum
      user: ${name}
current-context: datum
`;
}
