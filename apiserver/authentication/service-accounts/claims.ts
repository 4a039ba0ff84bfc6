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

/** What is wrong with the claims of a token; nothing of the token is in its text. */
export class ClaimsError extends Error {}

/**
 * Reads claims as Go does, which takes no text for a number and null for nothing (go-jose, jwt/claims.go). Whoever has one of the keys may
 * have written them.
 * @throws ClaimsError
 */
export function readClaims(payload: string): Claims & LegacyClaims {
  const claims = parsed(payload);
  for (const name of ["exp", "nbf", "iat"]) {
    if (claims[name] !== undefined && typeof claims[name] !== "number") {
      throw new ClaimsError("go-jose/go-jose/jwt: expected number value to unmarshal NumericDate");
    }
  }
  const { aud } = claims;
  if (aud !== undefined && ![aud].flat().every((audience) => typeof audience === "string")) {
    throw new ClaimsError("go-jose/go-jose/jwt: expected string or array value to unmarshal to Audience");
  }
  const own = Object.keys(claims).filter((name) => name.startsWith("kubernetes.io/"));
  checkTexts(claims, ["iss", "sub", "jti", ...own]);
  const about = objectIn(claims, "kubernetes.io");
  checkTexts(about, ["namespace"]);
  for (const name of ["serviceaccount", "secret", "pod", "node"]) checkTexts(objectIn(about, name), ["name", "uid"]);
  return claims;
}

function parsed(payload: string): Record<string, unknown> {
  let claims: unknown;
  try {
    claims = JSON.parse(payload, (_, value) => value ?? undefined);
  } catch {
    throw new ClaimsError("the claims of the token are not JSON");
  }
  return objectIn({ claims }, "claims");
}

function objectIn(parent: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = parent[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw new ClaimsError(`json: cannot unmarshal ${name} into Go value`);
  return value as Record<string, unknown>;
}

function checkTexts(claims: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const wrong = names.find((name) => claims[name] !== undefined && typeof claims[name] !== "string");
  if (wrong !== undefined) throw new ClaimsError(`json: cannot unmarshal ${wrong} into Go value of type string`);
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
