import type { IAuthenticateRequest } from "etcd3";
import { CallError } from "./call-error.ts";

/** Who this is to etcd. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/**
 * What etcd gave for a name and a password. A member forgets it when it is not used for five minutes, and when it starts again:
 *
 *     call           no token: authenticate, T1
 *     calls          T1, T1, …
 *     the member was started again
 *     call           T1 is refused: dropped, authenticate, T2, and the call is made again
 */
export class Token {
  readonly #credentials: () => Promise<Credentials>;
  readonly #authenticate: (request: IAuthenticateRequest) => Promise<string>;
  #known: string | undefined;
  #asked: Promise<string> | undefined;

  constructor(credentials: () => Promise<Credentials>, authenticate: (request: IAuthenticateRequest) => Promise<string>) {
    this.#credentials = credentials;
    this.#authenticate = authenticate;
  }

  /** The token, asked for where there is none; empty where etcd does not want to know who this is. All who wait share one question. */
  get(): string | Promise<string> {
    if (this.#known !== undefined) return this.#known;
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** Forgets the token, if it is still the one that was refused. */
  drop(refused = this.#known): void {
    if (this.#known === refused) this.#known = undefined;
  }

  async #ask(): Promise<string> {
    try {
      this.#known = await this.#authenticate(await this.#credentials());
    } catch (error) {
      // as etcd's own client does: access is not restricted (yet)
      if (!(error instanceof CallError) || !error.message.includes("authentication is not enabled")) throw error;
      this.#known = "";
    }
    return this.#known;
  }
}
