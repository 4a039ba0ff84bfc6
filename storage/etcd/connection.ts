import type { IAuthenticateRequest, IAuthenticateResponse, ICallable, IOptions, Services } from "etcd3";
import type { ConnectionPool } from "etcd3/lib/connection-pool.js";
import { CallError } from "./call-error.ts";
import { type Credentials, Token } from "./token.ts";

export interface ConnectionOptions {
  /** PEM: who may have signed the servers' certificates. */
  readonly ca?: Buffer;
  /** PEM: the client's own certificate and key. */
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Asked for whenever etcd wants to know again who this is. */
  readonly credentials?: () => Promise<Credentials>;
}

/** Pings find connections that broke without a word. etcd refuses more than one in five seconds. */
const PING_MILLISECONDS = 10_000;

/** How fast a connection is tried again: at first, and at most. gRPC's own limit is two minutes. */
const RECONNECT_MILLISECONDS = [100, 1_000] as const;

/** How long etcd may take to check a password. */
const AUTHENTICATE_MILLISECONDS = 5_000;

type Service = keyof typeof Services;
type Use = Parameters<ICallable<unknown>["withConnection"]>[1];
type Client = Parameters<Use>[0]["client"];
type Metadata = Parameters<Use>[0]["metadata"];
type CallOptions = Parameters<ICallable<unknown>["exec"]>[3];
type Unary = (request: unknown, metadata: Metadata, options: CallOptions, done: (error: Error | null, answer: unknown) => void) => void;

/**
 * The calls of etcd3 to one endpoint, each made once: etcd3's pool makes the channels and knows the protocol, and nothing else of it is used.
 * What it would do besides does harm here: retries store a write twice, a large or slow answer closes the channels under other calls and opens
 * a circuit breaker, a refused token is presented again without end (docs/decisions/0003).
 */
export class Connection implements ICallable<unknown> {
  readonly callOptionsFactory = undefined;
  readonly #pool: ConnectionPool;
  readonly #token: Token | undefined;
  readonly #services = new Map<Service, Promise<{ readonly client: Client; readonly metadata: Metadata }>>();

  private constructor(pool: ConnectionPool, credentials: ConnectionOptions["credentials"]) {
    this.#pool = pool;
    this.#token = credentials && new Token(credentials, (request) => this.#authenticate(request));
  }

  /**
   * Connects with the first call.
   * @param url `http://host:port` or `https://host:port`
   */
  static async to(url: string, { ca, cert, key, credentials }: ConnectionOptions): Promise<Connection> {
    // A hundred modules, wanted only where etcd is used.
    const { ConnectionPool } = await import("etcd3/lib/connection-pool.js");
    const options: IOptions = {
      hosts: url,
      // The type asks for a CA; without one the system's are used.
      ...(url.startsWith("https:") && {
        credentials: { rootCertificate: ca as Buffer, ...(key && { privateKey: key }), ...(cert && { certChain: cert }) },
      }),
      grpcOptions: {
        "grpc.max_receive_message_length": -1,
        "grpc.max_send_message_length": -1,
        "grpc.keepalive_time_ms": PING_MILLISECONDS,
        "grpc.keepalive_timeout_ms": PING_MILLISECONDS / 2,
        "grpc.initial_reconnect_backoff_ms": RECONNECT_MILLISECONDS[0],
        "grpc.max_reconnect_backoff_ms": RECONNECT_MILLISECONDS[1],
      },
    };
    return new Connection(new ConnectionPool(options), credentials);
  }

  /** Makes a call. @throws CallError */
  async exec<T>(service: Service, method: string, request: unknown, options: CallOptions): Promise<T> {
    for (let again = false; ; again = true) {
      const token = await this.#tokenOrThrow();
      try {
        return await this.#call<T>(service, method, request, options, token);
      } catch (error) {
        // refused before anything was done, so that a write may be sent again too
        if (again || !this.#token || !(error instanceof CallError) || !error.refusesToken) throw error;
        this.#token.drop(token);
      }
    }
  }

  /** Opens a stream, for `use` to make. A member that lost the cluster ends it instead of falling silent. @throws CallError */
  async withConnection<R>(
    service: Service,
    use: (given: { resource: unknown; client: Client; metadata: Metadata }) => Promise<R> | R,
  ): Promise<R> {
    const token = await this.#tokenOrThrow();
    const { client, metadata } = await this.#service(service);
    const head = metadata.clone();
    head.set("hasleader", "true");
    if (token) head.set("token", token);
    return use({ resource: undefined, client, metadata: head });
  }

  /** Is told of broken streams; gRPC connects again by itself. */
  markFailed(): void {}

  /** The token was refused by other means than a failed call. */
  dropToken(): void {
    this.#token?.drop();
  }

  close(): void {
    this.#pool.close();
  }

  async #call<T>(service: Service, method: string, request: unknown, options: CallOptions, token?: string): Promise<T> {
    const { client, metadata } = await this.#service(service);
    let head = metadata;
    if (token) {
      head = metadata.clone();
      head.set("token", token);
    }
    return new Promise<T>((resolve, reject) => {
      (client as unknown as Record<string, Unary>)[method]!(request, head, options, (error, answer) => {
        if (error === null) resolve(answer as T);
        else reject(CallError.of(error));
      });
    });
  }

  #service(name: Service): Promise<{ readonly client: Client; readonly metadata: Metadata }> {
    let service = this.#services.get(name);
    if (service === undefined) {
      service = this.#pool.withConnection(name, ({ client, metadata }) => ({ client, metadata }));
      this.#services.set(name, service);
    }
    return service;
  }

  async #tokenOrThrow(): Promise<string | undefined> {
    try {
      return await this.#token?.get();
    } catch (error) {
      throw CallError.of(error).before();
    }
  }

  async #authenticate(request: IAuthenticateRequest): Promise<string> {
    const deadline = Date.now() + AUTHENTICATE_MILLISECONDS;
    return (await this.#call<IAuthenticateResponse>("Auth", "authenticate", request, { deadline })).token;
  }
}
