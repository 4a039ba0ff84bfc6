import * as https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from "jose";
import { Deadline } from "../../../client/deadline.ts";
import type { IssuerAddress } from "./configuration.ts";
import { httpsDocument } from "./https-document.ts";

/** All in milliseconds. */
export interface Pauses {
  /** For asking an issuer, once. */
  readonly timeout: number;
  /** Between attempts to reach one that has never answered: the first, and the longest. */
  readonly retry: readonly [number, number];
  /** Between two times when a token that no key fits makes us ask for the keys anew. */
  readonly coolDown: number;
  /** After which keys that are used are asked for anew, so that one that the issuer has withdrawn is good no longer. */
  readonly stale: number;
}

export const PAUSES: Pauses = { timeout: 10_000, retry: [1_000, 10_000], coolDown: 10_000, stale: 600_000 };

export interface IssuerKeysOptions {
  readonly address: IssuerAddress;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told, once for each reason, why an issuer cannot be reached or understood. */
  readonly onProblem: (error: Error) => void;
  readonly pauses?: Pauses;
}

/** The signature of a token is not by this issuer, or its keys cannot be had. */
export class SignatureError extends Error {}

type KeyOf = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/**
 * The keys that an issuer signs with, as it publishes them (OpenID Connect Discovery). They are asked for in the background, again and again
 * until the issuer answers; whoever comes before that is told so at once. One request at a time is under way, however many tokens wait
 * for it. Rotation, in a few steps:
 *
 *   the issuer publishes key 1                    asked at the start: [1]
 *   a token by key 1                              good
 *   the issuer publishes 1 and 2, signs by 2
 *   a token by key 2                              no key fits: asked anew, [1 2], good
 *   a thousand tokens by key 3 that nobody knows  asked once, and not again for the cool-down
 *   the issuer withdraws key 1
 *   any token, ten minutes later                  asked anew beside it: [2]; what key 1 signed is good no longer
 */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #pauses: Pauses;
  readonly #agent: https.Agent;
  readonly #closing = new AbortController();
  #keyOf: KeyOf | undefined;
  /** The keys as the issuer wrote them. */
  #text = "";
  #generation = 0;
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;
  #problem = "";
  readonly #ready: Promise<void>;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#pauses = options.pauses ?? PAUSES;
    const { certificateAuthority } = options.address;
    this.#agent = new https.Agent({ keepAlive: false, ...(certificateAuthority && { ca: certificateAuthority }) });
    this.#ready = this.#start();
  }

  /** Whether the issuer has ever answered. */
  get known(): boolean {
    return this.#keyOf !== undefined;
  }

  /** Changes with the keys: what an earlier set has found good has to be looked at again. */
  get generation(): number {
    return this.#generation;
  }

  /** Resolves when the issuer has answered, or nobody waits for that any more. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Nobody waits for the issuer any more. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  /** Has keys that have been used for long asked for anew, beside what goes on. */
  freshen(): void {
    if (this.#options.now() - this.#asked < this.#pauses.stale) return;
    void this.#refresh().catch((error) => this.#tell(error));
  }

  /**
   * Checks the signature of a token in compact form.
   * @throws SignatureError
   */
  async verify(token: string, algorithms: readonly string[]): Promise<void> {
    this.freshen();
    if (this.#keyOf !== undefined && (await isSignedBy(this.#keyOf, token, algorithms))) return;
    if (this.#options.now() - this.#asked >= this.#pauses.coolDown || this.#asking !== undefined) {
      try {
        await this.#refresh();
      } catch (error) {
        this.#tell(error);
        throw new SignatureError(`fetching keys ${(error as Error).message}`);
      }
      if (this.#keyOf !== undefined && (await isSignedBy(this.#keyOf, token, algorithms))) return;
    }
    throw new SignatureError("failed to verify id token signature");
  }

  async #start(): Promise<void> {
    const { signal } = this.#closing;
    let [pause, longest] = this.#pauses.retry;
    while (!signal.aborted) {
      try {
        return await this.#refresh();
      } catch (error) {
        this.#tell(error);
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, longest);
    }
  }

  #refresh(): Promise<void> {
    this.#asking ??= this.#ask().finally(() => {
      this.#asked = this.#options.now();
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const deadline = new Deadline(this.#pauses.timeout, this.#closing.signal);
    try {
      await this.#askWithin(deadline);
    } finally {
      deadline.end();
    }
  }

  /** Asks where the keys are, too: they may have moved. */
  async #askWithin(deadline: Deadline): Promise<void> {
    const { url = "", discoveryURL } = this.#options.address;
    const https = { agent: this.#agent, deadline };
    const discovered = (await httpsDocument(discoveryURL || `${url.replace(/\/$/, "")}/.well-known/openid-configuration`, https)) as {
      issuer?: unknown;
      jwks_uri?: unknown;
    } | null;
    if (discovered?.issuer !== url) {
      const got = JSON.stringify(discovered?.issuer ?? "");
      throw new Error(`oidc: issuer did not match the issuer returned by provider, expected ${JSON.stringify(url)} got ${got}`);
    }
    if (typeof discovered.jwks_uri !== "string") throw new Error("provider did not return JWKS URL");
    const keys = await httpsDocument(discovered.jwks_uri, https);
    const { createLocalJWKSet } = await import("jose");
    const keyOf = createLocalJWKSet(keys as JSONWebKeySet);
    this.#problem = "";
    const text = JSON.stringify(keys);
    if (text === this.#text) return;
    this.#keyOf = keyOf;
    this.#text = text;
    this.#generation++;
  }

  #tell(error: unknown): void {
    const { message } = error as Error;
    if (this.#closing.signal.aborted || message === this.#problem) return;
    this.#problem = message;
    this.#options.onProblem(error as Error);
  }
}

async function isSignedBy(keyOf: KeyOf, token: string, algorithms: readonly string[]): Promise<boolean> {
  const { compactVerify, errors } = await import("jose");
  const options = { algorithms: [...algorithms] };
  try {
    await compactVerify(token, keyOf, options);
    return true;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      for await (const key of error) {
        if (await compactVerify(token, key, options).then(() => true, isNoSignature)) return true;
      }
      return false;
    }
    return isNoSignature(error);
  }
}

/** What cannot be read and what no key fits is as good as signed by somebody else. False, always. */
function isNoSignature(error: unknown): boolean {
  if (error instanceof Error) return false;
  throw error;
}
