import { readFile } from "node:fs/promises";
import { parse } from "yaml";

/** What a kubeconfig with one user tells of TLS, as Node takes it. */
export interface Credentials {
  readonly ca: Buffer;
  readonly cert: Buffer;
  readonly key: Buffer;
}

export async function credentialsIn(kubeconfigPath: string): Promise<Credentials> {
  const { clusters, users } = parse(await readFile(kubeconfigPath, "utf8"));
  const decode = (base64: string) => Buffer.from(base64, "base64");
  return {
    ca: decode(clusters[0].cluster["certificate-authority-data"]),
    cert: decode(users[0].user["client-certificate-data"]),
    key: decode(users[0].user["client-key-data"]),
  };
}
