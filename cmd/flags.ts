import { isIP } from "node:net";
import { Command, CommanderError, Option } from "commander";
import { parseDuration } from "../apimachinery/time/duration.ts";
import { ParseError } from "../apimachinery/validation/parse-error.ts";
import type { FlowControlOptions } from "../apiserver/flow-control/options.ts";
import { type AuditFlags, type AuditValues, auditFlags, auditOptions } from "./audit/flags.ts";
import { type AuthenticationFlags, type AuthenticationValues, authenticationFlags, authenticationOptions } from "./authentication/flags.ts";
import { type AuthorizationFlags, type AuthorizationValues, authorizationFlags, authorizationOptions } from "./authorization/flags.ts";
import { isServerName } from "./certificates/names.ts";
import type { UserOrder } from "./certificates/user-kubeconfig.ts";
import { type ControllerSelection, parseControllers } from "./controller-selection.ts";
import { FEATURE_GATES, type FeatureGates, parseFeatureGates } from "./feature-gates.ts";
import { type FlowControlValues, flowControlFlags, flowControlOptions } from "./flow-control-flags.ts";
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
  readonly authentication: AuthenticationFlags;
  readonly authorization: AuthorizationFlags;
  readonly audit: AuditFlags;
  /** Undefined: the embedded store in the data folder. */
  readonly etcd: EtcdFlags | undefined;
  /** Milliseconds between two compactions of etcd; 0 leaves it alone. */
  readonly etcdCompactionInterval: number;
  readonly encryptionProviderConfigFile: string | undefined;
  readonly controllers: ControllerSelection;
  /** Milliseconds that certificates are good for at most which are issued for CertificateSigningRequests. */
  readonly clusterSigningDuration: number;
  readonly flowControl: FlowControlOptions;
  readonly featureGates: FeatureGates;
  readonly verbosity: number;
}

export interface EtcdFlags {
  readonly servers: readonly string[];
  readonly prefix: string;
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** `name:password` in one line. */
  readonly credentialsFile: string | undefined;
}

/** Work on a data folder without serving it. */
export type Task =
  | { readonly name: "backup" | "restore"; readonly file: string; readonly dataDir: string }
  | ({ readonly name: "kubeconfig"; readonly out: string | undefined; readonly dataDir: string } & UserOrder)
  | { readonly name: "check"; readonly file: string | undefined; readonly dataDir: string }
  | { readonly name: "import" | "export"; readonly dataDir: string; readonly etcd: EtcdFlags };

/** The flags of a server, a task, or text to print and stop: help, the version, or what is wrong, one line per mistake. */
export type Parsed =
  | { readonly flags: Flags }
  | { readonly task: Task }
  | { readonly print: string }
  | { readonly errors: readonly string[] };

interface EtcdValues {
  etcdServers?: string;
  etcdPrefix: string;
  etcdCafile?: string;
  etcdCertfile?: string;
  etcdKeyfile?: string;
  etcdCredentialsFile?: string;
}

interface Values extends EtcdValues, FlowControlValues, AuthenticationValues, AuthorizationValues, AuditValues {
  bindAddress: string;
  securePort: string;
  dataDir: string;
  tlsSan: string[];
  tlsCertFile?: string;
  tlsPrivateKeyFile?: string;
  clientCaFile?: string;
  etcdCompactionInterval: string;
  encryptionProviderConfig?: string;
  controllers?: string[];
  clusterSigningDuration: string;
  featureGates: string[];
  v: string;
}

const append = (value: string, before: string[] = []) => [...before, value];
const collect = (value: string, before: string[]) => [...before, ...value.split(",")];

/** Reads a command line, without the names of node and the program. Flags carry kube-apiserver's names where it has them. */
export function parseFlags(argv: readonly string[]): Parsed {
  let printed = "";
  let parsed: Parsed | undefined;
  const command = new Command("datum-apiserver")
    .description("A Kubernetes-compatible API server for Datum's kinds: one process, no cluster.")
    .configureHelp({ helpWidth: 110 })
    .configureOutput({ writeOut: (text) => (printed += text), writeErr: () => {} })
    .exitOverride()
    .enablePositionalOptions()
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .version(VERSION, "--version", "show the version")
    .addOption(new Option("--bind-address <ip>", "the address to listen on; 0.0.0.0 or :: for all").default("127.0.0.1", "127.0.0.1"))
    .addOption(new Option("--secure-port <port>", "the port to listen on; 0 picks a free one").default("6443", "6443"))
    .addOption(dataDirOption("where objects, certificates and admin.kubeconfig are kept"))
    .addOption(
      new Option("--tls-san <name>", "one more name or address for the serving certificate; may be repeated")
        .default([], "none")
        .argParser(collect),
    )
    .option("--tls-cert-file <file>", "a serving certificate (PEM, with its chain) instead of the one made here")
    .option("--tls-private-key-file <file>", "the key of --tls-cert-file (PEM)")
    .option("--client-ca-file <file>", "authorities (PEM) whose client certificates are trusted besides those made here");
  authenticationOptions(command);
  authorizationOptions(command);
  flowControlOptions(command);
  auditOptions(command);
  etcdOptions(command, "store in etcd instead of the data folder: URLs separated by commas")
    .addOption(
      new Option("--etcd-compaction-interval <time>", "how often etcd is to forget history, for example 90s; 0 never").default("5m", "5m"),
    )
    .option("--encryption-provider-config <file>", "an EncryptionConfiguration: which values lie encrypted in the store, and how")
    .addOption(
      new Option("--controllers <names>", "the controllers that run: * for all, name for one, -name for not that one; may be repeated")
        .default(undefined, "*")
        .argParser(append),
    )
    .addOption(
      new Option("--cluster-signing-duration <time>", "how long certificates for CertificateSigningRequests are good at most").default(
        "8760h",
        "8760h, a year",
      ),
    )
    .addOption(
      new Option("--feature-gates <gates>", `what is off by default, such as ${Object.keys(FEATURE_GATES)[0]}=true; may be repeated`)
        .default([], "none")
        .argParser(collect),
    )
    .addOption(new Option("-v, --v <level>", "how much to log: 0 what matters, 4 details, 6 everything").default("0", "0"))
    .action((values: Values) => {
      parsed = serverFlags(values);
    });
  addTasks(command, (task) => {
    parsed = task;
  });
  try {
    command.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { print: printed };
    return { errors: [error.message.replace(/^error: /, "").replace(/\s*\n\s*/g, " ")] };
  }
  return parsed as Parsed;
}

