import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { FlowSchema } from "../../apis/flowcontrol/v1/flow-schema.ts";
import { GROUP } from "../../apis/flowcontrol/v1/group.ts";
import type { PriorityLevelConfiguration } from "../../apis/flowcontrol/v1/priority-level-configuration.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Condition, withCondition } from "../runtime/conditions.ts";
import { type Controller, type Surroundings, workOn } from "../runtime/controller.ts";
import { ensure, ensureAll, type Repair } from "../runtime/ensure.ts";
import { Informer, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";
import { isLeftOver, maintained } from "./maintain.ts";
import { FLOW_SCHEMAS, PRIORITY_LEVELS } from "./suggested.ts";

const SCHEMAS: ResourceRef = { group: GROUP, version: "v1", resource: "flowschemas" };
const LEVELS: ResourceRef = { group: GROUP, version: "v1", resource: "prioritylevelconfigurations" };

/** The names under which kube-apiserver writes. */
const PRODUCER = { fieldManager: "api-priority-and-fairness-config-producer-v1" };
const CONSUMER = { fieldManager: "api-priority-and-fairness-config-consumer-v1", force: true };

/** How long a change of what the server keeps may last, in ms: two releases of it on one store take turns no faster. */
const PATIENCE = 60_000;

/**
 * Keeps the flow schemas and priority levels that every server has, and says of every schema whether its level is missing (kubernetes,
 * pkg/registry/flowcontrol/rest, and k8s.io/apiserver, pkg/util/flowcontrol/apf_controller.go).
 */
export const flowControlController = (patience = PATIENCE): Controller => ({
  name: "flow-control",
  async prepare({ client }) {
    await Promise.all([
      ensureAll(client, SCHEMAS, FLOW_SCHEMAS, repair, PRODUCER),
      ensureAll(client, LEVELS, PRIORITY_LEVELS, repair, PRODUCER),
    ]);
  },
  async run(surroundings, signal) {
    const { client, log } = surroundings;
    const onError = (error: unknown) => log.error({ controller: "flow-control", err: error }, "watch failed");
    const schemas = new Informer<FlowSchema>(client, SCHEMAS, onError);
    const levels = new Informer<PriorityLevelConfiguration>(client, LEVELS, onError);
    const dangling = new WorkQueue();
    schemas.handle((schema, event) => {
      if (event !== "removed") dangling.add(keyOf(schema));
    });
    levels.handle((level, event) => {
      if (event === "changed") return;
      for (const schema of schemas.list()) if (levelOf(schema) === keyOf(level)) dangling.add(keyOf(schema));
    });
    const tell = workOn("flow-control", dangling, 1, surroundings, signal, async (name) => {
      await Promise.all([schemas.synced, levels.synced]);
      const schema = schemas.get(name);
      if (schema !== undefined) await tellDangling(surroundings, schema, levels.get(levelOf(schema)) === undefined);
      return undefined;
    });
    const keepSchemas = keep(surroundings, signal, SCHEMAS, FLOW_SCHEMAS, schemas, patience);
    const keepLevels = keep(surroundings, signal, LEVELS, PRIORITY_LEVELS, levels, patience);
    await Promise.all([schemas.run(signal), levels.run(signal), tell, keepSchemas, keepLevels]);
  },
});

const levelOf = ({ spec }: FlowSchema) => spec?.priorityLevelConfiguration.name ?? "";

async function repair<T extends KubeObject>(client: Client, resource: ResourceRef, present: T, wanted: T): Promise<void> {
  const object = maintained(present, wanted);
  if (object !== undefined) await client.update(resource, object, PRODUCER);
}

/** Sees to it that the wanted objects of a kind stay as they are, and that those go that only another release wanted. */
async function keep<T extends KubeObject>(
  surroundings: Surroundings,
  signal: AbortSignal,
  resource: ResourceRef,
  objects: readonly T[],
  informer: Informer<T>,
  patience: number,
): Promise<void> {
  const { client } = surroundings;
  const wanted = new Map(objects.map((object) => [keyOf(object), object]));
  const queue = new WorkQueue();
  informer.handle((object, event) => {
    const key = keyOf(object);
    const own = wanted.get(key);
    if (own === undefined ? event !== "removed" && isLeftOver(object) : event !== "removed" && maintained(object, own) !== undefined) {
      queue.addAfter(key, patience);
    } else if (own !== undefined && event === "removed") queue.add(key);
  });
  await workOn("flow-control", queue, 1, surroundings, signal, async (key) => {
    const own = wanted.get(key);
    const present = informer.get(key);
    if (own !== undefined) await ensure(client, resource, present, own, repair as Repair<T>, PRODUCER);
    else if (present !== undefined && isLeftOver(present)) {
      const { uid = "", resourceVersion = "" } = present.metadata;
      await unlessGone(client.delete(resource, { name: key }, { preconditions: { uid, resourceVersion } }));
    }
    return undefined;
  });
}

/** Someone else changed or removed it; the watch brings what is true now. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isReason(error, "Conflict") && !isReason(error, "NotFound")) throw error;
  }
}

async function tellDangling({ client, now }: Surroundings, schema: FlowSchema, missing: boolean): Promise<void> {
  const level = levelOf(schema);
  const head = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  const told = missing
    ? ({ type: "Dangling", status: "True", reason: "NotFound", message: `${head} but there is no such object` } as const)
    : ({ type: "Dangling", status: "False", reason: "Found", message: `${head} and it exists` } as const);
  const before = (schema.status?.conditions ?? []) as Condition[];
  const old = before.find(({ type }) => type === told.type);
  if (old?.status === told.status && old.reason === told.reason && old.message === told.message) return;
  const condition = withCondition(before, told, now()).find(({ type }) => type === told.type);
  const { name = "", uid = "" } = schema.metadata;
  const patch = { apiVersion: `${GROUP}/v1`, kind: "FlowSchema", metadata: { name, uid }, status: { conditions: [condition] } };
  await unlessGone(client.patch(SCHEMAS, { name, subresource: "status" }, "application/apply-patch+yaml", patch, CONSUMER));
}
