import type { JWTPayload } from "jose";
import { type Claims, LEGACY_ISSUER, type LegacyClaims, type Reference, userNameOf } from "./claims.ts";
import type { SigningKey } from "./keys.ts";

/** A token that is asked for. */
export interface Order {
  readonly namespace: string;
  readonly serviceAccount: Reference;
  /** The token ends with it. */
  readonly secret?: Reference;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Unique. */
  readonly id: string;
}

/** Makes tokens of service accounts (k8s.io/kubernetes, pkg/serviceaccount). */
export class TokenIssuer {
  readonly #issuer: string;
  readonly #key: SigningKey;

  constructor(issuer: string, key: SigningKey) {
    this.#issuer = issuer;
    this.#key = key;
  }

  issue({ namespace, serviceAccount, secret, audiences, issuedAt, expiresAt, id }: Order): Promise<string> {
    const claims: Claims = {
      aud: audiences,
      exp: expiresAt,
      iat: issuedAt,
      iss: this.#issuer,
      jti: id,
      "kubernetes.io": { namespace, ...(secret && { secret }), serviceaccount: serviceAccount },
      nbf: issuedAt,
      sub: userNameOf(namespace, serviceAccount.name),
    };
    return this.#sign(claims);
  }

  /** A token to lie in a Secret, good for as long as that and the account are there. */
  issueLegacyToken(namespace: string, secretName: string, serviceAccount: Reference): Promise<string> {
    const claims: LegacyClaims = {
      iss: LEGACY_ISSUER,
      "kubernetes.io/serviceaccount/namespace": namespace,
      "kubernetes.io/serviceaccount/secret.name": secretName,
      "kubernetes.io/serviceaccount/service-account.name": serviceAccount.name,
      "kubernetes.io/serviceaccount/service-account.uid": serviceAccount.uid,
      sub: userNameOf(namespace, serviceAccount.name),
    };
    return this.#sign(claims);
  }

  async #sign(claims: Claims | LegacyClaims): Promise<string> {
    const { SignJWT } = await import("jose");
    const { algorithm, id, privateKey } = this.#key;
    return new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: algorithm, kid: id }).sign(privateKey);
  }
}
