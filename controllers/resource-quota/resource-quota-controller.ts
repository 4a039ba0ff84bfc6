import { equalJson } from "../../apimachinery/json/equal.ts";
import { Quantity } from "../../apimachinery/quantity/quantity.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import { isScoped, type ResourceList, type ResourceQuota } from "../../apis/core/v1/resource-quota.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Controller, type ReconcileResult, type Surroundings, workOn } from "../runtime/controller.ts";
import { followDiscovery } from "../runtime/discovery.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { CountedResources } from "./counted-resources.ts";

const QUOTAS: ResourceRef = { group: "", version: "v1", resource: "resourcequotas" };

const NAME = "resourcequota-controller";
const WORKERS = 2;

/** How long, in ms, after admission has written down an object it may take until the object is stored. */
const ON_ITS_WAY = 500;

/** Keeps the status of ResourceQuotas: the limits in force, and how much there is (kubernetes, pkg/controller/resourcequota). */
export const resourceQuotaController: Controller = {
  name: NAME,
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const onError = (error: unknown) => log.error({ controller: NAME, err: error }, "watch failed");
    const queue = new WorkQueue();
    const quotas = new Informer<ResourceQuota>(client, QUOTAS, onError);
    const counted = new CountedResources(
      client,
      (namespace, resource) => {
        for (const quota of quotas.list()) {
          if (quota.metadata.namespace === namespace && limitsOf(quota).some((limit) => counted.named(limit) === resource)) {
            queue.add(keyOf(quota));
          }
        }
      },
      onError,
    );
    const followLimits = () => counted.follow(new Set([...quotas.list()].flatMap(limitsOf)));
    quotas.handle((quota, event) => {
      followLimits();
      if (event !== "removed") queue.add(keyOf(quota));
    });
    const reconciler = new QuotaReconciler(surroundings, quotas, counted);
    const discovery = followDiscovery(NAME, surroundings, signal, ({ resources }) => {
      counted.serve(resources);
      followLimits();
      for (const quota of quotas.list()) queue.add(keyOf(quota));
    });
    const work = workOn(NAME, queue, WORKERS, surroundings, signal, (key) => reconciler.reconcile(key));
    await Promise.all([quotas.run(signal), discovery, work]);
    await counted.close();
  },
};

const limitsOf = ({ spec }: ResourceQuota): string[] => Object.keys(spec?.hard ?? {});

/** What was used when less was found, and when that was. */
interface Excess {
  readonly since: number;
  readonly used: ResourceList;
}

/**
 * What is counted more is written at once. What is counted less may be on its way still: admission writes an object down before it is
 * stored. So what was written down is given back a moment later, and what has come since then is left:
 *
 *     0 ms     used 5, counted 3     2 too many, or on their way
 *     300 ms   used 6, one more was admitted
 *     500 ms   counted 4             what was on its way at 0 ms has come or failed. At most the one of 300 ms is still to come: used 5
 *     1000 ms  counted 5             that one has come
 */
class QuotaReconciler {
  readonly #client: Client;
  readonly #now: () => number;
  readonly #quotas: Informer<ResourceQuota>;
  readonly #counted: CountedResources;
  readonly #excesses = new Map<string, Excess>();

  constructor({ client, now }: Surroundings, quotas: Informer<ResourceQuota>, counted: CountedResources) {
    this.#client = client;
    this.#now = now;
    this.#quotas = quotas;
    this.#counted = counted;
  }

  async reconcile(key: string): Promise<ReconcileResult> {
    const quota = this.#quotas.get(key);
    if (quota === undefined) {
      this.#excesses.delete(key);
      return undefined;
    }
    const hard = quota.spec?.hard ?? {};
    const counts = await this.#count(quota);
    const { used, again } = this.#settle(key, quota.status?.used ?? {}, counts);
    if (!equalJson(hard, quota.status?.hard ?? {}) || !equalJson(used, quota.status?.used ?? {})) {
      try {
        await this.#client.update(QUOTAS, { ...quota, status: { hard, used } }, { subresource: "status" });
      } catch (error) {
        // someone else changed or removed it; the watch brings what is true now
        if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
      }
    }
    return again ? { requeueAfter: ON_ITS_WAY } : undefined;
  }

  /** How much there is of each limit that can be counted. */
  async #count(quota: ResourceQuota): Promise<ResourceList> {
    const counts: Record<string, string> = {};
    for (const limit of limitsOf(quota)) {
      const resource = this.#counted.named(limit);
      if (resource === undefined) {
        // what is not known is left as it was
        const before = quota.status?.used?.[limit];
        if (before !== undefined) counts[limit] = before;
      } else counts[limit] = isScoped(quota) ? "0" : String(await this.#counted.count(resource, quota.metadata.namespace ?? ""));
    }
    return counts;
  }

  /** What is to be told as used. `again`: there is more than was counted. */
  #settle(key: string, used: ResourceList, counts: ResourceList): { used: ResourceList; again: boolean } {
    const less = Object.keys(counts).filter((limit) => used[limit] !== undefined && isLess(counts[limit] as string, used[limit]));
    if (less.length === 0) {
      this.#excesses.delete(key);
      return { used: counts, again: false };
    }
    const excess = this.#excesses.get(key) ?? { since: this.#now(), used };
    if (this.#now() - excess.since < ON_ITS_WAY) {
      this.#excesses.set(key, excess);
      return { used: { ...counts, ...pick(used, less) }, again: true };
    }
    const settled: Record<string, string> = { ...counts };
    for (const limit of less) settled[limit] = withNewcomers(counts[limit] as string, used[limit] as string, excess.used[limit]);
    this.#excesses.delete(key);
    return { used: settled, again: less.some((limit) => settled[limit] !== counts[limit]) };
  }
}

const isLess = (a: string, b: string) => Quantity.parse(a).compare(Quantity.parse(b)) < 0;

const pick = (amounts: ResourceList, names: readonly string[]): ResourceList =>
  Object.fromEntries(names.map((name) => [name, amounts[name] as string]));

/** The count, and what was admitted since `before`; never more than what is used. */
function withNewcomers(count: string, used: string, before = used): string {
  const newcomers = Quantity.parse(used).minus(Quantity.parse(before));
  if (newcomers.sign <= 0) return count;
  const sum = Quantity.parse(count).plus(newcomers);
  return sum.compare(Quantity.parse(used)) < 0 ? sum.toString() : used;
}
