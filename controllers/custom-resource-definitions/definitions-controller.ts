import { equalJson } from "../../apimachinery/json/equal.ts";
import { asJson } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import { isTrue } from "../../apis/apiextensions/v1/conditions.ts";
import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import { CLEANUP_FINALIZER } from "../../apis/apiextensions/v1/deletion.ts";
import { kinds } from "../../apis/kinds.ts";
import type { ResourceRef } from "../../client/client.ts";
import { type Condition, type Told, withCondition } from "../runtime/conditions.ts";
import { type Controller, type ReconcileResult, type Surroundings, workOn } from "../runtime/controller.ts";
import { Reflector } from "../runtime/reflector.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { approvalCondition } from "./approval.ts";
import { Claims } from "./claims.ts";
import { deleteInstances } from "./instances.ts";
import { establishedOf, judgeNames } from "./names.ts";
import { hasOtherNames, isToBeEstablished, type Work } from "./pending.ts";

const DEFINITIONS: ResourceRef = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };

/**
 * Definitions worked on at once. Names are given one after the other: two definitions that want the same must not both get it. To clear one away
 * takes long, and nobody waits for that.
 */
const WORKERS: Readonly<Record<Work, number>> = { name: 1, approve: 1, clear: 5 };

/** How long to wait, in ms, before it is looked again whether what is held has gone: longer the longer it takes. */
const LEAST_WAIT = 500;
const MOST_WAIT = 5_000;
/** After this many ms it is told that the objects do not go. */
const TAKES_LONG = 60_000;

/** Who the owners of a definition's status are. */
const MANAGER = { fieldManager: "kube-apiserver" };

/**
 * Gives CustomResourceDefinitions their names, tells them when they are established, and clears away the objects of those that are deleted
 * (apiextensions-apiserver, pkg/controller/{status,establish,finalizer,apiapproval}).
 */
export const definitionsController: Controller = {
  name: "custom-resource-definitions",
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const queues: Readonly<Record<Work, WorkQueue>> = { name: new WorkQueue(), approve: new WorkQueue(), clear: new WorkQueue() };
    const claims = new Claims((name, work) => queues[work].add(name));
    const reflector = new Reflector<CustomResourceDefinition>(client, DEFINITIONS, claims, (error) =>
      log.error({ controller: "custom-resource-definitions", err: error }, "watch failed"),
    );
    const reconciler = new Reconciler(surroundings, claims);
    const work = (kind: Work) =>
      workOn("custom-resource-definitions", queues[kind], WORKERS[kind], surroundings, signal, (name) => reconciler.reconcile(name, kind));
    await Promise.all([reflector.run(signal), work("name"), work("approve"), work("clear")]);
  },
};

class Reconciler {
  readonly #surroundings: Surroundings;
  readonly #claims: Claims;
  constructor(surroundings: Surroundings, claims: Claims) {
    this.#surroundings = surroundings;
    this.#claims = claims;
  }

  async reconcile(name: string, work: Work): Promise<ReconcileResult> {
    try {
      const definition = await this.#get(name);
      const isGoing = definition.metadata.deletionTimestamp !== undefined;
      if (isGoing !== (work === "clear")) return undefined;
      if (isGoing) return await this.#clear(definition);
      if (work === "name") await this.#establish(definition);
      else await this.#approve(definition);
      return undefined;
    } catch (error) {
      // someone else changed or removed it; the watch brings what is true now
      if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
      return undefined;
    }
  }

