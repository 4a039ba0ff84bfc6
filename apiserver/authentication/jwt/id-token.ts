import { quote } from "../../../apimachinery/go-text.ts";
import { InvalidCredential } from "../authenticator.ts";

/** The claims of a token, by name. */
export type Claims = Readonly<Record<string, unknown>>;

export interface IdToken {
  readonly claims: Claims;
  readonly algorithm: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly notBefore: number | undefined;
}

/** What tokens of one issuer have to be. */
export interface IdTokenRules {
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
}

/**
 * Reads a token, and believes nothing of it.
 * (github.com/coreos/go-oidc, verify.go, whose words the refusals are)
 */
export function readIdToken(text: string): IdToken | InvalidCredential {
  const [header, payload] = text.split(".").map(decoded);
  if (typeof header?.alg !== "string" || payload === undefined) return refused("oidc: malformed jwt: it cannot be read");
  const expiresAt = numberIn(payload.exp);
  const notBefore = numberIn(payload.nbf);
  const audiences = payload.aud ?? [];
  const list = Array.isArray(audiences) ? audiences : [audiences];
  if (expiresAt === "wrong" || notBefore === "wrong" || numberIn(payload.iat) === "wrong" || !list.every(isText)) {
    return refused("oidc: failed to unmarshal claims: a claim is not of its type");
  }
  // what does not say when it ends has ended in the year 1
  return { claims: payload, algorithm: header.alg, audiences: list, expiresAt: expiresAt ?? YEAR_ONE, notBefore };
}

const YEAR_ONE = -62_135_596_800;

/** Clocks may differ by this much, in seconds. */
const LEEWAY = 60;

/** What is wrong with a token at this time, whoever has signed it. @param now milliseconds since the epoch */
export function problemOfTime(
  { expiresAt, notBefore }: Pick<IdToken, "expiresAt" | "notBefore">,
  now: number,
): InvalidCredential | undefined {
  if (expiresAt * 1000 < now) return refused(`oidc: token is expired (Token Expiry: ${goTime(expiresAt * 1000)})`);
  if (notBefore !== undefined && now + LEEWAY * 1000 < notBefore * 1000) {
    return refused(`oidc: current time ${goTime(now)} before the nbf (not before) time: ${goTime(notBefore * 1000)}`);
  }
  return undefined;
}

/** What is wrong with whom a token is for, and with how it says it is signed. */
export function problemOfForm({ audiences, algorithm }: IdToken, rules: IdTokenRules): InvalidCredential | undefined {
  if (!rules.audiences.some((audience) => audiences.includes(audience))) {
    const got = printed(audiences);
    const [only] = rules.audiences;
    if (rules.audiences.length === 1) return refused(`oidc: expected audience ${quote(only as string)} got ${got}`);
    return refused(`oidc: expected audience in ${printed([...rules.audiences].sort())} got ${got}`);
  }
  if (!rules.algorithms.includes(algorithm)) {
    return refused(`oidc: id token signed with unsupported algorithm, expected ${printed(rules.algorithms)} got ${quote(algorithm)}`);
  }
  return undefined;
}

/** @param why without the token, and without what else it says */
export const refused = (why: string): InvalidCredential => new InvalidCredential(`oidc: verify token: ${why}`);

function decoded(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString());
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown) => typeof value === "string";

/** A number may stand in quotes, as Go's json.Number may. */
function numberIn(claim: unknown): number | undefined | "wrong" {
  if (claim === undefined || claim === null) return undefined;
  const value = typeof claim === "string" && /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(claim) ? Number(claim) : claim;
  return typeof value === "number" && Number.isFinite(value) ? value : "wrong";
}

const printed = (texts: readonly string[]) => `[${texts.map(quote).join(" ")}]`;

/** A time as Go prints it. @param time milliseconds since the epoch */
function goTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return `${time / 1000}s after 1970`;
  return `${date
    .toISOString()
    .replace("T", " ")
    .replace(/\.?0*Z$/, "")} +0000 UTC`;
}
