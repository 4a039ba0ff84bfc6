import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import websocket from "@fastify/websocket";
import { fastify } from "fastify";
import type { Logger } from "pino";
import { type Status, unreadable } from "../../apimachinery/status/status.ts";
import { type Exchange, type Exchanges, failureOf, type Handle } from "./exchange.ts";
import { Http1Exchange, UNREAD_MS } from "./http1.ts";
import { Http2Exchange } from "./http2.ts";
import { type Authorities, certificatesIn, judgedAnew, type Link, peerOf } from "./peer.ts";
import { protocolsOf, UpgradeExchange } from "./upgrade.ts";

export interface DoorOptions {
  readonly handle: Handle;
  /** An address, not a name. */
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly tls: TlsFiles;
  readonly log: Logger;
  /** How long requests in flight may take when the door closes. Milliseconds; 5,000 if not given. */
  readonly grace?: number;
}

/** In PEM. */
export interface TlsFiles {
  readonly key: string;
  readonly certificate: string;
  /** Who may vouch for client certificates. */
  readonly clientAuthorities: readonly string[];
  /** Who may vouch for proxies that say who sends requests. Default: nobody. */
  readonly proxyAuthorities?: readonly string[];
}

export interface Door {
  readonly host: string;
  readonly port: number;
  /** New connections get these from now on. Who has one loses what an authority vouched for that is no longer among them. */
  reload(tls: TlsFiles): void;
  /** Takes no more connections, ends streams cleanly, lets requests in flight finish within the grace, and cuts what is left. */
  close(): Promise<void>;
}

/** Go's default limit, and so kube-apiserver's, for the head of a request. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** What Go's clients keep an idle connection for; kube-apiserver waits as long. */
const IDLE_MS = 90_000;
/** Clients have nothing to say on a WebSocket. */
const MAX_MESSAGE_BYTES = 64 * 1024;
const SSL_OP_NO_TICKET = 0x4000;

