import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import { SERVICE_ACCOUNT_NAME, SERVICE_ACCOUNT_TOKEN, SERVICE_ACCOUNT_UID, type Secret } from "../../apis/core/v1/secret.ts";
import type { ServiceAccount } from "../../apis/core/v1/service-account.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { ownsField } from "../runtime/field-owner.ts";
import { Informer, identityOf, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const SECRETS: ResourceRef = { group: "", version: "v1", resource: "secrets" };
const SERVICE_ACCOUNTS: ResourceRef = { group: "", version: "v1", resource: "serviceaccounts" };

const NAME = "serviceaccount-token-controller";
const WORKERS = 4;

/** What is put into Secrets. */
export interface TokenSource {
  /** What programs are to trust the server by, in PEM. */
  readonly certificate: string;
  /** A token that is good for as long as the Secret and the account are there. */
  issue(namespace: string, secretName: string, account: { readonly name: string; readonly uid: string }): Promise<string>;
}

/** What is kept of a Secret with a token; its data is not. */
interface TokenSecret extends KubeObject {
  readonly account: { readonly name: string; readonly uid: string | undefined };
  readonly isFilled: boolean;
}

/**
 * Fills Secrets of the type `kubernetes.io/service-account-token`: whoever wants a token that does not expire makes one that names a service
 * account. It goes with the account, and the account's reference to it goes with it (kubernetes, pkg/controller/serviceaccount/
 * tokens_controller.go; recording controllers/service-account-token-secrets).
 */
export const tokenSecretsController = (source: TokenSource): Controller => ({
  name: NAME,
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const onError = (error: unknown) => log.error({ controller: NAME, err: error }, "watch failed");
    const queue = new WorkQueue();
    let isEarly = true;
    const accounts = new Informer<KubeObject>(client.metadataOnly, SERVICE_ACCOUNTS, onError, { keep: identityOf });
    const secrets = new Informer<TokenSecret>(client, SECRETS, onError, {
      selectors: { fieldSelector: `type=${SERVICE_ACCOUNT_TOKEN}` },
      keep: (secret) => ({ ...identityOf(secret), account: accountIn(secret), isFilled: isFilled(secret, source, isEarly) }),
    });
    /** Secrets that are gone, until no account refers to them. */
    const gone = new Map<string, TokenSecret>();

    secrets.handle((secret, event) => {
      if (event === "removed") gone.set(keyOf(secret), secret);
      else gone.delete(keyOf(secret));
      queue.add(keyOf(secret));
    });
    accounts.handle(({ metadata }, event) => {
      if (event === "added") return;
      for (const secret of secrets.list()) {
        if (secret.account.name === metadata.name && secret.metadata.namespace === metadata.namespace) queue.add(keyOf(secret));
      }
    });

    const work = workOn(NAME, queue, WORKERS, surroundings, signal, async (key) => {
      await Promise.all([accounts.synced, secrets.synced]);
      isEarly = false;
      const secret = secrets.get(key);
      const last = gone.get(key);
      if (secret !== undefined) await look(client, source, secret, accounts.get(accountKeyOf(secret)));
      else if (last !== undefined) {
        if (accounts.get(accountKeyOf(last)) !== undefined) await forget(client, last);
        gone.delete(key);
      }
      return undefined;
    });
    await Promise.all([accounts.run(signal), secrets.run(signal), work]);
  },
});

const accountIn = ({ metadata: { annotations = {} } }: KubeObject): TokenSecret["account"] => ({
  name: annotations[SERVICE_ACCOUNT_NAME] ?? "",
  uid: annotations[SERVICE_ACCOUNT_UID] || undefined,
});

const accountKeyOf = ({ metadata, account }: TokenSecret): string => `${metadata.namespace}/${account.name}`;

/** What another server of the same etcd wrote stands, but at the start: its authority may be another one. */
function isFilled(object: KubeObject, { certificate }: TokenSource, isEarly: boolean): boolean {
  const { data = {} } = object as Secret;
  if (!data.token || !data.namespace) return false;
  return data["ca.crt"] === base64(certificate) || (!isEarly && ownsField(object, NAME, ["data", "ca.crt"]));
}

/** Deletes a Secret whose account is not there, and fills another one where something is missing. */
async function look(client: Client, source: TokenSource, secret: TokenSecret, known: KubeObject | undefined): Promise<void> {
  const { name = "", namespace = "", uid = "" } = secret.metadata;
  try {
    const account = isMeant(known, secret)
      ? known
      : await client.get(SERVICE_ACCOUNTS, { namespace, name: secret.account.name }).catch(absent);
    if (!isMeant(account, secret)) await client.delete(SECRETS, { namespace, name }, { preconditions: { uid } });
    else if (!secret.isFilled) await fill(client, source, secret, account);
  } catch (error) {
    // somebody else changed or removed it; the watch tells
    if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
  }
}

const isMeant = (account: KubeObject | undefined, { account: { uid } }: TokenSecret): account is KubeObject =>
  account !== undefined && (uid === undefined || uid === account.metadata.uid);

async function fill(client: Client, source: TokenSource, { metadata }: TokenSecret, account: KubeObject): Promise<void> {
  const { name: secretName = "", namespace = "" } = metadata;
  const live = await client.get<Secret>(SECRETS, { namespace, name: secretName });
  // the watch tells of what changed meanwhile
  if (live.metadata.resourceVersion !== metadata.resourceVersion) return;
  const { name = "", uid = "" } = account.metadata;
  const annotations = { ...live.metadata.annotations, [SERVICE_ACCOUNT_NAME]: name, [SERVICE_ACCOUNT_UID]: uid };
  const data = {
    ...live.data,
    "ca.crt": base64(source.certificate),
    namespace: live.data?.namespace || base64(namespace),
    token: live.data?.token || base64(await source.issue(namespace, secretName, { name, uid })),
  };
  await client.update(SECRETS, { ...live, metadata: { ...live.metadata, annotations }, data }, { fieldManager: NAME });
}

/** Takes the reference to a Secret that is gone out of its account. */
async function forget(client: Client, secret: TokenSecret): Promise<void> {
  const { name, namespace = "" } = secret.metadata;
  for (;;) {
    const account = await client.get<ServiceAccount>(SERVICE_ACCOUNTS, { namespace, name: secret.account.name }).catch(absent);
    if (!isMeant(account, secret)) return;
    const { secrets = [] } = account as ServiceAccount;
    const others = secrets.filter((reference) => reference.name !== name);
    if (others.length === secrets.length) return;
    try {
      await client.update(SERVICE_ACCOUNTS, { ...account, secrets: others }, { fieldManager: NAME });
      return;
    } catch (error) {
      if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
    }
  }
}

function absent(error: unknown): undefined {
  if (!isReason(error, "NotFound")) throw error;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
