import type { Encodings } from "../negotiation/negotiate.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import type { Query } from "../routing/query.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import { Warnings } from "./warnings.ts";

/** Everything that is known of a request on its way; filters fill it in, handlers read it. */
export class RequestContext {
  readonly request: ApiRequest;
  readonly query: Query;
  readonly info: RequestInfo;
  /** What the server that was asked reads and writes. */
  readonly encodings: Encodings;
  /** Set by the authentication filter. */
  user: UserInfo;
  /** Set by the filters while they find out what the sender may do. */
  judged = false;
  #warnings: Warnings | undefined;

  constructor(request: ApiRequest, query: Query, info: RequestInfo, user: UserInfo, encodings: Encodings) {
    this.request = request;
    this.query = query;
    this.info = info;
    this.user = user;
    this.encodings = encodings;
  }

  /** Adds texts to the client's `Warning` headers; what is undefined is none. */
  warn(...texts: readonly (string | undefined)[]): void {
    for (const text of texts) {
      if (text === undefined) continue;
      this.#warnings ??= new Warnings();
      this.#warnings.add(text);
    }
  }

  /** The headers, undefined when there are none. */
  get warningHeaders(): string[] | undefined {
    return this.#warnings?.headers();
  }
}
