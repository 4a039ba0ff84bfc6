import { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { ClientCertificate, Connection } from "../request.ts";

/** What the door knows of whoever is at the other end of a connection; worked out once. */
export type Peer = Connection;

/** A connection: an HTTP/2 session, or a socket that speaks HTTP/1.1. */
export interface Link {
  readonly socket: TLSSocket;
  /** Another one when nobody vouches for its certificate any more. */
  peer: Peer;
  /** How many requests it is in the middle of. */
  requests: number;
}

/** Who may vouch for what; TLS itself knows one list of them all. */
export interface Authorities {
  readonly clients: readonly X509Certificate[];
  /** For proxies that say who sends requests. */
  readonly proxies: readonly X509Certificate[];
}

/** The certificates in texts of PEM, each of which may hold several. */
export function certificatesIn(pems: readonly string[]): X509Certificate[] {
  return pems
    .flatMap((pem) => pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [])
    .map((pem) => new X509Certificate(pem));
}

/**
 * Reads the peer's side of a TLS connection.
 *
 * The server asks for a certificate and takes any (`rejectUnauthorized: false`), because a connection without one, or with one that
 * another authenticator makes up for, is a matter of authentication, not of TLS (kube-apiserver does the same). `authorizationError` is
 * no guide: it is set without a certificate too.
 */
export function peerOf(socket: TLSSocket, { clients, proxies }: Authorities): Peer {
  const remoteAddress = socket.remoteAddress ?? "";
  const certificate = socket.getPeerCertificate(proxies.length > 0) as Partial<DetailedPeerCertificate> | undefined;
  if (certificate?.subject === undefined) return { remoteAddress, clientCertificate: undefined };
  const shown = certificate as DetailedPeerCertificate;
  // `authorizationError` is the code of OpenSSL's verdict, whatever its type says
  if (!socket.authorized) return { remoteAddress, clientCertificate: undefined, certificateProblem: String(socket.authorizationError) };
  const read = readCertificate(shown);
  if (proxies.length === 0) return { remoteAddress, clientCertificate: read };
  const chain = chainOf(shown);
  const ofClient = isVouchedFor(chain, clients);
  return {
    remoteAddress,
    clientCertificate: ofClient ? read : undefined,
    ...(!ofClient && { certificateProblem: NOBODY }),
    ...(read !== undefined && isVouchedFor(chain, proxies) && { proxyCertificate: read }),
  };
}

/**
 * The same peer before other authorities than those of its handshake: what none of them vouches for counts no longer. What was not good at the
 * handshake stays so.
 */
export function judgedAnew({ socket, peer }: Link, { clients, proxies }: Authorities): Peer {
  const { remoteAddress, clientCertificate, proxyCertificate } = peer;
  if (clientCertificate === undefined && proxyCertificate === undefined) return peer;
  const chain = chainOf(socket.getPeerCertificate(true));
  const ofClient = clientCertificate !== undefined && isVouchedFor(chain, clients);
  return {
    remoteAddress,
    clientCertificate: ofClient ? clientCertificate : undefined,
    ...(!ofClient && { certificateProblem: NOBODY }),
    ...(proxyCertificate !== undefined && isVouchedFor(chain, proxies) && { proxyCertificate }),
  };
}

/** What OpenSSL calls it when nobody vouches for a certificate. */
const NOBODY = "UNABLE_TO_GET_ISSUER_CERT_LOCALLY";

/** The attribute of a subject that carries a user's uid (k8s.io/apiserver, asn1.X509UID). */
const UID = "1.3.6.1.4.1.57683.2";

/** The user a certificate stands for; one without a common name authenticates nobody. */
function readCertificate({ subject, fingerprint256, valid_to }: DetailedPeerCertificate): ClientCertificate | undefined {
  const attributes = subject as unknown as Readonly<Record<string, string | string[] | undefined>>;
  const commonName = values(attributes.CN).at(-1);
  if (!commonName) return undefined;
  return {
    commonName,
    organizations: values(attributes.O),
    uids: values(attributes[UID]),
    fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
    validUntil: Date.parse(valid_to),
  };
}

/** Attributes that come once are strings in Node's view of a subject, those that come several times are lists. */
const values = (attribute: string | string[] | undefined): string[] =>
  attribute === undefined ? [] : Array.isArray(attribute) ? attribute : [attribute];

/** A certificate and those above it, as TLS has verified them. */
function chainOf(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let at: DetailedPeerCertificate | undefined = leaf;
  const seen = new Set<string>();
  while (at !== undefined && !seen.has(at.fingerprint256)) {
    seen.add(at.fingerprint256);
    chain.push(new X509Certificate(at.raw));
    at = at.issuerCertificate;
  }
  return chain;
}

const isVouchedFor = (chain: readonly X509Certificate[], authorities: readonly X509Certificate[]): boolean =>
  chain.some((certificate) =>
    authorities.some(
      (authority) =>
        certificate.raw.equals(authority.raw) || (certificate.checkIssued(authority) && certificate.verify(authority.publicKey)),
    ),
  );