  /** First the names, then that the kind is there: in between it is served already, so that nobody is told too early. */
  async #establish(definition: CustomResourceDefinition): Promise<void> {
    const latest = await this.#approve(hasOtherNames(definition) ? await this.#name(definition) : definition);
    if (!isToBeEstablished(latest)) return;
    await this.#tell(latest, {
      type: "Established",
      status: "True",
      reason: "InitialNamesAccepted",
      message: "the initial names have been accepted",
    });
  }

  async #approve(definition: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    const approval = approvalCondition(definition);
    return approval === undefined ? definition : this.#tell(definition, approval);
  }

  async #name(definition: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    const { spec, status } = definition;
    const verdict = judgeNames(spec.names, status?.acceptedNames, this.#claims.taken(spec.group));
    const named = { ...definition, status: { ...status, acceptedNames: verdict.acceptedNames } } as CustomResourceDefinition;
    const told = withTold(
      withTold(named, verdict.namesAccepted, this.#now),
      establishedOf(conditionOf(definition, "Established"), verdict),
      this.#now,
    );
    try {
      return await this.#store(definition, told);
    } catch (error) {
      // another server of the same store may have given the names: who is next has to know
      if (isReason(error, "Conflict")) this.#claim(await this.#get(definition.metadata.name ?? ""));
      throw error;
    }
  }

  async #clear(definition: CustomResourceDefinition): Promise<ReconcileResult> {
    const { client } = this.#surroundings;
    const { finalizers = [], deletionTimestamp } = definition.metadata;
    if (!finalizers.includes(CLEANUP_FINALIZER)) return undefined;
    const age = this.#now - Date.parse(deletionTimestamp as string);
    const progress = (reason: string, message: string) => this.#tell(definition, { type: "Terminating", status: "True", reason, message });
    let latest = definition;
    let end = { reason: "NeverEstablished", message: "resource was never established" };
    if (isOwn(definition)) {
      end = { reason: "OverlappingBuiltInResource", message: "instances overlap with built-in resources in storage" };
    } else if (isTrue(definition, "Established")) {
      if (age < TAKES_LONG) latest = await progress("InstanceDeletionInProgress", "CustomResource deletion is in progress");
      let left: number;
      try {
        left = await deleteInstances(client, latest);
      } catch (error) {
        await progress("InstanceDeletionFailed", `could not issue all deletes: ${error instanceof Error ? error.message : String(error)}`);
        throw error;
      }
      if (left > 0) {
        if (age >= TAKES_LONG) {
          await progress("InstanceDeletionCheck", "could not confirm zero CustomResources remaining: timed out waiting for the condition");
        }
        return { requeueAfter: Math.min(MOST_WAIT, Math.max(LEAST_WAIT, age / 4)) };
      }
      end = { reason: "InstanceDeletionCompleted", message: "removed all instances" };
    }
    const done = withTold(latest, { type: "Terminating", status: "False", ...end }, this.#now);
    const kept = finalizers.filter((finalizer) => finalizer !== CLEANUP_FINALIZER);
    await this.#store(latest, { ...done, metadata: { ...done.metadata, finalizers: kept } });
    return undefined;
  }

  get #now(): number {
    return this.#surroundings.now();
  }

  #tell(definition: CustomResourceDefinition, condition: Told): Promise<CustomResourceDefinition> {
    return this.#store(definition, withTold(definition, condition, this.#now));
  }

  /** Nothing is written where nothing changed. */
  async #store(before: CustomResourceDefinition, after: CustomResourceDefinition): Promise<CustomResourceDefinition> {
    if (equalJson(asJson(before), asJson(after))) return before;
    const stored = await this.#surroundings.client.update(DEFINITIONS, after, { subresource: "status", ...MANAGER });
    this.#claim(stored);
    return stored;
  }

  /** The next definition of the group is judged by this, however late the watch is. */
  #claim(definition: CustomResourceDefinition): void {
    if (definition.metadata.deletionTimestamp === undefined) this.#claims.put(definition);
  }

  #get(name: string): Promise<CustomResourceDefinition> {
    return this.#surroundings.client.get<CustomResourceDefinition>(DEFINITIONS, { name });
  }
}

/** The server has the kind of its own, and goes on serving it: its objects are not the definition's. */
const isOwn = ({ spec }: CustomResourceDefinition): boolean =>
  kinds.some(({ group, plural }) => group === spec.group && plural === spec.names.plural);

const conditionsOf = ({ status }: CustomResourceDefinition) => (status?.conditions ?? []) as Condition[];

const conditionOf = (definition: CustomResourceDefinition, type: string): Condition | undefined =>
  conditionsOf(definition).find((condition) => condition.type === type);

const withTold = (definition: CustomResourceDefinition, condition: Told, now: number): CustomResourceDefinition => ({
  ...definition,
  status: {
    ...definition.status,
    conditions: withCondition(conditionsOf(definition), condition, now),
  } as CustomResourceDefinition["status"],
});
