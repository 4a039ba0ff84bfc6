import { hostname } from "node:os";
import path from "node:path";
import type { Logger } from "pino";
import { kinds } from "../apis/kinds.ts";
import { Core } from "../apiserver/core.ts";
import { type Door, openDoor, type TlsFiles } from "../apiserver/doors/http.ts";
import { controllers, type Lent, serverControllers } from "../controllers/controllers.ts";
import { openAuditing } from "./audit/open-auditing.ts";
import { authenticationSettings } from "./authentication/settings.ts";
import { AuthorizationSettings } from "./authorization/settings.ts";
import { Certificates } from "./certificates/certificates.ts";
import { isUnspecified, serverNames } from "./certificates/names.ts";
import { isSelected } from "./controller-selection.ts";
import { startControllers } from "./controllers.ts";
import type { Flags } from "./flags.ts";
import { reasonOf, StartupError } from "./startup-error.ts";
import { openStorage } from "./storage.ts";
import { VERSION } from "./version.ts";

export interface ServerOptions extends Omit<Flags, "verbosity"> {
  readonly log: Logger;
}

export interface RunningServer {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** The administrator's. */
  readonly kubeconfigPath: string;
  /** Ends watches, lets requests in flight finish, and releases everything. Resolves within seconds. */
  close(): Promise<void>;
}

/**
 * Starts a whole server: certificates, storage, core, and at last the door, so that whoever can connect is served.
 * @throws StartupError or StorageError with one line for the person who started it; what had been opened is closed again
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const opened: (() => void | Promise<void>)[] = [];
  const close = async () => {
    for (let release = opened.pop(); release !== undefined; release = opened.pop()) await release();
  };
  try {
    return await start(options, (release) => opened.push(release), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  options: ServerOptions,
  onClose: (release: () => void | Promise<void>) => void,
  close: () => Promise<void>,
): Promise<RunningServer> {
  const { log, bindAddress } = options;
  const certificates = await Certificates.open({
    dataDir: options.dataDir,
    names: serverNames(bindAddress, hostname(), options.tlsSans),
    ...(options.tlsCertFile && options.tlsPrivateKeyFile
      ? { serving: { certificateFile: options.tlsCertFile, keyFile: options.tlsPrivateKeyFile } }
      : {}),
    ...(options.clientCaFile ? { clientCaFile: options.clientCaFile } : {}),
    now: Date.now,
  });
  onClose(() => certificates.close());

  const authentication = await authenticationSettings(options.authentication, options.dataDir, log);
  const { settings } = authentication;
  onClose(() => authentication.close());
  const authorization = await AuthorizationSettings.open(options.authorization, log);
  onClose(() => authorization.close());
  const audit = await openAuditing(options.audit, log);
  onClose(() => audit?.close());
  const storage = await openStorage(options);
  onClose(() => storage.close());

  const host = isUnspecified(bindAddress) ? "127.0.0.1" : bindAddress;
  const hostPort = (port: number) => `${host.includes(":") ? `[${host}]` : host}:${port}`;
  let address = hostPort(options.securePort);
  const core = new Core({
    storage,
    kinds,
    productVersion: VERSION,
    authentication: settings,
    authorizers: authorization.authorizers,
    flowControl: options.flowControl,
    auditing: audit?.auditing,
    cbor: options.featureGates.CBORServingAndStorage,
    // The port is known once the door is open, which is before anybody can ask.
    get serverAddress() {
      return address;
    },
    onPanic: (error, { method, path }) => log.error({ err: error, method, path }, "a request failed unexpectedly"),
    onProblem: (error) =>
      log.error({ err: error }, "a CustomResourceDefinition cannot be served, or what has to be known of all requests cannot be read"),
  });
  onClose(() => core.close());
  authorization.follow((authorizers) => core.setAuthorizers(authorizers));
  await core.start();
  const lent: Lent = {
    signing: {
      sign: (request, usages, lifetime) => certificates.sign(request, usages, lifetime),
      longest: options.clusterSigningDuration,
    },
    tokens: {
      certificate: certificates.trusted,
      issue: (namespace, secretName, account) => settings.serviceAccounts.issuer.issueLegacyToken(namespace, secretName, account),
    },
  };
  const chosen = controllers(lent).filter(({ name }) => isSelected(options.controllers, name));
  onClose(await startControllers(core, [...serverControllers, ...chosen], log));

  const tls = (): TlsFiles => ({ ...certificates.tls, proxyAuthorities: authentication.proxyAuthorities });
  const door = await listen(options, core, tls());
  onClose(() => door.close());
  onClose(() => core.drain());
  address = hostPort(door.port);
  const url = `https://${address}`;
  await certificates.writeKubeconfig(url);
  const reload = (told: string) => {
    door.reload(tls());
    log.info(told);
  };
  certificates.keepRenewed(
    () => reload("certificates renewed"),
    (error) => log.error({ err: error }, "certificates could not be renewed"),
  );
  const unusable = (error: unknown) =>
    log.error({ err: error }, "a file with certificates has changed and cannot be used; what it held counts on");
  certificates.follow(() => reload("certificates reloaded"), unusable);
  authentication.follow(() => reload("authorities of proxies reloaded"), unusable);
  log.info({ url, storage: storage.name, version: VERSION }, "serving");
  return { url, kubeconfigPath: path.resolve(certificates.kubeconfigPath), close };
}

async function listen({ bindAddress, securePort, log }: ServerOptions, core: Core, tls: TlsFiles): Promise<Door> {
  try {
    return await openDoor({ handle: core.handle, host: bindAddress, port: securePort, tls, log });
  } catch (error) {
    throw new StartupError(`cannot listen on ${bindAddress} port ${securePort}: ${reasonOf(error)}`, error);
  }
}
