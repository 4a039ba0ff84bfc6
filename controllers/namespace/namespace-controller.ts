import { isReason } from "../../apimachinery/status/status.ts";
import type { Namespace } from "../../apis/core/v1/namespace.ts";
import type { Condition } from "../runtime/conditions.ts";
import type { Controller, ReconcileResult, Surroundings } from "../runtime/controller.ts";
import { workOn } from "../runtime/controller.ts";
import { Informer, identityOf, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { deletionConditions } from "./conditions.ts";
import { isEmpty, NAMESPACES, removeContent } from "./content.ts";

const NAME = "namespace-controller";

/** How long to wait before looking again at what finalizers hold. */
const LOOK_AGAIN = 5_000;
const WORKERS = 4;

/** The finalizer of a namespace's spec that stands for its content. */
const KUBERNETES = "kubernetes";

/** Empties namespaces that are to go, then takes away the finalizer that held them (kubernetes, pkg/controller/namespace). */
export const namespaceController: Controller = {
  name: NAME,
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const queue = new WorkQueue();
    const onError = (error: unknown) => log.error({ controller: NAME, err: error }, "watch failed");
    // of most nothing has to be known but that they stay
    const informer = new Informer<Namespace>(client, NAMESPACES, onError, {
      keep: (namespace) => (namespace.metadata.deletionTimestamp === undefined ? identityOf(namespace) : namespace),
    });
    informer.handle((namespace, event) => {
      if (event !== "removed" && namespace.metadata.deletionTimestamp !== undefined) queue.add(keyOf(namespace));
    });
    await Promise.all([
      informer.run(signal),
      workOn(NAME, queue, WORKERS, surroundings, signal, (name) => reconcile(surroundings, informer.get(name))),
    ]);
  },
};

async function reconcile({ client, now }: Surroundings, seen: Namespace | undefined): Promise<ReconcileResult> {
  if (seen === undefined || !isToBeEmptied(seen)) return undefined;
  const name = seen.metadata.name as string;
  try {
    // What was seen may be gone, and another one may have its name: that one keeps its content.
    if (!isSame(await client.get<Namespace>(NAMESPACES, { name }), seen)) return undefined;
    const remaining = await removeContent(client, name);
    let latest = await client.get<Namespace>(NAMESPACES, { name });
    if (!isSame(latest, seen)) return undefined;
    const conditions = deletionConditions((latest.status?.conditions ?? []) as Condition[], remaining, now());
    latest = await client.update(NAMESPACES, { ...latest, status: { ...latest.status, conditions } }, { subresource: "status" });
    if (!isEmpty(remaining)) return { requeueAfter: LOOK_AGAIN };
    const finalizers = (latest.spec?.finalizers ?? []).filter((finalizer) => finalizer !== KUBERNETES);
    await client.update(NAMESPACES, { ...latest, spec: { ...latest.spec, finalizers } }, { subresource: "finalize" });
  } catch (error) {
    // someone else changed or removed it; the watch brings what is true now
    if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
  }
  return undefined;
}

const isToBeEmptied = ({ metadata, spec }: Namespace): boolean =>
  metadata.deletionTimestamp !== undefined && (spec?.finalizers ?? []).includes(KUBERNETES);

const isSame = (present: Namespace, seen: Namespace): boolean => present.metadata.uid === seen.metadata.uid && isToBeEmptied(present);
