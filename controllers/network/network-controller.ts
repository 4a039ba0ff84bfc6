import { isReason } from "../../apimachinery/status/status.ts";
import type { Network } from "../../apis/networking/v1alpha/network.ts";
import type { NetworkContext } from "../../apis/networking/v1alpha/network-context.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Condition, withCondition } from "../runtime/conditions.ts";
import { type Controller, type Surroundings, workOn } from "../runtime/controller.ts";
import { EventRecorder } from "../runtime/event-recorder.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const NETWORKS: ResourceRef = { group: "networking.datumapis.com", version: "v1alpha", resource: "networks" };
const CONTEXTS: ResourceRef = { group: "networking.datumapis.com", version: "v1alpha", resource: "networkcontexts" };

const NAME = "network-controller";

/** Holds a network until its contexts are gone. */
const FINALIZER = "networking.datumapis.com/network-controller";

const WORKERS = 4;

/** Makes networks ready, and takes their contexts along when they go (reference datum-networking-compute, section 4.1). */
export const networkController: Controller = {
  name: NAME,
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const onError = (error: unknown) => log.error({ controller: NAME, err: error }, "watch failed");
    const queue = new WorkQueue();
    const networks = new Informer<Network>(client, NETWORKS, onError);
    const contexts = new Informer<NetworkContext>(client, CONTEXTS, onError);
    const reconciler = new NetworkReconciler(surroundings, networks);
    networks.handle((network, event) => {
      if (event !== "removed") queue.add(keyOf(network));
    });
    contexts.handle((context) => queue.add(`${context.metadata.namespace}/${networkNameOf(context)}`));
    const work = Promise.race([Promise.all([networks.synced, contexts.synced]), aborted(signal)]).then(() =>
      workOn(NAME, queue, WORKERS, surroundings, signal, (key) => reconciler.reconcile(key)),
    );
    await Promise.all([networks.run(signal), contexts.run(signal), work]);
  },
};

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** The network that a context belongs to: its controller, else the one that its spec names. */
function networkNameOf({ metadata, spec }: NetworkContext): string {
  const owner = metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === "Network");
  return owner?.name ?? spec?.network.name ?? "";
}

class NetworkReconciler {
  readonly #client: Client;
  readonly #now: () => number;
  readonly #events: EventRecorder;
  readonly #networks: Informer<Network>;

  constructor({ client, now }: Surroundings, networks: Informer<Network>) {
    this.#client = client;
    this.#now = now;
    this.#events = new EventRecorder(client, NAME, now);
    this.#networks = networks;
  }

  async reconcile(key: string): Promise<undefined> {
    const network = this.#networks.get(key);
    if (network === undefined) return;
    try {
      if (network.metadata.deletionTimestamp !== undefined) await this.#finish(network);
      else if (!network.metadata.finalizers?.includes(FINALIZER)) await this.#hold(network);
      else await this.#makeReady(network);
    } catch (error) {
      // someone else changed or removed it; the watch brings what is true now
      if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
    }
  }

  async #hold(network: Network): Promise<void> {
    const finalizers = [...(network.metadata.finalizers ?? []), FINALIZER];
    await this.#client.update(NETWORKS, { ...network, metadata: { ...network.metadata, finalizers } });
  }

  /** Without an address service a network is ready as it is. */
  async #makeReady(network: Network): Promise<void> {
    const present = (network.status?.conditions ?? []) as Condition[];
    const ready = {
      type: "Ready",
      status: "True",
      reason: "Ready",
      message: "No address service is configured, so the network is used without claimed address space",
      observedGeneration: network.metadata.generation ?? 0,
    } as const;
    const found = present.find(({ type }) => type === "Ready");
    if (
      found?.status === ready.status &&
      found.reason === ready.reason &&
      found.message === ready.message &&
      found.observedGeneration === ready.observedGeneration
    ) {
      return;
    }
    const status = { ...network.status, conditions: withCondition(present, ready, this.#now()) };
    await this.#client.update(NETWORKS, { ...network, status }, { subresource: "status" });
  }

  /** Deletes the network's contexts; when the last is gone, so is what holds the network. */
  async #finish(network: Network): Promise<void> {
    if (!network.metadata.finalizers?.includes(FINALIZER)) return;
    const { namespace } = network.metadata;
    // Asked for and not taken from the informer: a context that has just come may not have reached it, and would be left behind.
    const own = (await this.#client.list<NetworkContext>(CONTEXTS, namespace)).items.filter((context) => belongs(context, network));
    if (own.length === 0) {
      const finalizers = network.metadata.finalizers.filter((finalizer) => finalizer !== FINALIZER);
      await this.#client.update(NETWORKS, { ...network, metadata: { ...network.metadata, finalizers } });
      return;
    }
    const live = own.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    for (const { metadata } of live) {
      await this.#client.delete(CONTEXTS, { ...(namespace && { namespace }), name: metadata.name as string });
    }
    if (live.length > 0) {
      const names = live.map(({ metadata }) => metadata.name).join(", ");
      await this.#events.record(network, "Normal", "DeletingContexts", `Deleting the network's contexts first: ${names}`);
    }
  }
}

/** By the controller's uid; without a controller by the name in the spec. */
function belongs({ metadata, spec }: NetworkContext, network: Network): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner === undefined ? spec?.network.name === network.metadata.name : owner.uid === network.metadata.uid;
}
