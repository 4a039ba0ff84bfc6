import { readFile } from "node:fs/promises";
import path from "node:path";
import { createSecureContext } from "node:tls";
import { Ajv } from "ajv";
import { DecodeError } from "../apimachinery/json/decode-error.ts";
import { parseYaml } from "../apimachinery/yaml/to-json.ts";

/** What a kubeconfig says of its current context: where the server is, and how one proves there who one is. */
export interface ServerAccess {
  readonly url: URL;
  readonly tls: ClientTls;
  /** The kubeconfig and the certificates and keys that it names, as they were read. */
  readonly files: readonly ReadFile[];
  /** The header `Authorization` of the next request, if there is one: a token in a file may be another one by then. */
  authorization(): Promise<string | undefined>;
}

export interface ReadFile {
  readonly file: string;
  readonly text: string;
}

/** As Node's `https` takes it, all in PEM. */
export interface ClientTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** A kubeconfig that cannot be used; the message says what for. */
export class KubeconfigError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "KubeconfigError";
  }
}

/**
 * Reads a kubeconfig and the files that it names, which are looked for beside it (k8s.io/client-go, tools/clientcmd). What would start another
 * program (`exec`, `auth-provider`) is refused, and so are proxies.
 * @throws KubeconfigError
 */
export async function readKubeconfig(file: string): Promise<ServerAccess> {
  const files: ReadFile[] = [];
  const read = async (name: string) => {
    const text = await readText(name);
    files.push({ file: name, text });
    return text;
  };
  const config = parse(file, await read(file));
  const name = config["current-context"] ?? "";
  const context = named(config.contexts, name)?.context;
  if (context === undefined) throw new KubeconfigError(`${file}: context was not found for specified context: ${name}`);
  const cluster = named(config.clusters, context.cluster ?? "")?.cluster;
  if (cluster === undefined) throw new KubeconfigError(`${file}: cluster ${JSON.stringify(context.cluster ?? "")} does not exist`);
  const user = context.user ? named(config.users, context.user)?.user : {};
  if (user === undefined) throw new KubeconfigError(`${file}: auth info ${JSON.stringify(context.user)} does not exist`);

  const { server = "" } = cluster;
  if (server === "") throw new KubeconfigError(`${file}: no server found for cluster ${JSON.stringify(context.cluster ?? "")}`);
  if (!/^https?:\/\//.test(server) || !URL.canParse(server)) throw new KubeconfigError(`${file}: ${JSON.stringify(server)} is not a URL`);
  for (const [member, given] of [
    ["proxy-url", cluster["proxy-url"]],
    ["exec", user.exec],
    ["auth-provider", user["auth-provider"]],
    ["as", user.as],
  ] as const) {
    if (given !== undefined) throw new KubeconfigError(`${file}: ${member} cannot be used here`);
  }

  const pem = async (data: string | undefined, beside: string | undefined) => {
    if (data) return Buffer.from(data, "base64").toString();
    return beside ? read(path.resolve(path.dirname(file), beside)) : undefined;
  };
  const [ca, cert, key] = await Promise.all([
    pem(cluster["certificate-authority-data"], cluster["certificate-authority"]),
    pem(user["client-certificate-data"], user["client-certificate"]),
    pem(user["client-key-data"], user["client-key"]),
  ]);
  if ((cert === undefined) !== (key === undefined)) throw new KubeconfigError(`${file}: a client certificate and its key belong together`);
  checkCredentials(file, { ...(ca !== undefined && { ca }), ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) });
  const servername = cluster["tls-server-name"];
  return {
    url: new URL(server),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(servername && { servername }),
      ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
    },
    files,
    authorization: () => authorizationOf(user, path.dirname(file)),
  };
}

/** What is no certificate, or no key of it, is told before anybody connects with it. */
function checkCredentials(file: string, credentials: ClientTls): void {
  try {
    createSecureContext(credentials);
  } catch (error) {
    throw new KubeconfigError(`${file}: a certificate or key cannot be used: ${(error as Error).message}`, error);
  }
}

/** A token is taken before a name and a password, and one in a file before one in the kubeconfig. */
async function authorizationOf({ token, tokenFile, username, password }: User, folder: string): Promise<string | undefined> {
  if (tokenFile) return `Bearer ${(await readText(path.resolve(folder, tokenFile))).trim()}`;
  if (token) return `Bearer ${token}`;
  if (username || password) return `Basic ${Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64")}`;
  return undefined;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    // without the name of the call and the file
    throw new KubeconfigError(`cannot read ${file}: ${(error as Error).message.replace(/^E[A-Z]+: ([^,]+), .*$/s, "$1")}`, error);
  }
}

interface Cluster {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

interface User {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly exec?: object;
  readonly "auth-provider"?: object;
}

interface Kubeconfig {
  readonly "current-context"?: string;
  readonly contexts?: readonly { readonly name: string; readonly context: { readonly cluster?: string; readonly user?: string } }[] | null;
  readonly clusters?: readonly { readonly name: string; readonly cluster: Cluster }[] | null;
  readonly users?: readonly { readonly name: string; readonly user: User }[] | null;
}

const named = <T extends { readonly name: string }>(list: readonly T[] | null | undefined, name: string): T | undefined =>
  list?.find((item) => item.name === name);

function parse(file: string, text: string): Kubeconfig {
  let value: unknown;
  try {
    ({ value } = parseYaml(text));
  } catch (error) {
    if (error instanceof DecodeError) throw new KubeconfigError(`${file}: ${error.message}`, error);
    throw error;
  }
  const validate = new Ajv({ strict: true }).compile<Kubeconfig>(SCHEMA);
  if (validate(value)) return value;
  const [mistake] = validate.errors ?? [];
  throw new KubeconfigError(`${file}: no kubeconfig: ${mistake?.instancePath} ${mistake?.message}`.replace(":  ", ": "));
}

const texts = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { type: "string" }]));
const list = (member: string, properties: object) => ({
  type: ["array", "null"],
  items: {
    type: "object",
    required: ["name", member],
    properties: { name: { type: "string" }, [member]: { type: "object", properties } },
  },
});

/** What is not named here is let through: a kubeconfig may hold much that concerns other programs. */
const SCHEMA = {
  type: "object",
  properties: {
    "current-context": { type: "string" },
    contexts: list("context", texts("cluster", "user")),
    clusters: list("cluster", {
      ...texts("server", "certificate-authority", "certificate-authority-data", "tls-server-name", "proxy-url"),
      "insecure-skip-tls-verify": { type: "boolean" },
    }),
    users: list("user", {
      ...texts("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
      ...texts("token", "tokenFile", "username", "password", "as"),
      exec: { type: "object" },
      "auth-provider": { type: "object" },
    }),
  },
};