/**
 * Opens the door to the network: TLS with HTTP/1.1 and HTTP/2 on one port, every request handed to the core.
 *
 * Fastify owns the sockets, HTTP/1.1, upgrades and the closing; its router is passed by (`rewriteUrl`), and a request is taken over in
 * its first hook, so that no answer of its own is ever seen. HTTP/2 streams go to the core directly, which halves their cost
 * (docs/decisions/0001-libraries.md has the figures).
 *
 * @throws what listening threw: the port is taken, the address is not ours
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const door = new HttpDoor(options);
  await door.listen(options);
  return door;
}

class HttpDoor implements Door, Exchanges {
  readonly handle: Handle;
  readonly streaming = new Set<Exchange>();
  draining = false;
  readonly #log: Logger;
  readonly #grace: number;
  readonly #sessions = new Map<ServerHttp2Session, Link>();
  /** Connections that speak HTTP/1.1. */
  readonly #connections = new Map<TLSSocket, Link>();
  /** What is beneath all of them, and connections that have not come so far. */
  readonly #sockets = new Set<Socket>();
  /** Requests whose handshake is under way. */
  readonly #upgrading = new WeakMap<IncomingMessage, UpgradeExchange>();
  readonly #server: Http2SecureServer;
  readonly #app;
  #closing: Promise<void> | undefined;
  /** The connection whose handshake has just ended. */
  #arriving: Link | undefined;
  #authorities: Authorities;
  /** Their texts, to know when they are others. */
  #vouching: string;

  constructor({ handle, tls, log, grace = 5_000 }: DoorOptions) {
    this.handle = handle;
    this.#log = log;
    this.#grace = grace;
    this.#authorities = authoritiesOf(tls);
    this.#vouching = JSON.stringify([tls.clientAuthorities, tls.proxyAuthorities]);
    const server = this.#createServer(tls);
    this.#server = server;
    this.#app = fastify({
      serverFactory: (handler) => {
        const answer = handler as unknown as (request: IncomingMessage, response: ServerResponse) => void;
        server.on("request", answer as never);
        // With a listener of ours, Node leaves it to `readBody` to ask for the body: a refusal comes before it is sent.
        server.on("checkContinue", answer as never);
        // Node has added its own listener, which wraps streams in the HTTP/1.1 interface.
        server.removeAllListeners("stream");
        // The types lack the last of what Node gives.
        server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) => {
          const link = this.#sessions.get(stream.session as ServerHttp2Session);
          if (link !== undefined) void new Http2Exchange(this, stream, headers, rawHeaders, link).run();
        });
        return server as never;
      },
      // Our one route has no schemas; asked for nothing, Fastify would load two compilers for them, a twentieth of the time to start.
      schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
      rewriteUrl: () => "/",
      return503OnClosing: false,
      clientErrorHandler: refuse as never,
      logger: false,
    });
    this.#app.addHook("onRequest", (request, reply, done) => {
      const raw = request.raw as IncomingMessage & { originalUrl?: string; upgrade?: boolean };
      const link = this.#connections.get(raw.socket as TLSSocket);
      if (raw.upgrade !== true) reply.hijack();
      if (link === undefined) return;
      const target = raw.originalUrl ?? "/";
      if (raw.upgrade !== true) void new Http1Exchange(this, raw, reply.raw, target, link).run();
      else {
        // Fastify goes on to the route below only where the connection is to become a WebSocket
        const exchange = new UpgradeExchange(this, raw, reply.raw, target, link, () => {
          this.#upgrading.set(raw, exchange);
          done();
        });
        void exchange.run();
      }
    });
    this.#app.register(websocket, {
      options: { maxPayload: MAX_MESSAGE_BYTES, handleProtocols: (_, request) => protocolsOf(request)[0] ?? false },
      // streams end in the hook below
      preClose: (done) => done(),
    });
    this.#app.register(async (app) => {
      app.get("/", { websocket: true }, (socket, request) => this.#upgrading.get(request.raw)?.connected(socket));
    });
    this.#app.addHook("preClose", (done) => {
      this.#drain();
      done();
    });
  }

  failed = (error: unknown, { method, path }: { readonly method: string; readonly path: string }): void => {
    this.#log.error({ err: error, method, path }, "a request failed unexpectedly");
  };

  get host(): string {
    return (this.#server.address() as AddressInfo).address;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen({ host, port }: DoorOptions): Promise<void> {
    await this.#app.listen({ host, port });
    this.#server.on("error", (error) => this.#log.error({ err: error }, "the listening socket failed"));
  }

  reload(tls: TlsFiles): void {
    this.#authorities = authoritiesOf(tls);
    this.#server.setSecureContext(secureContext(tls));
    const vouching = JSON.stringify([tls.clientAuthorities, tls.proxyAuthorities]);
    if (vouching === this.#vouching) return;
    this.#vouching = vouching;
    const authorities = { ...this.#authorities, clients: certificatesIn(tls.clientAuthorities) };
    for (const link of [...this.#sessions.values(), ...this.#connections.values()]) link.peer = judgedAnew(link, authorities);
  }

  close(): Promise<void> {
    this.#closing ??= this.#app.close().then(() => undefined);
    return this.#closing;
  }

  #createServer(tls: TlsFiles): Http2SecureServer {
    const server = createSecureServer({
      ...secureContext(tls),
      allowHTTP1: true,
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: 10_000,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      maxHeaderListPairs: 2_000,
      settings: {
        maxConcurrentStreams: 1_000,
        maxHeaderListSize: MAX_HEAD_BYTES,
        initialWindowSize: 256 * 1024,
        enablePush: false,
      },
    } as Parameters<typeof createSecureServer>[0]);
    Object.assign(server, {
      maxHeaderSize: MAX_HEAD_BYTES,
      maxHeadersCount: 0,
      keepAliveTimeout: IDLE_MS,
      headersTimeout: 32_000,
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    // Before Node's own listener, which makes a session of the socket and hides it.
    server.prependListener("secureConnection", (socket: TLSSocket) => {
      this.#arriving = { socket, peer: peerOf(socket, this.#authorities), requests: 0 };
      if (socket.alpnProtocol === "h2") return;
      this.#connections.set(socket, this.#arriving);
      socket.once("close", () => this.#connections.delete(socket));
    });
    server.on("secureConnection", (socket: TLSSocket) => {
      if (this.draining) socket.destroy();
    });
    server.on("session", (session) => {
      const link = this.#arriving!;
      this.#sessions.set(session, link);
      session.once("close", () => this.#sessions.delete(session));
      // Node takes a connection for idle when nothing moves; a watch may be silent for long.
      session.setTimeout(IDLE_MS, () => {
        if (link.requests === 0) session.close();
      });
    });
    // Node's own takes a connection for idle as soon as the end of an answer is written, flushed or not, and cuts it off.
    const closeIdleConnections = () => {
      for (const [socket, { requests }] of this.#connections) if (requests === 0) socket.destroy();
    };
    Object.assign(server, { closeIdleConnections });
    return server;
  }

  /** Fastify stops listening right after; its `close` resolves when the last connection has ended. */
  #drain(): void {
    this.draining = true;
    for (const exchange of this.streaming) exchange.stop();
    for (const session of this.#sessions.keys()) session.close();
    const cut = setTimeout(() => {
      for (const session of this.#sessions.keys()) session.destroy(undefined, constants.NGHTTP2_INTERNAL_ERROR);
      for (const socket of this.#sockets) socket.destroy();
    }, this.#grace);
    this.#server.once("close", () => clearTimeout(cut));
  }
}

const noSchemas = () => () => {
  throw new Error("no route has a schema");
};

/** Sessions are not resumed: a certificate is looked at on every connection, and no state is kept for peers that never return. */
function secureContext({ key, certificate, clientAuthorities, proxyAuthorities = [] }: TlsFiles): SecureContextOptions {
  return { key, cert: certificate, ca: [...clientAuthorities, ...proxyAuthorities], secureOptions: SSL_OP_NO_TICKET };
}

/** Read only where it has to be told who vouched for a certificate. */
function authoritiesOf({ clientAuthorities, proxyAuthorities = [] }: TlsFiles): Authorities {
  const clients = proxyAuthorities.length === 0 ? [] : certificatesIn(clientAuthorities);
  return { clients, proxies: certificatesIn(proxyAuthorities) };
}

/**
 * Answers bytes that Node could not read as a request, in so far as the connection allows, and closes it. A whole request that came before
 * them is answered first: the client has to learn what became of it.
 */
function refuse(error: Error & { code?: string }, socket: Socket & { _httpMessage?: ServerResponse | null }): void {
  const before = socket._httpMessage;
  if (before?.req.complete) {
    before.once("close", () => refuse(error, socket));
    return;
  }
  if (!socket.writable || before?.headersSent) {
    socket.destroy();
    return;
  }
  const { status, body } = failureOf(refusalOf(error.code));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${body.length}\r\nconnection: close\r\n\r\n${Buffer.from(body).toString()}`,
  );
  // A socket that is destroyed with bytes unread takes the answer with it.
  socket.resume();
  setTimeout(() => socket.destroy(), UNREAD_MS).unref();
}

function refusalOf(code: string | undefined): Status {
  if (code === "HPE_HEADER_OVERFLOW") return unreadable(431, `the head of the request is larger than ${MAX_HEAD_BYTES} bytes`).status;
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return unreadable(408, "the request did not come in time").status;
  return unreadable(400, "the request could not be read as HTTP").status;
}
