import { Counter, Gauge, type Registry } from "prom-client";
import type { Configuration } from "../flow-control/configuration.ts";
import type { Level, Schema } from "../flow-control/level.ts";

/** How flow control is doing (k8s.io/apiserver, pkg/util/flowcontrol/metrics/metrics.go). */
export function addFlowControl(registry: Registry, configuration: Pick<Configuration, "levels" | "schemas">): void {
  const SCHEMA_LABELS = ["priority_level", "flow_schema"];
  const labelsOf = ({ name, level }: Schema) => ({ priority_level: level.name, flow_schema: name });
  const name = (rest: string) => `apiserver_flowcontrol_${rest}`;

  new Counter({
    name: name("dispatched_requests_total"),
    help: "Number of requests executed by API Priority and Fairness subsystem",
    labelNames: SCHEMA_LABELS,
    registers: [registry],
    collect() {
      this.reset();
      for (const schema of configuration.schemas) this.inc(labelsOf(schema), schema.counts.dispatched);
    },
  });
  new Counter({
    name: name("rejected_requests_total"),
    help: "Number of requests rejected by API Priority and Fairness subsystem",
    labelNames: [...SCHEMA_LABELS, "reason"],
    registers: [registry],
    collect() {
      this.reset();
      for (const schema of configuration.schemas) {
        for (const [reason, count] of Object.entries(schema.counts.rejected)) {
          if (count > 0) this.inc({ ...labelsOf(schema), reason }, count);
        }
      }
    },
  });
  const ofSchemas = (rest: string, help: string, measure: (schema: Schema) => number) =>
    new Gauge({
      name: name(rest),
      help,
      labelNames: SCHEMA_LABELS,
      registers: [registry],
      collect() {
        this.reset();
        for (const schema of configuration.schemas) this.set(labelsOf(schema), measure(schema));
      },
    });
  ofSchemas(
    "current_inqueue_requests",
    "Number of requests currently pending in queues of the API Priority and Fairness subsystem",
    ({ counts }) => counts.waiting,
  );
  ofSchemas(
    "current_executing_requests",
    "Number of requests in initial (for a WATCH) or any (for a non-WATCH) execution stage in the API Priority and Fairness subsystem",
    ({ counts }) => counts.executing,
  );
  const ofLevels = (rest: string, help: string, measure: (level: Level) => number) =>
    new Gauge({
      name: name(rest),
      help,
      labelNames: ["priority_level"],
      registers: [registry],
      collect() {
        this.reset();
        for (const level of configuration.levels) this.set({ priority_level: level.name }, measure(level));
      },
    });
  ofLevels("nominal_limit_seats", "Nominal number of execution seats configured for each priority level", ({ limits }) => limits.nominal);
  ofLevels(
    "lower_limit_seats",
    "Configured lower bound on number of execution seats available to each priority level",
    ({ limits }) => limits.least,
  );
  ofLevels(
    "upper_limit_seats",
    "Configured upper bound on number of execution seats available to each priority level",
    ({ limits }) => limits.most,
  );
  ofLevels(
    "current_limit_seats",
    "current derived number of execution seats available to each priority level",
    ({ queues }) => queues.limit,
  );
  ofLevels("demand_seats_smoothed", "Smoothed seat demands", ({ demand }) => demand.smoothed);
}
