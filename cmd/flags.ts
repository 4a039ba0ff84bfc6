import { isIP } from "node:net";
import { Command, CommanderError, Option } from "commander";
import { isServerName } from "./certificates/names.ts";
import { VERSION } from "./version.ts";

/** What the command line asks for. */
export interface Flags {
  readonly bindAddress: string;
  readonly securePort: number;
  readonly dataDir: string;
  readonly tlsSans: readonly string[];
  readonly tlsCertFile: string | undefined;
  readonly tlsPrivateKeyFile: string | undefined;
  readonly clientCaFile: string | undefined;
  /** Undefined: the embedded store in the data folder. */
  readonly etcd: EtcdFlags | undefined;
  readonly encryptionProviderConfigFile: string | undefined;
  readonly verbosity: number;
}

export interface EtcdFlags {
  readonly servers: readonly string[];
  readonly prefix: string;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** Either the flags, or text to print and stop: help, the version, or what is wrong, one line per mistake. */
export type Parsed =
  | { readonly flags: Flags }
  | { readonly print: string; readonly flags?: undefined }
  | { readonly errors: readonly string[]; readonly flags?: undefined };

interface Values {
  bindAddress: string;
  securePort: string;
  dataDir: string;
  tlsSan: string[];
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  clientCaFile?: string;
  etcdServers?: string;
  etcdPrefix: string;
  etcdCafile?: string;
  etcdCertfile?: string;
  etcdKeyfile?: string;
  encryptionProviderConfig?: string;
  v: string;
}

const collect = (value: string, before: string[]) => [...before, ...value.split(",")];

/** Reads a command line, without the names of node and the program. Flags carry kube-apiserver's names where it has them. */
export function parseFlags(argv: readonly string[]): Parsed {
  let printed = "";
  const command = new Command("datum-apiserver")
    .description("A Kubernetes-compatible API server for Datum's kinds: one process, no cluster.")
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => {} })
    .exitOverride()
    .helpOption("-h, --help", "show this help")
    .version(VERSION, "--version", "show the version")
    .addOption(new Option("--bind-address <ip>", "the address to listen on; 0.0.0.0 or :: for all").default("127.0.0.1", "127.0.0.1"))
    .addOption(new Option("--secure-port <port>", "the port to listen on; 0 picks a free one").default("6443", "6443"))
    .addOption(new Option("--data-dir <folder>", "where objects, certificates and admin.kubeconfig are kept").default(".datum", ".datum"))
    .addOption(
      new Option("--tls-san <name>", "one more name or address for the serving certificate; may be repeated")
        .default([], "none")
        .argParser(collect),
    )
    .option("--tls-cert-file <file>", "a serving certificate (PEM, with its chain) instead of the one made here")
    .option("--tls-private-key-file <file>", "the key of --tls-cert-file (PEM)")
    .option("--client-ca-file <file>", "authorities (PEM) whose client certificates are trusted besides those made here")
    .option("--etcd-servers <urls>", "store in etcd instead of the data folder: URLs separated by commas")
    .addOption(new Option("--etcd-prefix <prefix>", "what all keys in etcd start with").default("/datum", "/datum"))
    .option("--etcd-cafile <file>", "the authority of etcd's certificates (PEM)")
    .option("--etcd-certfile <file>", "the client certificate for etcd (PEM)")
    .option("--etcd-keyfile <file>", "the key of --etcd-certfile (PEM)")
    .option("--encryption-provider-config <file>", "an EncryptionConfiguration: which values lie encrypted in the store, and how")
    .addOption(new Option("-v, --v <level>", "how much to log: 0 what matters, 4 details, 6 everything").default("0", "0"));
  try {
    command.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { print: printed };
    return { errors: [error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")] };
  }
  return check(command.opts<Values>());
}

function check(values: Values): Parsed {
  const errors: string[] = [];
  const integer = (flag: string, text: string, max: number) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) errors.push(`${flag}: ${JSON.stringify(text)} is not a number from 0 to ${max}`);
    return value;
  };
  const together = (flag: string, value: string | undefined, needed: string, other: string | undefined) => {
    if (value !== undefined && other === undefined) errors.push(`${flag} needs ${needed}`);
  };

  if (isIP(values.bindAddress) === 0) errors.push(`--bind-address: ${JSON.stringify(values.bindAddress)} is not an IP address`);
  if (values.dataDir === "") errors.push("--data-dir: must not be empty");
  for (const name of values.tlsSan)
    if (!isServerName(name)) errors.push(`--tls-san: ${JSON.stringify(name)} is neither a DNS name nor an IP address`);
  together("--tls-cert-file", values.tlsCertFile, "--tls-private-key-file", values.tlsPrivateKeyFile);
  together("--tls-private-key-file", values.tlsPrivateKeyFile, "--tls-cert-file", values.tlsCertFile);
  together("--etcd-certfile", values.etcdCertfile, "--etcd-keyfile", values.etcdKeyfile);
  together("--etcd-keyfile", values.etcdKeyfile, "--etcd-certfile", values.etcdCertfile);
  together("--etcd-cafile", values.etcdCafile, "--etcd-servers", values.etcdServers);
  together("--etcd-certfile", values.etcdCertfile, "--etcd-servers", values.etcdServers);
  const servers = values.etcdServers?.split(",") ?? [];
  for (const server of servers)
    if (!/^https?:\/\/[^/]+\/?$/.test(server) || !URL.canParse(server))
      errors.push(`--etcd-servers: ${JSON.stringify(server)} is not a URL such as http://127.0.0.1:2379`);
  if (!/^\/[^\0]*[^/\0]$/.test(values.etcdPrefix))
    errors.push(`--etcd-prefix: ${JSON.stringify(values.etcdPrefix)} must start with a slash and not end with one`);

  const flags: Flags = {
    bindAddress: values.bindAddress,
    securePort: integer("--secure-port", values.securePort, 65_535),
    dataDir: values.dataDir,
    tlsSans: values.tlsSan,
    tlsCertFile: values.tlsCertFile,
    tlsPrivateKeyFile: values.tlsPrivateKeyFile,
    clientCaFile: values.clientCaFile,
    etcd:
      values.etcdServers === undefined
        ? undefined
        : {
            servers,
            prefix: values.etcdPrefix,
            caFile: values.etcdCafile,
            certFile: values.etcdCertfile,
            keyFile: values.etcdKeyfile,
          },
    encryptionProviderConfigFile: values.encryptionProviderConfig,
    verbosity: integer("-v", values.v.replace(/^=/, ""), 10),
  };
  return errors.length > 0 ? { errors } : { flags };
}
