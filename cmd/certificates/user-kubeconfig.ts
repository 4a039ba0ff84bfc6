import path from "node:path";
import { parse } from "yaml";
import { kubeconfigText } from "./kubeconfig.ts";
import { issueClient } from "./pki.ts";
import { readText } from "./private-file.ts";

export interface UserOrder {
  readonly user: string;
  readonly groups: readonly string[];
  /** Milliseconds; the certificate never outlives the authority. */
  readonly lifetime: number;
  /** The URL of the server; undefined: where the server of the data folder was last. */
  readonly server: string | undefined;
}

/** Where a server is that was started without flags. */
const DEFAULT_SERVER = "https://127.0.0.1:6443";

/**
 * The text of a kubeconfig for somebody, with a key and a client certificate of his own from the data folder's authority.
 * No server has to run.
 * @throws StartupError naming the file that is missing or damaged
 */
export async function userKubeconfig(dataDir: string, order: UserOrder, now: number): Promise<string> {
  const subject = { commonName: order.user, organizations: order.groups };
  const client = await issueClient(path.join(dataDir, "pki"), subject, now, order.lifetime);
  const known = await administratorsCluster(path.join(dataDir, "admin.kubeconfig"));
  return kubeconfigText(order.server ?? known?.server ?? DEFAULT_SERVER, known?.authority ?? client.authority, client, order.user);
}

/** What the administrator's kubeconfig says of the server; it is the program's own, written at every start. */
async function administratorsCluster(file: string): Promise<{ server: string; authority: string } | undefined> {
  const text = await readText(file);
  if (text === undefined) return undefined;
  const [{ cluster }] = parse(text).clusters;
  return { server: cluster.server, authority: Buffer.from(cluster["certificate-authority-data"], "base64").toString() };
}
