import type { PeerCertificate, TLSSocket } from "node:tls";
import type { ClientCertificate, Connection } from "../request.ts";

/** What the door knows of whoever is at the other end of a connection; worked out once. */
export interface Peer extends Connection {
  /** A certificate was shown that no known authority vouches for, or that is not valid now. */
  readonly certificateRejected: boolean;
}

/** A connection: an HTTP/2 session, or a socket that speaks HTTP/1.1. */
export interface Link {
  readonly peer: Peer;
  /** How many requests it is in the middle of. */
  requests: number;
}

/**
 * Reads the peer's side of a TLS connection.
 *
 * The server asks for a certificate and takes any (`rejectUnauthorized: false`), because a connection without one, or with one that
 * another authenticator makes up for, is a matter of authentication, not of TLS (kube-apiserver does the same). `authorizationError` is
 * no guide: it is set without a certificate too.
 */
export function peerOf(socket: TLSSocket): Peer {
  const certificate: Partial<PeerCertificate> | undefined = socket.getPeerCertificate();
  const shown = certificate?.subject !== undefined;
  return {
    remoteAddress: socket.remoteAddress ?? "",
    clientCertificate: shown && socket.authorized ? subjectOf(certificate.subject) : undefined,
    certificateRejected: shown && !socket.authorized,
  };
}

/** The user a subject stands for; a certificate without a common name authenticates nobody. */
function subjectOf(subject: unknown): ClientCertificate | undefined {
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const commonName = values(CN).at(-1);
  return commonName ? { commonName, organizations: values(O) } : undefined;
}

/** Attributes that come once are strings in Node's view of a subject, those that come several times are lists. */
const values = (attribute: string | string[] | undefined): string[] =>
  attribute === undefined ? [] : Array.isArray(attribute) ? attribute : [attribute];
