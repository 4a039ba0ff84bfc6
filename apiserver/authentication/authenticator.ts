import { unauthorized } from "../../apimachinery/status/status.ts";
import type { Eventual } from "../eventual.ts";
import type { ApiRequest, UserInfo } from "../request.ts";

/** Some of what reasons quote comes from strangers, and is logged. */
const LONGEST_REASON = 2_000;

/**
 * A credential is there and not good: its request is refused, unless another credential speaks for it. The reasons say why, to people who
 * look after the server and to those who may have tokens reviewed; no secret is in them.
 */
export class InvalidCredential {
  readonly reasons: readonly string[];

  constructor(...reasons: readonly string[]) {
    this.reasons = reasons.map((reason) => (reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason));
  }
}

/** Whom an authenticator takes the sender for; undefined when the request says nothing in its way. */
export type Authenticated = UserInfo | InvalidCredential | undefined;

/** One way to tell who sends a request. `response` takes warnings for the client, and annotations for the record. */
export type Authenticator = (request: ApiRequest, response: Warned) => Eventual<Authenticated>;

/** What of a request's context authenticators see. */
export interface Warned {
  warn(text: string): void;
  /** Tells the record of the request something. */
  annotate?(key: string, value: string): void;
}

/** Whether requests without a credential are taken. */
export interface AnonymousOptions {
  readonly enabled: boolean;
  /** The only paths where they are; none: everywhere. */
  readonly paths: readonly string[];
}

/** Who sends a request without credentials. */
export const ANONYMOUS: UserInfo = { name: "system:anonymous", groups: ["system:unauthenticated"] };

export interface AuthenticationOptions {
  /** In the order in which they are asked. */
  readonly authenticators: readonly Authenticator[];
  readonly anonymous: AnonymousOptions;
  /** Told why a credential was refused. */
  readonly onRefused?: ((reasons: readonly string[], request: ApiRequest) => void) | undefined;
}

/**
 * Asks the authenticators in turn. The first that knows the sender decides; a credential that is not good counts only if none does. A
 * request without any is anonymous (k8s.io/apiserver, pkg/authentication/request/union and group; reference 9.1).
 */
export class Authentication {
  readonly #authenticators: readonly Authenticator[];
  readonly #anonymous: AnonymousOptions;
  readonly #onRefused: AuthenticationOptions["onRefused"];

  constructor({ authenticators, anonymous, onRefused }: AuthenticationOptions) {
    this.#authenticators = authenticators;
    this.#anonymous = anonymous;
    this.#onRefused = onRefused;
  }

  /**
   * @param path the request's, decoded
   * @throws StatusError Unauthorized
   */
  senderOf(request: ApiRequest, path: string, response: Warned): Eventual<UserInfo> {
    // callers in this process, whom the door to it has named, groups and all
    const { trustedUser } = request.connection;
    if (trustedUser !== undefined) return trustedUser;
    return this.#from(0, undefined, request, path, response);
  }

  /** Whether a request without credentials to this path is taken. */
  allowsAnonymous(path: string): boolean {
    const { enabled, paths } = this.#anonymous;
    return enabled && (paths.length === 0 || paths.includes(path));
  }

  #from(first: number, refused: InvalidCredential | undefined, request: ApiRequest, path: string, response: Warned): Eventual<UserInfo> {
    let invalid = refused;
    for (let at = first; at < this.#authenticators.length; at++) {
      const found = this.#authenticators[at]!(request, response);
      if (found instanceof Promise) {
        return found.then((later) => {
          if (later !== undefined && !(later instanceof InvalidCredential)) return known(later);
          return this.#from(at + 1, together(invalid, later), request, path, response);
        });
      }
      if (found === undefined) continue;
      if (!(found instanceof InvalidCredential)) return known(found);
      invalid = together(invalid, found);
    }
    if (invalid === undefined && this.allowsAnonymous(path)) return ANONYMOUS;
    if (invalid !== undefined) this.#onRefused?.(invalid.reasons, request);
    throw unauthorized();
  }
}

/** Both, each reason once. */
export function together(a: InvalidCredential | undefined, b: InvalidCredential | undefined): InvalidCredential | undefined {
  return a === undefined ? b : b === undefined ? a : new InvalidCredential(...new Set([...a.reasons, ...b.reasons]));
}

/** Whether a user is nobody that the server knows. */
export const isUnknown = ({ name, groups }: UserInfo): boolean => name === ANONYMOUS.name || groups.includes("system:unauthenticated");

/** Puts a user into the group of everyone who is known. */
export function known(user: UserInfo): UserInfo {
  const { groups } = user;
  if (isUnknown(user) || groups.includes("system:authenticated")) return user;
  return { ...user, groups: [...groups, "system:authenticated"] };
}
