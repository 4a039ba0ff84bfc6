import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import * as https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Logger, pino } from "pino";
import { inject } from "vitest";
import { DEFAULT_FLOW_CONTROL, type FlowControlOptions } from "../../apiserver/flow-control/options.ts";
import { type AuditFlags, DEFAULT_AUDIT } from "../../cmd/audit/flags.ts";
import { type AuthenticationFlags, DEFAULT_AUTHENTICATION } from "../../cmd/authentication/flags.ts";
import { type AuthorizationFlags, DEFAULT_AUTHORIZATION } from "../../cmd/authorization/flags.ts";
import { ALL_CONTROLLERS, type ControllerSelection } from "../../cmd/controller-selection.ts";
import { FEATURE_GATES, type FeatureGates } from "../../cmd/feature-gates.ts";
import type { EtcdFlags } from "../../cmd/flags.ts";
import { startServer } from "../../cmd/server.ts";
import { openEmbedded } from "../../storage/embedded/open.ts";
import { openEtcd } from "../../storage/etcd/open.ts";
import type { Storage } from "../../storage/storage.ts";
import { credentialsIn } from "./credentials.ts";

/** A real server on a free port, with a data folder and keys in etcd of its own. */
export interface TestServer {
  readonly url: string;
  readonly kubeconfigPath: string;
  readonly dataDir: string;
  /** Sends a request as the administrator; a body that is an object goes as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** Stops it, and leaves nothing behind. */
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every shape
  readonly body: any;
}

/** Which engine the tests of this run store in. */
export const testStorage = (process.env.TEST_STORAGE ?? "embedded") as "embedded" | "etcd";

/** Where a new server stores: undefined for its data folder, or a prefix in the project's etcd that nobody else has. */
export function freshEtcd(): EtcdFlags | undefined {
  if (testStorage === "embedded") return undefined;
  return {
    servers: inject("etcd"),
    prefix: `/test/${randomUUID()}`,
    caFile: undefined,
    certFile: undefined,
    keyFile: undefined,
    credentialsFile: undefined,
  };
}

/** What a server stores in, while no server uses it. */
export function openTestStorage(dataDir: string, etcd: EtcdFlags | undefined): Promise<Storage> {
  return etcd === undefined
    ? openEmbedded({ folder: path.join(dataDir, "store"), now: Date.now })
    : openEtcd({ endpoints: etcd.servers, prefix: etcd.prefix });
}

export const temporaryFolder = (): Promise<string> => mkdtemp(path.join(tmpdir(), "datum-test-"));

/** All controllers but those that put objects into every namespace: for tests that look at all there is in one. */
export const EMPTY_NAMESPACES: ControllerSelection = ["*", "-serviceaccount-controller", "-root-ca-certificate-publisher-controller"];

/** What a server of a test may be started with. */
export interface TestServerOptions {
  readonly dataDir?: string;
  readonly etcd?: EtcdFlags | undefined;
  readonly clientCaFile?: string;
  readonly authentication?: Partial<AuthenticationFlags>;
  readonly authorization?: AuthorizationFlags;
  readonly audit?: AuditFlags;
  readonly encryptionProviderConfigFile?: string;
  readonly controllers?: ControllerSelection;
  readonly clusterSigningDuration?: number;
  readonly flowControl?: Partial<FlowControlOptions>;
  readonly featureGates?: Partial<FeatureGates>;
  /** Default: silent, unless `TEST_LOG` names a level. */
  readonly log?: Logger;
}

/** Starts a server in this process. `dataDir` and `etcd` of an earlier one make it start with what that one stored; they are kept then. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const server = await startServer({
    bindAddress: "127.0.0.1",
    securePort: 0,
    dataDir,
    tlsSans: [],
    tlsCertFile: undefined,
    tlsPrivateKeyFile: undefined,
    clientCaFile: options.clientCaFile,
    authentication: { ...DEFAULT_AUTHENTICATION, ...options.authentication },
    authorization: options.authorization ?? DEFAULT_AUTHORIZATION,
    audit: options.audit ?? DEFAULT_AUDIT,
    etcd: "etcd" in options ? options.etcd : freshEtcd(),
    etcdCompactionInterval: 0,
    encryptionProviderConfigFile: options.encryptionProviderConfigFile,
    controllers: options.controllers ?? ALL_CONTROLLERS,
    clusterSigningDuration: options.clusterSigningDuration ?? 365 * 24 * 3_600_000,
    flowControl: { ...DEFAULT_FLOW_CONTROL, ...options.flowControl },
    featureGates: { ...FEATURE_GATES, ...options.featureGates },
    log: options.log ?? pino({ level: process.env.TEST_LOG ?? "silent" }, pino.destination(2)),
  });
  const requester = await Requester.open(server.url, server.kubeconfigPath);
  return {
    url: server.url,
    kubeconfigPath: server.kubeconfigPath,
    dataDir,
    send: (...request) => requester.send(...request),
    async close() {
      requester.close();
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Requests with the credentials of a kubeconfig. */
export class Requester {
  readonly #url: string;
  readonly #agent: https.Agent;

  private constructor(url: string, agent: https.Agent) {
    this.#url = url;
    this.#agent = agent;
  }

  static async open(url: string, kubeconfigPath: string): Promise<Requester> {
    const agent = new https.Agent({ keepAlive: true, ...(await credentialsIn(kubeconfigPath)) });
    return new Requester(url, agent);
  }

  send(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const bytes = body === undefined || typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body);
    const type = body === undefined || bytes === body ? {} : { "content-type": "application/json" };
    return new Promise((resolve, reject) => {
      const request = https.request(`${this.#url}${path}`, { method, agent: this.#agent, headers: { ...type, ...headers } }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            get body() {
              return JSON.parse(text);
            },
          });
        });
      });
      request.on("error", reject);
      request.end(bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
