import type { GroupResource } from "../apimachinery/object.ts";
import { Quantity } from "../apimachinery/quantity/quantity.ts";
import { conflict, forbidden, MODIFIED } from "../apimachinery/status/status.ts";
import { isCountable, isScoped, namesOfCount, type ResourceList, type ResourceQuota } from "../apis/core/v1/resource-quota.ts";
import type { AdmissionPlugin, Attributes } from "./admission.ts";

/** Where the quotas of a namespace are found, and their use is written down. */
export interface QuotaStore {
  /** Nobody else writes to the store: what is cached is what there is. */
  readonly exclusive: boolean;
  /** By name. A plain value where nothing has to be waited for; `fresh`: as they lie in the store now. */
  quotas(controlPlane: string, namespace: string, fresh: boolean): readonly ResourceQuota[] | Promise<readonly ResourceQuota[]>;
  /** Stores what is used; false if the quota has changed since it was read, or is gone. */
  use(controlPlane: string, quota: ResourceQuota, used: ResourceList): Promise<boolean>;
}

/** How often a quota that others change meanwhile is looked at again. */
const ATTEMPTS = 10;

/**
 * Refuses objects beyond what a ResourceQuota allows in their namespace (k8s.io/apiserver, pkg/admission/plugin/resourcequota). What is
 * taken is written down before the object is stored, if nobody has changed the quota meanwhile: whoever comes second sees it, on whatever
 * server. What is written down and then not stored is given back by the controller.
 *
 * All creations that wait in a namespace are judged together, so that a quota is written once for all of them:
 *
 *     A, B, C ask      quota: 3 of 5 secrets
 *     A is judged      3 + 1 of 5: good, the quota is written
 *     B, C, D wait     for A's write, and are judged then: 4 + 1 of 5 good; C and D too many. One write for B.
 */
export function resourceQuota(store: QuotaStore): AdmissionPlugin {
  const busy = new Map<string, Judge>();
  const judge = (attributes: Attributes): Promise<void> => {
    const { controlPlane, namespace } = attributes;
    const place = `${controlPlane}/${namespace}`;
    let judge = busy.get(place);
    if (judge === undefined) {
      judge = new Judge(store, controlPlane, namespace, () => busy.delete(place));
      busy.set(place, judge);
    }
    return judge.ask(attributes);
  };
  return {
    name: "ResourceQuota",
    validate(attributes) {
      const { operation, subresource, namespace, resource, controlPlane } = attributes;
      if (operation !== "CREATE" || subresource !== "" || namespace === "" || isNamespace(resource)) return;
      if (!isCountable(resource)) return;
      const quotas = store.quotas(controlPlane, namespace, false);
      if (quotas instanceof Promise) return quotas.then((found) => (found.length > 0 ? judge(attributes) : undefined));
      return quotas.length > 0 ? judge(attributes) : undefined;
    },
  };
}

const isNamespace = ({ group, resource }: GroupResource) => group === "" && resource === "namespaces";

interface Waiting {
  readonly attributes: Attributes;
  readonly admit: () => void;
  readonly refuse: (error: unknown) => void;
}

/** A quota with what is used once all that has been admitted so far is stored. */
interface Account {
  readonly quota: ResourceQuota;
  used: ResourceList;
}

/** Judges the creations in one namespace, until nobody waits. */
class Judge {
  readonly #store: QuotaStore;
  readonly #controlPlane: string;
  readonly #namespace: string;
  readonly #done: () => void;
  #waiting: Waiting[] = [];
  #running = false;

  constructor(store: QuotaStore, controlPlane: string, namespace: string, done: () => void) {
    this.#store = store;
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    this.#done = done;
  }

  /** @throws StatusError Forbidden */
  ask(attributes: Attributes): Promise<void> {
    return new Promise((admit, refuse) => {
      this.#waiting.push({ attributes, admit, refuse });
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#judge(together);
      } catch (error) {
        for (const { refuse } of together) refuse(error);
      }
    }
    this.#done();
  }

  async #judge(all: readonly Waiting[]): Promise<void> {
    let waiting = all;
    /** Quotas that still have to be written; undefined: all of them. */
    let left: ReadonlySet<string> | undefined;
    let fresh = this.#store.exclusive;
    for (let attempt = 1; ; attempt++) {
      const quotas = await this.#store.quotas(this.#controlPlane, this.#namespace, attempt > 1);
      const accounts = quotas
        .filter(({ metadata }) => left === undefined || left.has(metadata.name ?? ""))
        .map((quota): Account => ({ quota, used: quota.status?.used ?? NOTHING }));
      const refusals = new Map<Waiting, unknown>();
      for (const one of waiting) {
        try {
          take(accounts, one.attributes);
        } catch (error) {
          refusals.set(one, error);
        }
      }
      // what others have changed already may be what stands in the way
      if (refusals.size > 0 && !fresh) {
        fresh = true;
        continue;
      }
      for (const [{ refuse }, error] of refusals) refuse(error);
      waiting = waiting.filter((one) => !refusals.has(one));
      left = await this.#write(accounts);
      if (left.size === 0) break;
      fresh = true;
      if (attempt === ATTEMPTS) throw conflict(QUOTAS, [...left][0] ?? "", MODIFIED);
    }
    for (const { admit } of waiting) admit();
  }

  /** Gives the names of quotas that have changed meanwhile. */
  async #write(accounts: readonly Account[]): Promise<Set<string>> {
    const changed = new Set<string>();
    for (const { quota, used } of accounts) {
      if (used === quota.status?.used || used === NOTHING) continue;
      if (!(await this.#store.use(this.#controlPlane, quota, used))) changed.add(quota.metadata.name ?? "");
    }
    return changed;
  }
}

const QUOTAS: GroupResource = { group: "", resource: "resourcequotas" };
const NOTHING: ResourceList = {};
const ONE = Quantity.parse("1");

/** Enters one more object into all accounts that count it, or into none. @throws StatusError Forbidden */
function take(accounts: readonly Account[], { resource, name, object, dryRun }: Attributes): void {
  const refuse = (text: string) => forbidden(resource, name || object?.metadata.generateName, text);
  const names = namesOfCount(resource);
  const entries: [Account, ResourceList][] = [];
  for (const account of accounts) {
    const { quota, used } = account;
    const hard = quota.status?.hard ?? NOTHING;
    const counted = names.filter((name) => hard[name] !== undefined);
    if (counted.length === 0 || isScoped(quota)) continue;
    const { name: quotaName } = quota.metadata;
    const unknown = counted.some((name) => used[name] === undefined);
    if (unknown) throw refuse(`status unknown for quota: ${quotaName}, resources: ${[...counted].sort().join(",")}`);
    const after = Object.fromEntries(counted.map((name) => [name, Quantity.parse(used[name] as string).plus(ONE)]));
    const exceeded = counted.filter((name) => (after[name] as Quantity).compare(Quantity.parse(hard[name] as string)) > 0).sort();
    if (exceeded.length > 0) {
      const told = (amounts: ResourceList) => exceeded.map((name) => `${name}=${amounts[name] ?? "1"}`).join(",");
      throw refuse(`exceeded quota: ${quotaName}, requested: ${told(NOTHING)}, used: ${told(used)}, limited: ${told(hard)}`);
    }
    entries.push([account, { ...used, ...Object.fromEntries(counted.map((name) => [name, String(after[name])])) }]);
  }
  if (dryRun) return;
  for (const [account, used] of entries) account.used = used;
}