const dataDirOption = (description: string) => new Option("--data-dir <folder>", description).default(".datum", ".datum");

function etcdOptions(command: Command, servers: string): Command {
  return command
    .option("--etcd-servers <urls>", servers)
    .addOption(new Option("--etcd-prefix <prefix>", "what all keys in etcd start with").default("/datum", "/datum"))
    .option("--etcd-cafile <file>", "the authority of etcd's certificates (PEM)")
    .option("--etcd-certfile <file>", "the client certificate for etcd (PEM)")
    .option("--etcd-keyfile <file>", "the key of --etcd-certfile (PEM)")
    .option("--etcd-credentials-file <file>", "name:password of the user of etcd; read again when etcd asks again");
}

function addTasks(command: Command, onTask: (parsed: Parsed) => void): void {
  const add = (usage: string, description: string) =>
    command.command(usage).description(description).addOption(dataDirOption("the data folder whose store it is"));
  add("backup <file>", "write the store in the data folder to a file, while a server uses it or not").action((file, { dataDir }) =>
    onTask({ task: { name: "backup", file, dataDir } }),
  );
  add("restore <file>", "make a store in a data folder that has none, from a backup").action((file, { dataDir }) =>
    onTask({ task: { name: "restore", file, dataDir } }),
  );
  add("check [file]", "look through the store in the data folder, or through a backup").action((file, { dataDir }) =>
    onTask({ task: { name: "check", file, dataDir } }),
  );
  command
    .command("kubeconfig")
    .description("make a kubeconfig for somebody, with a client certificate from the data folder's authority; no server has to run")
    .addOption(dataDirOption("the data folder whose authority it is"))
    .requiredOption("--user <name>", "who it is for")
    .addOption(new Option("--group <name>", "a group of the user; may be repeated").default([], "none").argParser(append))
    .addOption(new Option("--duration <time>", "how long the certificate is good, for example 24h").default("8760h", "8760h, a year"))
    .option("--server <url>", "the server's URL, if not the one in admin.kubeconfig")
    .option("--out <file>", "the file to write, for its owner alone; default: print it")
    .action((values: KubeconfigValues) => onTask(kubeconfigTask(values)));
  const withEtcd = (name: "import" | "export", description: string) =>
    etcdOptions(add(name, description), "the etcd: URLs separated by commas").action((values: EtcdValues & { dataDir: string }) => {
      const errors: string[] = [];
      const etcd = etcdFlags(values, errors);
      if (etcd === undefined) errors.push("--etcd-servers is missing");
      onTask(errors.length > 0 ? { errors } : { task: { name, dataDir: values.dataDir, etcd: etcd as EtcdFlags } });
    });
  withEtcd("import", "copy what is in an etcd into a data folder that has no store");
  withEtcd("export", "copy the store in the data folder into an etcd that has nothing below the prefix");
}

interface KubeconfigValues {
  dataDir: string;
  user: string;
  group: string[];
  duration: string;
  server?: string;
  out?: string;
}

/** No certificate is for less (as of a CertificateSigningRequest). */
const SHORTEST_CERTIFICATE = 600_000;

/** Milliseconds; undefined for a time that no certificate is good for. */
function lifetimeOf(flag: string, text: string, errors: string[]): number | undefined {
  const lifetime = milliseconds(flag, text, errors);
  if (lifetime !== undefined && lifetime < SHORTEST_CERTIFICATE) errors.push(`${flag}: ${JSON.stringify(text)} is less than 10m`);
  return lifetime;
}

