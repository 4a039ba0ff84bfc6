import { timingSafeEqual } from "node:crypto";
import { quote } from "../../../apimachinery/go-text.ts";
import { notFound } from "../../../apimachinery/status/status.ts";
import { type Eventual, whenThere } from "../../eventual.ts";
import { InvalidCredential } from "../authenticator.ts";
import { Remembered } from "../tokens/remembered.ts";
import {
  commonAudiences,
  digestOf,
  type PresentedToken,
  type TokenAnswer,
  type TokenAuthenticator,
  type TokenIdentity,
} from "../tokens/token.ts";
import { type Claims, ClaimsError, LEGACY_ISSUER, type LegacyClaims, readClaims, serviceAccountUser, userNameOf } from "./claims.ts";
import type { VerificationKey } from "./keys.ts";
import type { TokenObject, TokenObjects } from "./objects.ts";

export interface VerifierOptions {
  /** Whose tokens are taken, apart from those that lie in Secrets. */
  readonly issuers: readonly string[];
  readonly keys: readonly VerificationKey[];
  /** Those of this server: whom a token is for that names nobody. */
  readonly audiences: readonly string[];
  readonly objects: TokenObjects;
  /** Whether what a token in a Secret refers to has to be there; it always has to for others. */
  readonly lookup: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Clocks may differ by this much, and what goes may still be needed to go in good order. */
const LEEWAY_MS = 60_000;

/** The objects that a bound token names. */
interface Bound {
  readonly claims: Claims;
  readonly audiences: readonly string[];
  /** Said to whoever shows it for all that it is good for. */
  readonly identity: TokenIdentity;
}

type Verified = { readonly bound: Bound } | { readonly legacy: LegacyClaims; readonly audiences: readonly string[] };

/**
 * Checks tokens of service accounts (k8s.io/kubernetes, pkg/serviceaccount/jwt.go; reference 9.2). A signature is checked once and
 * remembered; what may change is looked at every time: the clock, and whether the account and the Secret are there still.
 */
export class TokenVerifier {
  readonly #options: VerifierOptions;
  readonly #issuers: ReadonlySet<string>;
  readonly #verified = new Remembered<Verified>();

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#issuers = new Set([...options.issuers, LEGACY_ISSUER]);
  }

  readonly authenticate: TokenAuthenticator = (token, audiences) => {
    const verified = this.#verified.get(token.digest);
    if (verified !== undefined) return this.#judge(verified, token, audiences);
    if (!this.#issuers.has(token.issuer ?? "")) return undefined;
    return this.#verify(token).then((found) => (found instanceof InvalidCredential ? found : this.#judge(found, token, audiences)));
  };

  async #verify({ text, digest }: PresentedToken): Promise<Verified | InvalidCredential> {
    const { compactVerify, decodeProtectedHeader, errors } = await import("jose");
    let kid: string | undefined;
    try {
      kid = decodeProtectedHeader(text).kid;
    } catch {
      return new InvalidCredential("invalid bearer token");
    }
    const keys = kid ? this.#options.keys.filter(({ id }) => id === kid) : this.#options.keys;
    if (keys.length === 0) return new InvalidCredential("invalid signature, no keys found");
    for (const { key, algorithm } of keys) {
      try {
        const { payload } = await compactVerify(text, key, { algorithms: [algorithm] });
        const verified = this.#read(readClaims(Buffer.from(payload).toString()));
        this.#verified.set(digest, verified);
        return verified;
      } catch (error) {
        if (error instanceof ClaimsError) return new InvalidCredential(error.message);
        if (!(error instanceof errors.JOSEError || error instanceof TypeError)) throw error;
      }
    }
    return new InvalidCredential("go-jose/go-jose: error in cryptographic primitive");
  }

