import type { ClientCertificate, UserInfo } from "../request.ts";
import { type Authenticated, type Authenticator, InvalidCredential, known } from "./authenticator.ts";

/** The key under which a user's extra tells which credential it was. */
export const CREDENTIAL_ID = "authentication.kubernetes.io/credential-id";

/** A connection sends many requests, and its certificate stays the same. */
const users = new WeakMap<ClientCertificate, Exclude<Authenticated, undefined>>();

/**
 * The verified certificate of the connection: its common name is the user, its organizations are the groups
 * (k8s.io/apiserver, pkg/authentication/request/x509; reference 9.2).
 * @param now milliseconds since the epoch: a connection may outlive its certificate
 */
export const clientCertificates =
  (now: () => number): Authenticator =>
  ({ connection }) => {
    const { clientCertificate: certificate, certificateProblem } = connection;
    if (certificate === undefined) return certificateProblem === undefined ? undefined : unverified(certificateProblem);
    if (now() > certificate.validUntil) return unverified("CERT_HAS_EXPIRED");
    let user = users.get(certificate);
    if (user === undefined) {
      user = userOf(certificate);
      users.set(certificate, user);
    }
    return user;
  };

const unverified = (why: string) => new InvalidCredential(`verifying certificate failed: ${why}`);

function userOf({ commonName, organizations, uids, fingerprint }: ClientCertificate): UserInfo | InvalidCredential {
  if (uids.length > 1) return new InvalidCredential(`expected 1 UID, but found multiple: [${uids.join(" ")}]`);
  if (uids[0] === "") return new InvalidCredential("UID cannot be an empty string");
  return known({
    name: commonName,
    ...(uids[0] !== undefined && { uid: uids[0] }),
    groups: organizations,
    extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
  });
}
