import { isReason } from "../../apimachinery/status/status.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { Authorizer } from "../authorization/authorizer.ts";
import type { Eventual } from "../eventual.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import { wantedUser } from "./impersonation-headers.ts";
import { MODES, type Mode } from "./impersonation-modes.ts";

/** Senders whose last way of impersonating is remembered. */
const REMEMBERED = 10_000;

/**
 * Whom requests are made as: their senders, or whom these ask to be and may be
 * (k8s.io/apiserver, pkg/endpoints/filters/impersonation/constrained_impersonation.go).
 *
 * The mode that served a sender last is tried first. That is more than a matter of speed: of several refusals the first is told, and a node
 * is in another group by one mode than by another.
 */
export class Impersonation {
  readonly #authorizer: Authorizer;
  readonly #lastModes = new Map<string, Mode>();

  constructor(authorizer: Authorizer) {
    this.#authorizer = authorizer;
  }

  /**
   * @param record told of who impersonates somebody
   * @throws StatusError Forbidden for who may not impersonate, BadRequest for a request that names no user
   */
  userOf(request: ApiRequest, info: RequestInfo, sender: UserInfo, record?: AuditRecord): Eventual<UserInfo> {
    const wanted = wantedUser(request);
    return wanted === undefined ? sender : this.#become(wanted, info, sender, record);
  }

  async #become(wanted: UserInfo, info: RequestInfo, user: UserInfo, record: AuditRecord | undefined): Promise<UserInfo> {
    const last = this.#lastModes.get(user.name);
    const modes = last === undefined ? MODES : [last, ...MODES.filter((mode) => mode !== last)];
    let refusal: unknown;
    for (const mode of modes) {
      if (!mode.suits(wanted)) continue;
      try {
        const become = await mode.become(wanted, { user, info, authorizer: this.#authorizer });
        this.#remember(user.name, mode);
        record?.impersonated(become, mode.verb);
        return become;
      } catch (error) {
        if (!isReason(error, "Forbidden")) throw error;
        refusal ??= error;
      }
    }
    throw refusal;
  }

  #remember(sender: string, mode: Mode): void {
    this.#lastModes.delete(sender);
    this.#lastModes.set(sender, mode);
    if (this.#lastModes.size > REMEMBERED) this.#lastModes.delete(this.#lastModes.keys().next().value as string);
  }
}