  #read(payload: Claims & LegacyClaims): Verified {
    const { aud = [], jti } = payload;
    const named = typeof aud === "string" ? [aud] : aud;
    const audiences = named.length === 0 ? this.#options.audiences : named;
    if (payload.iss === LEGACY_ISSUER) return { legacy: payload, audiences };
    const { namespace = "", serviceaccount: { name = "", uid = "" } = {} } = payload["kubernetes.io"] ?? {};
    return { bound: { claims: payload, audiences, identity: { user: serviceAccountUser(namespace, { name, uid }, jti), audiences } } };
  }

  #judge(verified: Verified, token: PresentedToken, asked: readonly string[]): Eventual<TokenAnswer> {
    const has = "legacy" in verified ? verified.audiences : verified.bound.audiences;
    const audiences = commonAudiences(has, asked);
    if (audiences.length === 0 && this.#options.audiences.length > 0) return otherAudiences(has, asked);
    if ("legacy" in verified) return this.#judgeLegacy(verified.legacy, token, audiences);
    const { bound } = verified;
    const problem = this.#problemOfTime(bound.claims);
    if (problem !== undefined) return problem;
    return whenThere(this.#problemOfObjects(bound.claims), (refused) => {
      if (refused !== undefined) return refused;
      return audiences.length === bound.audiences.length ? bound.identity : { user: bound.identity.user, audiences };
    });
  }

  #problemOfTime({ nbf, exp, iat }: Claims): InvalidCredential | undefined {
    const now = this.#options.now();
    if (nbf !== undefined && now + LEEWAY_MS < nbf * 1000) return new InvalidCredential("service account token is not valid yet");
    if (exp !== undefined && now - LEEWAY_MS > exp * 1000) return new InvalidCredential("service account token has expired");
    if (iat !== undefined && now + LEEWAY_MS < iat * 1000) return new InvalidCredential("service account token is issued in the future");
    return undefined;
  }

  #problemOfObjects({
    "kubernetes.io": { namespace = "", serviceaccount, secret, pod, node } = {},
  }: Claims): Eventual<InvalidCredential | undefined> {
    const { name = "", uid = "" } = serviceaccount ?? {};
    return whenThere(this.#options.objects.serviceAccount(namespace, name, uid), (account) => {
      if (account === undefined) return absent(name);
      if (account.uid !== uid) return otherUid("service account", account.uid, "", uid);
      if (this.#isGone(account)) return new InvalidCredential(`service account ${namespace}/${name} has been deleted`);
      // there are neither pods nor nodes
      if (pod !== undefined || node !== undefined) return INVALIDATED;
      if (secret === undefined) return undefined;
      return whenThere(this.#options.objects.secret(namespace, secret.name ?? "", secret.uid ?? ""), (found) => {
        if (found === undefined) return INVALIDATED;
        if (found.uid !== secret.uid) return otherUid("secret", found.uid, "service account secret ref ", secret.uid ?? "");
        return this.#isGone(found) ? INVALIDATED : undefined;
      });
    });
  }

  #isGone({ deletedAt }: TokenObject): boolean {
    return deletedAt !== undefined && deletedAt < this.#options.now() - LEEWAY_MS;
  }

  #judgeLegacy(claims: LegacyClaims, token: PresentedToken, audiences: readonly string[]): Eventual<TokenAnswer> {
    const namespace = claims["kubernetes.io/serviceaccount/namespace"];
    const secretName = claims["kubernetes.io/serviceaccount/secret.name"];
    const name = claims["kubernetes.io/serviceaccount/service-account.name"];
    const uid = claims["kubernetes.io/serviceaccount/service-account.uid"];
    if (!claims.sub) return new InvalidCredential("sub claim is missing");
    if (!namespace) return new InvalidCredential("namespace claim is missing");
    if (!secretName) return new InvalidCredential("secretName claim is missing");
    if (!name) return new InvalidCredential("serviceAccountName claim is missing");
    if (!uid) return new InvalidCredential("serviceAccountUID claim is missing");
    if (claims.sub !== userNameOf(namespace, name)) return new InvalidCredential("sub claim is invalid");
    const user = serviceAccountUser(namespace, { name, uid });
    const annotations = { "authentication.k8s.io/legacy-token": claims.sub };
    if (!this.#options.lookup) return { user, audiences, annotations };
    const { objects } = this.#options;
    return whenThere(objects.secret(namespace, secretName), (secret) => {
      if (secret === undefined || secret.deletedAt !== undefined) return INVALIDATED;
      if (!isSameToken(secret.token ?? "", token)) return new InvalidCredential("service account token does not match server's copy");
      if (secret.labels[INVALID_SINCE]) return new InvalidCredential(markedInvalid(namespace, secretName, name));
      return whenThere(objects.serviceAccount(namespace, name, uid), (account) => {
        if (account === undefined) return absent(name);
        if (account.deletedAt !== undefined) return new InvalidCredential(`service account ${namespace}/${name} has been deleted`);
        if (account.uid !== uid) return otherUid("service account", account.uid, "", uid);
        return { user, audiences, annotations: { ...annotations, "authentication.k8s.io/legacy-token-manual-secret": secretName } };
      });
    });
  }
}

const INVALIDATED = new InvalidCredential("service account token has been invalidated");

const INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";

const markedInvalid = (namespace: string, secret: string, account: string) =>
  `the token in secret ${namespace}/${secret} for service account ${namespace}/${account} has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`;

const absent = (name: string) => new InvalidCredential(notFound({ group: "", resource: "serviceaccounts" }, name).message);

const otherUid = (what: string, found: string, claim: string, claimed: string) =>
  new InvalidCredential(`${what} UID (${found}) does not match ${claim}claim (${claimed})`);

function otherAudiences(has: readonly string[], asked: readonly string[]): InvalidCredential {
  const list = (audiences: readonly string[]) => `[${audiences.map(quote).join(" ")}]`;
  return new InvalidCredential(`token audiences ${list(has)} is invalid for the target audiences ${list(asked)}`);
}

/** Takes as long for tokens that are alike as for others. */
const isSameToken = (kept: string, { digest }: PresentedToken): boolean =>
  timingSafeEqual(Buffer.from(digestOf(kept)), Buffer.from(digest));
