import { Slice } from "../../storage/cache/dispatcher.ts";
import type { AuditRecord } from "../audit/record.ts";
import type { Eventual } from "../eventual.ts";
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
  /** Set by flow control: the flow schema and the priority level, which the answer's headers tell by their uids. */
  flow: { readonly uid: string; readonly level: { readonly uid: string } } | undefined;
  /** Set by flow control for requests that may be heavy: comes when the event loop has time for some milliseconds of work. */
  turn: (() => Eventual<void>) | undefined;
  /** Whether the sender is known, whoever the request is made as. */
  known = false;
  /** Set by the filters while they find out what the sender may do. */
  judged = false;
  /** What is recorded of the request; undefined where no server keeps a record. */
  readonly audit: AuditRecord | undefined;
  #warnings: Warnings | undefined;

  constructor(request: ApiRequest, query: Query, info: RequestInfo, user: UserInfo, encodings: Encodings, audit?: AuditRecord) {
    this.request = request;
    this.query = query;
    this.info = info;
    this.user = user;
    this.encodings = encodings;
    this.audit = audit;
  }

  /** A slice of the event loop's time, and the next when it is the request's turn. */
  slice(): Slice {
    return new Slice(undefined, this.turn);
  }

  /** Adds texts to the client's `Warning` headers; what is undefined is none. */
  warn(...texts: readonly (string | undefined)[]): void {
    for (const text of texts) {
      if (text === undefined) continue;
      this.#warnings ??= new Warnings();
      this.#warnings.add(text);
    }
  }

  /** Tells the record of the request something, if there is one. */
  annotate(key: string, value: string): void {
    this.audit?.annotate(key, value);
  }

  /** The headers, undefined when there are none. */
  get warningHeaders(): string[] | undefined {
    return this.#warnings?.headers();
  }
}
