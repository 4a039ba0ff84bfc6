import type { UserInfo } from "../../request.ts";
import { CREDENTIAL_ID } from "../client-certificates.ts";
import type { ClaimValidationRule, JwtIssuer, PrefixedMapping } from "./configuration.ts";
import type { Claims } from "./id-token.ts";

/** Why the claims of a token make no user; nothing of the token is in its text but the values that rules ask for. */
export class IdentityError extends Error {}

/**
 * The user that the claims of a token make (k8s.io/apiserver, plugin/pkg/authenticator/token/oidc).
 * @throws IdentityError
 */
export function identityOf(claims: Claims, { claimMappings, claimValidationRules = [] }: JwtIssuer): UserInfo {
  const { username = {}, groups, uid } = claimMappings;
  const name = nameIn(claims, username);
  const inGroups = groupsIn(claims, groups);
  const id = uid?.claim ? textIn(claims, uid.claim, `parse uid claim ${JSON.stringify(uid.claim)}`) : "";
  for (const rule of claimValidationRules) checkRule(claims, rule);
  const jti = claimOf(claims, "jti");
  return {
    name,
    groups: inGroups,
    ...(id !== "" && { uid: id }),
    ...(typeof jti === "string" && jti !== "" && { extra: { [CREDENTIAL_ID]: [`JTI=${jti}`] } }),
  };
}

function nameIn(claims: Claims, { claim = "", prefix = "" }: PrefixedMapping): string {
  const name = textIn(claims, claim, `parse username claims ${JSON.stringify(claim)}`);
  if (name === "") throw new IdentityError("oidc: empty username is not allowed");
  if (claim === "email") checkEmail(claimOf(claims, "email_verified"));
  return prefix + name;
}

/** An issuer that says nothing of it is trusted with it. */
function checkEmail(verified: unknown): void {
  if (verified === undefined || verified === true) return;
  if (verified === false || verified === null) throw new IdentityError("oidc: email not verified");
  throw new IdentityError(`oidc: parse 'email_verified' claim: ${misfit(verified, "bool")}`);
}

/** One group may stand for itself, without a list. */
function groupsIn(claims: Claims, { claim = "", prefix = "" }: PrefixedMapping = {}): readonly string[] {
  if (claim === "") return [];
  const value = claimOf(claims, claim);
  if (value === undefined) {
    checkDistributed(claims, claim);
    return [];
  }
  if (value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  const wrong = list.find((group) => typeof group !== "string" && group !== null);
  if (wrong !== undefined) throw new IdentityError(`oidc: parse groups claim ${JSON.stringify(claim)}: ${misfit(value, "string")}`);
  return list.map((group) => prefix + (group ?? ""));
}

/** Claims that lie elsewhere are not fetched; who has some there is not let in without them. */
function checkDistributed(claims: Claims, claim: string): void {
  const names = claimOf(claims, "_claim_names");
  if (typeof names !== "object" || names === null || !Object.hasOwn(names, claim)) return;
  throw new IdentityError(`oidc: could not expand distributed claims: the claim ${JSON.stringify(claim)} lies elsewhere`);
}

function checkRule(claims: Claims, { claim = "", requiredValue = "" }: ClaimValidationRule): void {
  if (claimOf(claims, claim) === undefined) throw new IdentityError(`oidc: required claim ${claim} not present in ID token`);
  const got = textIn(claims, claim, `parse claim ${claim}`);
  if (got !== requiredValue) {
    throw new IdentityError(`oidc: required claim ${claim} value does not match. Got = ${got}, want = ${requiredValue}`);
  }
}

const claimOf = (claims: Claims, claim: string): unknown => (Object.hasOwn(claims, claim) ? claims[claim] : undefined);

/** Null is the empty text, as in Go. */
function textIn(claims: Claims, claim: string, what: string): string {
  const value = claimOf(claims, claim);
  if (value === undefined) throw new IdentityError(`oidc: ${what}: claim not present`);
  if (value === null) return "";
  if (typeof value !== "string") throw new IdentityError(`oidc: ${what}: ${misfit(value, "string")}`);
  return value;
}

function misfit(value: unknown, type: string): string {
  const found = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return `json: cannot unmarshal ${found} into Go value of type ${type}`;
}
