import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import { SYSTEM_NAMESPACES } from "../../apis/core/v1/namespace.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { Informer, identityOf, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const NAMESPACES: ResourceRef = { group: "", version: "v1", resource: "namespaces" };
const NAME = "system-namespaces-controller";

/** Sees to it that the system's namespaces exist (kubernetes, pkg/controlplane/controller/systemnamespaces). */
export const systemNamespacesController: Controller = {
  name: NAME,
  async prepare({ client }) {
    const { items } = await client.list(NAMESPACES);
    const present = new Set(items.map(keyOf));
    await Promise.all([...SYSTEM_NAMESPACES].filter((name) => !present.has(name)).map((name) => create(client, name)));
  },
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const queue = new WorkQueue();
    const onError = (error: unknown) => log.error({ controller: NAME, err: error }, "watch failed");
    const informer = new Informer<KubeObject>(client.metadataOnly, NAMESPACES, onError, { keep: identityOf });
    informer.handle((namespace, event) => {
      if (event === "removed" && SYSTEM_NAMESPACES.has(keyOf(namespace))) queue.add(keyOf(namespace));
    });
    for (const name of SYSTEM_NAMESPACES) queue.add(name);
    const work = workOn(NAME, queue, 1, surroundings, signal, async (name) => {
      await informer.synced;
      if (informer.get(name) === undefined) await create(client, name);
      return undefined;
    });
    await Promise.all([informer.run(signal), work]);
  },
};

async function create(client: Client, name: string): Promise<void> {
  try {
    await client.create(NAMESPACES, undefined, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  } catch (error) {
    if (!isReason(error, "AlreadyExists")) throw error;
  }
}
