import type { UserInfo } from "../../request.ts";
import { CREDENTIAL_ID } from "../client-certificates.ts";

/** Who issues the tokens that lie in Secrets, whatever the issuers of this server are. */
export const LEGACY_ISSUER = "kubernetes/serviceaccount";

/** Names an object that a token is about, or ends with. */
export interface Reference {
  readonly name: string;
  readonly uid: string;
}

/** What a token of a service account says (k8s.io/kubernetes, pkg/serviceaccount/claims.go). Times are seconds since the epoch. */
export interface Claims {
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly "kubernetes.io"?: {
    readonly namespace?: string;
    readonly serviceaccount?: Partial<Reference>;
    readonly secret?: Partial<Reference>;
    readonly pod?: Partial<Reference>;
    readonly node?: Partial<Reference>;
  };
}

/** The same of one that lies in a Secret (pkg/serviceaccount/legacy.go). */
export interface LegacyClaims {
  readonly iss?: string;
  readonly sub?: string;
  readonly "kubernetes.io/serviceaccount/namespace"?: string;
  readonly "kubernetes.io/serviceaccount/secret.name"?: string;
  readonly "kubernetes.io/serviceaccount/service-account.name"?: string;
  readonly "kubernetes.io/serviceaccount/service-account.uid"?: string;
}

export const userNameOf = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

/** The user that a service account is. @param tokenId the id of the token, if it has one */
export function serviceAccountUser(namespace: string, { name, uid }: Reference, tokenId?: string): UserInfo {
  return {
    name: userNameOf(namespace, name),
    uid,
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
    ...(tokenId && { extra: { [CREDENTIAL_ID]: [`JTI=${tokenId}`] } }),
  };
}
