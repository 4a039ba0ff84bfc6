import type { Eventual } from "../eventual.ts";
import type { RequestContext } from "../filters/context.ts";
import type { ApiResponse } from "../request.ts";
import { type FlowControl, tooManyRequests } from "./flow-control.ts";
import type { InFlightLimits } from "./options.ts";

const READING: ReadonlySet<string> = new Set(["get", "head", "list", "watch"]);

/**
 * Without priority and fairness: so many requests that read and so many that write at a time, watches apart, and administrators are never
 * refused (k8s.io/apiserver, pkg/server/filters/maxinflight.go).
 */
export class MaxInFlight implements FlowControl {
  readonly #limits: InFlightLimits;
  readonly #inFlight = { reading: 0, writing: 0 };

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  serve({ info, user, request }: RequestContext, deadline: number | undefined, next: () => Eventual<ApiResponse>): Eventual<ApiResponse> {
    const sort = READING.has(info.verb) ? "reading" : "writing";
    const limit = this.#limits[sort];
    if (deadline === undefined || limit === 0 || request.connection.trustedUser !== undefined) return next();
    if (this.#inFlight[sort] >= limit) return user.groups.includes("system:masters") ? next() : tooManyRequests(1);
    this.#inFlight[sort]++;
    let result: Eventual<ApiResponse> | undefined;
    try {
      result = next();
    } finally {
      if (!(result instanceof Promise)) this.#inFlight[sort]--;
    }
    if (!(result instanceof Promise)) return result;
    return result.finally(() => {
      this.#inFlight[sort]--;
    });
  }
}
