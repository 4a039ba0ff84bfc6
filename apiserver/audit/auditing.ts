import type { Eventual } from "../eventual.ts";
import type { ApiRequest, UserInfo } from "../request.ts";
import type { RequestInfo } from "../routing/request-info.ts";
import type { AuditEvent } from "./event.ts";
import type { AuditPolicy, Treatment } from "./policy.ts";
import { AuditRecord, type Recorder } from "./record.ts";
import type { AuditCounts, AuditSink } from "./sink.ts";

/** The record of who asks what, by a policy. A server without a policy has none. */
export class Auditing implements Recorder {
  readonly counts: AuditCounts;
  readonly #policy: AuditPolicy;
  readonly #sink: AuditSink;

  constructor(policy: AuditPolicy, sink: AuditSink, counts: AuditCounts) {
    this.#policy = policy;
    this.#sink = sink;
    this.counts = counts;
  }

  /** @param id under which the request can be found again */
  begin(request: ApiRequest, info: RequestInfo, id: string): AuditRecord {
    return new AuditRecord(this, request, info, id);
  }

  treatmentOf(info: RequestInfo, user: UserInfo | undefined): Treatment {
    const treatment = this.#policy.treatmentOf(info, user);
    this.counts.level(treatment.level);
    return treatment;
  }

  record(event: AuditEvent): Eventual<boolean> {
    this.counts.events++;
    return this.#sink.record(event);
  }

  rejected(): void {
    this.counts.rejected++;
  }
}