function kubeconfigTask({ dataDir, user, group, duration, server, out }: KubeconfigValues): Parsed {
  const errors: string[] = [];
  if (user === "") errors.push("--user: must not be empty");
  if (group.includes("")) errors.push("--group: must not be empty");
  const lifetime = lifetimeOf("--duration", duration, errors);
  if (server !== undefined && !(/^https:\/\//.test(server) && URL.canParse(server)))
    errors.push(`--server: ${JSON.stringify(server)} is not a URL such as https://127.0.0.1:6443`);
  if (errors.length > 0) return { errors };
  return { task: { name: "kubeconfig", dataDir, user, groups: group, lifetime: lifetime as number, server, out } };
}

const together = (errors: string[], flag: string, value: string | undefined, needed: string, other: string | undefined) => {
  if (value !== undefined && other === undefined) errors.push(`${flag} needs ${needed}`);
};

function etcdFlags(values: EtcdValues, errors: string[]): EtcdFlags | undefined {
  together(errors, "--etcd-certfile", values.etcdCertfile, "--etcd-keyfile", values.etcdKeyfile);
  together(errors, "--etcd-keyfile", values.etcdKeyfile, "--etcd-certfile", values.etcdCertfile);
  together(errors, "--etcd-cafile", values.etcdCafile, "--etcd-servers", values.etcdServers);
  together(errors, "--etcd-certfile", values.etcdCertfile, "--etcd-servers", values.etcdServers);
  together(errors, "--etcd-credentials-file", values.etcdCredentialsFile, "--etcd-servers", values.etcdServers);
  const servers = values.etcdServers?.split(",") ?? [];
  for (const server of servers)
    if (/@/.test(server)) errors.push("--etcd-servers: a name and a password are given with --etcd-credentials-file, not in a URL");
    else if (!/^https?:\/\/[^/]+\/?$/.test(server) || !URL.canParse(server))
      errors.push(`--etcd-servers: ${JSON.stringify(server)} is not a URL such as http://127.0.0.1:2379`);
  if (!/^\/[^\0]*[^/\0]$/.test(values.etcdPrefix))
    errors.push(`--etcd-prefix: ${JSON.stringify(values.etcdPrefix)} must start with a slash and not end with one`);
  if (values.etcdServers === undefined) return undefined;
  return {
    servers,
    prefix: values.etcdPrefix,
    caFile: values.etcdCafile,
    certFile: values.etcdCertfile,
    keyFile: values.etcdKeyfile,
    credentialsFile: values.etcdCredentialsFile,
  };
}

/** Node's timers hold a little more. */
const LONGEST_TIMER = 20 * 24 * 3_600_000;

/** Milliseconds for a timer. */
function duration(flag: string, text: string, errors: string[]): number {
  const time = milliseconds(flag, text, errors) ?? 0;
  if (time === 0 || (time >= 1_000 && time <= LONGEST_TIMER)) return time;
  errors.push(`${flag}: ${JSON.stringify(text)} is not between a second and 20 days`);
  return 0;
}

/** Undefined for what is no time. */
function milliseconds(flag: string, text: string, errors: string[]): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    errors.push(`${flag}: ${JSON.stringify(text)} is not a time such as 5m or 90s`);
    return undefined;
  }
}

function serverFlags(values: Values): Parsed {
  const errors: string[] = [];
  const integer = (flag: string, text: string, max: number) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) errors.push(`${flag}: ${JSON.stringify(text)} is not a number from 0 to ${max}`);
    return value;
  };

  if (isIP(values.bindAddress) === 0) errors.push(`--bind-address: ${JSON.stringify(values.bindAddress)} is not an IP address`);
  if (values.dataDir === "") errors.push("--data-dir: must not be empty");
  for (const name of values.tlsSan)
    if (!isServerName(name)) errors.push(`--tls-san: ${JSON.stringify(name)} is neither a DNS name nor an IP address`);
  together(errors, "--tls-cert-file", values.tlsCertFile, "--tls-private-key-file", values.tlsPrivateKeyFile);
  together(errors, "--tls-private-key-file", values.tlsPrivateKeyFile, "--tls-cert-file", values.tlsCertFile);
  const etcd = etcdFlags(values, errors);

  const flags: Flags = {
    bindAddress: values.bindAddress,
    securePort: integer("--secure-port", values.securePort, 65_535),
    dataDir: values.dataDir,
    tlsSans: values.tlsSan,
    tlsCertFile: values.tlsCertFile,
    tlsPrivateKeyFile: values.tlsPrivateKeyFile,
    clientCaFile: values.clientCaFile,
    authentication: authenticationFlags(values, errors),
    authorization: authorizationFlags(values, errors),
    audit: auditFlags(values, errors),
    etcd,
    etcdCompactionInterval: duration("--etcd-compaction-interval", values.etcdCompactionInterval, errors),
    encryptionProviderConfigFile: values.encryptionProviderConfig,
    controllers: parseControllers("--controllers", values.controllers, errors),
    clusterSigningDuration: lifetimeOf("--cluster-signing-duration", values.clusterSigningDuration, errors) ?? 0,
    flowControl: flowControlFlags(values, integer, errors),
    featureGates: parseFeatureGates("--feature-gates", values.featureGates, errors),
    verbosity: integer("-v", values.v.replace(/^=/, ""), 10),
  };
  return errors.length > 0 ? { errors } : { flags };
}
