import type { UserOfToken } from "../tokens/token.ts";
import type { JwtIssuer } from "./configuration.ts";
import { IssuerKeys, type IssuerKeysOptions } from "./issuer-keys.ts";
import { IssuerTokens } from "./issuer-tokens.ts";

export interface JwtTokensOptions extends Pick<IssuerKeysOptions, "now" | "pauses"> {
  /** That tokens may be signed by. */
  readonly algorithms: readonly string[];
  /** Told why an issuer cannot be reached or understood. */
  readonly onProblem: (issuer: string, error: Error) => void;
}

interface Known {
  readonly tokens: IssuerTokens;
  readonly keys: IssuerKeys;
  /** Where the keys are from, as the configuration says it. */
  readonly source: string;
}

/**
 * JSON web tokens of issuers elsewhere, each of which is known by its address. A token of nobody's here is left to others. Issuers may be
 * exchanged while the server runs: those that stay keep their keys.
 */
export class JwtTokens {
  readonly #options: JwtTokensOptions;
  #issuers: ReadonlyMap<string, Known>;
  /** Ends the wait for the issuers of an exchange. */
  #exchange = new AbortController();

  constructor(entries: readonly JwtIssuer[], options: JwtTokensOptions) {
    this.#options = options;
    this.#issuers = this.#known(entries);
  }

  readonly authenticate: UserOfToken = (token) => {
    const { issuer } = token;
    return issuer === undefined
      ? undefined
      : this.#issuers.get(issuer === GOOGLE ? `https://${GOOGLE}` : issuer)?.tokens.authenticate(token);
  };

  /**
   * Takes other issuers, once all of them have answered: until then the former ones count. A later exchange ends the wait.
   * @returns whether they have been taken
   */
  async exchange(entries: readonly JwtIssuer[]): Promise<boolean> {
    this.#exchange.abort();
    this.#exchange = new AbortController();
    const { signal } = this.#exchange;
    const issuers = this.#known(entries);
    const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([aborted, Promise.all([...issuers.values()].map(({ keys }) => keys.ready))]);
    if (signal.aborted) {
      closeAllBut(issuers, this.#issuers);
      return false;
    }
    const former = this.#issuers;
    this.#issuers = issuers;
    closeAllBut(former, issuers);
    return true;
  }

  close(): void {
    this.#exchange.abort();
    closeAllBut(this.#issuers, new Map());
  }

  #known(entries: readonly JwtIssuer[]): ReadonlyMap<string, Known> {
    const { now, algorithms, onProblem, pauses } = this.#options;
    return new Map(
      entries.map((entry) => {
        const { url = "", discoveryURL, certificateAuthority } = entry.issuer;
        const source = JSON.stringify([url, discoveryURL, certificateAuthority]);
        const former = this.#issuers?.get(url);
        const keys =
          former?.source === source
            ? former.keys
            : new IssuerKeys({ address: entry.issuer, now, onProblem: (error) => onProblem(url, error), ...(pauses && { pauses }) });
        return [url, { keys, source, tokens: new IssuerTokens({ entry, algorithms, keys, now }) }];
      }),
    );
  }
}

/** What this issuer calls itself in tokens, beside its address. */
const GOOGLE = "accounts.google.com";

function closeAllBut(issuers: ReadonlyMap<string, Known>, others: ReadonlyMap<string, Known>): void {
  const kept = new Set([...others.values()].map(({ keys }) => keys));
  for (const { keys } of issuers.values()) if (!kept.has(keys)) keys.close();
}
