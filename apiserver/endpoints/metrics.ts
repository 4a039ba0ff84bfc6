import { setTimeout as sleep } from "node:timers/promises";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { WatchCache } from "../../storage/cache/watch-cache.ts";
import type { Storage, StorageMember } from "../../storage/storage.ts";
import type { AuditCounts } from "../audit/sink.ts";
import type { Configuration } from "../flow-control/configuration.ts";
import type { ApiResponse } from "../request.ts";
import { addAudit } from "./audit-metrics.ts";
import { addFlowControl } from "./flow-control-metrics.ts";
import type { Health } from "./health.ts";
import type { versionInfo } from "./version.ts";

export interface MetricsSources {
  readonly storage: Storage;
  readonly cache: Pick<WatchCache<never>, "bytes" | "revision">;
  readonly health: Health;
  readonly version: ReturnType<typeof versionInfo>;
  /** None where it is off. */
  readonly flowControl: Configuration | undefined;
  /** None where requests are not recorded. */
  readonly audit: AuditCounts | undefined;
}

/**
 * `/metrics` and `/metrics/slis` in Prometheus' text format. What kube-apiserver has too goes by its names, what only this server has begins with
 * `datum_`. Everything is read when somebody asks, and nothing is counted before: the module loads with the first question.
 *
 * @returns the answers, for the path below `/metrics`; undefined where there is nothing
 */
export function metricsEndpoint(sources: MetricsSources): (path: string) => Promise<ApiResponse | undefined> {
  const main = new Registry();
  collectDefaultMetrics({ register: main });
  addProcessTime(main);
  addBuildInfo(main, sources);
  addStorage(main, sources);
  addWatchCache(main, sources);
  if (sources.flowControl !== undefined) addFlowControl(main, sources.flowControl);
  if (sources.audit !== undefined) addAudit(main, sources.audit);
  const slis = new Registry();
  addHealth(slis, sources);
  // the delay of the event loop is sampled from now on
  const sampled = sleep(FIRST_SAMPLES_MILLISECONDS);

  return async (path) => {
    const registry = path === "" ? main : path === "slis" ? slis : undefined;
    if (registry === undefined) return undefined;
    await sampled;
    return { status: 200, headers: { "content-type": registry.contentType }, body: Buffer.from(await registry.metrics()) };
  };
}

const FIRST_SAMPLES_MILLISECONDS = 50;

/** From the start of the process; prom-client would count from the first scrape. */
function addProcessTime(registry: Registry): void {
  const add = (name: string, help: string, microseconds: (usage: NodeJS.CpuUsage) => number) => {
    registry.removeSingleMetric(name);
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(microseconds(process.cpuUsage()) / 1e6);
      },
    });
  };
  add("process_cpu_user_seconds_total", "Total user CPU time spent in seconds.", ({ user }) => user);
  add("process_cpu_system_seconds_total", "Total system CPU time spent in seconds.", ({ system }) => system);
  add("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", ({ user, system }) => user + system);
}

/** k8s.io/component-base, metrics/version.go */
function addBuildInfo(registry: Registry, { version }: MetricsSources): void {
  const labels = {
    build_date: version.buildDate,
    compiler: version.compiler,
    git_commit: version.gitCommit,
    git_tree_state: version.gitTreeState,
    git_version: version.gitVersion,
    go_version: version.goVersion,
    major: version.major,
    minor: version.minor,
    platform: version.platform,
  };
  new Gauge({
    name: "kubernetes_build_info",
    help:
      "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and " +
      "compiler from which Kubernetes was built, and platform on which it is running.",
    labelNames: Object.keys(labels),
    registers: [registry],
  }).set(labels, 1);
}

/** The size as in k8s.io/apiserver, pkg/storage/etcd3/metrics/metrics.go. What does not answer is left out. */
function addStorage(registry: Registry, { storage }: MetricsSources): void {
  if (storage.stats === undefined) return;
  const stats = shared(async () => (await storage.stats?.().catch(() => undefined)) ?? { bytes: undefined });
  new Gauge({
    name: "apiserver_storage_size_bytes",
    help: "Size of the storage database file physically allocated in bytes.",
    labelNames: ["storage_cluster_id"],
    registers: [registry],
    async collect() {
      const { bytes } = await stats();
      this.reset();
      if (bytes !== undefined) this.set({ storage_cluster_id: `${storage.name}-0` }, bytes);
    },
  });
  if (storage.exclusive) return;
  const ofMembers = (name: string, help: string, measure: (member: StorageMember) => number | boolean | undefined) =>
    new Gauge({
      name: `datum_${storage.name}_member_${name}`,
      help,
      labelNames: ["endpoint"],
      registers: [registry],
      async collect() {
        const { members = [] } = await stats();
        this.reset();
        for (const member of members) {
          const value = measure(member);
          if (value !== undefined) this.set({ endpoint: member.endpoint }, Number(value));
        }
      },
    });
  ofMembers("healthy", "Whether the member at this endpoint answers and knows a leader.", ({ healthy }) => healthy);
  ofMembers("leader", "Whether the member at this endpoint leads.", ({ leads }) => leads);
  ofMembers("size_bytes", "Size of the member's database file physically allocated in bytes.", ({ bytes }) => bytes);
  ofMembers("size_in_use_bytes", "Bytes of the member's database file that are in use.", ({ bytesInUse }) => bytesInUse);
}

/** Who asks while an answer is under way gets that one: the metrics of one scrape ask at the same time. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | undefined;
  return () => {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}

function addWatchCache(registry: Registry, { cache }: MetricsSources): void {
  new Gauge({
    name: "datum_watch_cache_bytes",
    help: "Bytes of past events and of past states that the watch cache holds.",
    labelNames: ["of"],
    registers: [registry],
    collect() {
      this.set({ of: "events" }, cache.bytes.ring);
      this.set({ of: "states" }, cache.bytes.snapshots);
    },
  });
  new Gauge({
    name: "datum_watch_cache_revision",
    help: "The store's revision up to which the watch cache has been told everything.",
    registers: [registry],
    collect() {
      this.set(cache.revision);
    },
  });
}

/** k8s.io/component-base, metrics/prometheus/slis/metrics.go */
function addHealth(registry: Registry, { health }: MetricsSources): void {
  new Gauge({
    name: "kubernetes_healthcheck",
    help: "This metric records the result of a single healthcheck.",
    labelNames: ["name", "type"],
    registers: [registry],
    collect() {
      for (const { name, endpoint, last } of health.results) this.set({ name, type: endpoint }, last === "success" ? 1 : 0);
    },
  });
  new Counter({
    name: "kubernetes_healthchecks_total",
    help: "This metric records the results of all healthcheck.",
    labelNames: ["name", "type", "status"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, endpoint, success, error } of health.results) {
        if (success > 0) this.inc({ name, type: endpoint, status: "success" }, success);
        if (error > 0) this.inc({ name, type: endpoint, status: "error" }, error);
      }
    },
  });
}
