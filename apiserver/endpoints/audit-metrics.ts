import { Counter, type Registry } from "prom-client";
import type { AuditCounts } from "../audit/sink.ts";

/** What the record of requests counts (k8s.io/apiserver, pkg/audit/metrics.go). */
export function addAudit(registry: Registry, counts: AuditCounts): void {
  const add = (name: string, help: string, count: () => number) =>
    new Counter({
      name: `apiserver_audit_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(count());
      },
    });
  const addBy = (label: string, name: string, help: string, values: ReadonlyMap<string, number>) =>
    new Counter({
      name: `apiserver_audit_${name}`,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of values) this.inc({ [label]: value }, count);
      },
    });
  add("event_total", "Counter of audit events generated and sent to the audit backend.", () => counts.events);
  add("requests_rejected_total", "Counter of apiserver requests rejected due to an error in audit logging backend.", () => counts.rejected);
  addBy("level", "level_total", "Counter of policy levels for audit events (1 per request).", counts.levels);
  const lost = "Counter of audit events that failed to be audited properly. Plugin identifies the plugin affected by the error.";
  addBy("plugin", "error_total", lost, counts.errors);
}
