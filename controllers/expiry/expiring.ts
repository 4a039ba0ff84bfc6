import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Options, ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { Informer, identityOf, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

/** Objects that are deleted when their time has come. */
export interface Expiring {
  /** The controller's. */
  readonly name: string;
  readonly resource: ResourceRef;
  /** Which of the resource's objects: all by default. */
  readonly selectors?: Options;
  /** Milliseconds since the epoch; `Infinity` for one that stays as long as nothing about it changes. */
  endOf(object: KubeObject): number;
}

/** What is kept of an object. */
interface Dated extends KubeObject {
  readonly end: number;
}

/** Deletes objects in time. One that changes at that moment is judged anew. */
export const deleteInTime = ({ name, resource, selectors = {}, endOf }: Expiring): Controller => ({
  name,
  async run(surroundings, signal) {
    const { client, log, now } = surroundings;
    const queue = new WorkQueue();
    const onError = (error: unknown) => log.error({ controller: name, err: error }, "watch failed");
    const informer = new Informer<Dated>(client, resource, onError, {
      selectors,
      keep: (object) => ({ ...identityOf(object), end: endOf(object) }),
    });
    informer.handle((object, event) => {
      if (event !== "removed" && object.end !== Number.POSITIVE_INFINITY) queue.add(keyOf(object));
    });
    const work = workOn(name, queue, 1, surroundings, signal, async (key) => {
      const object = informer.get(key);
      if (object === undefined || object.end === Number.POSITIVE_INFINITY) return undefined;
      const wait = object.end - now();
      if (wait > 0) return { requeueAfter: wait };
      const { name: objectName = "", namespace = "", uid = "", resourceVersion = "" } = object.metadata;
      try {
        await client.delete(resource, { namespace, name: objectName }, { preconditions: { uid, resourceVersion } });
      } catch (error) {
        // it changed or is gone; the watch tells
        if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
      }
      return undefined;
    });
    await Promise.all([informer.run(signal), work]);
  },
});
