import { setTimeout as sleep } from "node:timers/promises";
import { apiVersionOf } from "../../apimachinery/object.ts";
import { type Controller, workOn } from "../runtime/controller.ts";
import { followDiscovery } from "../runtime/discovery.ts";
import { EventRecorder } from "../runtime/event-recorder.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { Collector } from "./collector.ts";
import { Graph } from "./graph.ts";
import { Judge } from "./judge.ts";
import type { Node, Owner } from "./node.ts";
import { Watches } from "./watches.ts";

const NAME = "garbage-collector-controller";

/** Objects that are looked at at once: a store may take what comes together with one flush. */
const WORKERS = 64;

/** Milliseconds that the first look waits at most for every kind to have told its objects. A kind that cannot be read does not stop the others. */
const PATIENCE = 30_000;

/**
 * Removes what belonged to objects that are gone, and finishes deletions in the foreground and those that leave orphans
 * (kubernetes, pkg/controller/garbagecollector).
 *
 *     watches of every kind  ->  graph  ->  queue of objects to look at  ->  collector: asks the judge, then deletes or patches
 */
export const garbageCollector: Controller = {
  name: NAME,
  async run(surroundings, signal) {
    const { client, now, log } = surroundings;
    const events = new EventRecorder(client, NAME, now);
    const queue = new WorkQueue();
    const graph = new Graph({
      look: ({ uid }) => queue.add(uid),
      outOfReach: (node, owner) => void tellOutOfReach(events, node, owner),
    });
    const judge = new Judge(client, graph);
    const watches = new Watches(client, graph, (error) => log.error({ controller: NAME, err: error }, "watch failed"));
    const collector = new Collector(client, graph, judge, () => watches.areSynced);
    await Promise.all([
      followDiscovery(NAME, surroundings, signal, ({ resources }) => {
        judge.follow(resources);
        watches.follow(resources);
        // owners of a kind that was not served may be judged now
        for (const node of graph.nodes()) graph.inspect(node);
      }),
      Promise.race([watches.synced, sleep(PATIENCE, undefined, { signal, ref: false }).catch(() => {})]).then(() =>
        workOn(NAME, queue, WORKERS, surroundings, signal, (uid) => collector.look(uid)),
      ),
    ]);
    await watches.close();
  },
};

function tellOutOfReach(events: EventRecorder, { resource, namespace, name, uid }: Node, owner: Owner): Promise<void> {
  const about = {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...(namespace !== "" && { namespace }), name, uid },
  };
  const said = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
  return events.record(about, "Warning", "OwnerRefInvalidNamespace", `ownerRef ${said} does not exist in namespace "${namespace}"`);
}
