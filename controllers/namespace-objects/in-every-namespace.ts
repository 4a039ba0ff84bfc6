import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason, StatusError } from "../../apimachinery/status/status.ts";
import type { ResourceRef } from "../../client/client.ts";
import { type Controller, type Surroundings, workOn } from "../runtime/controller.ts";
import { Informer, identityOf, keyOf } from "../runtime/informer.ts";
import { WorkQueue } from "../runtime/work-queue.ts";

const NAMESPACES: ResourceRef = { group: "", version: "v1", resource: "namespaces" };

/** Namespaces that are looked at at once: a store may take what comes together with one flush. */
const WORKERS = 16;

/** An object that every namespace is to have. */
export interface NamespaceObject {
  /** The controller's, which writes under it. */
  readonly name: string;
  readonly resource: ResourceRef;
  readonly object: KubeObject;
  /** Where the object is not only to be there, but to say something. */
  readonly content?: {
    /** @param isEarly true until what was there at the start has been told */
    isRight(present: KubeObject, isEarly: boolean): boolean;
    repaired(present: KubeObject): KubeObject;
  };
}

/** What is kept of such an object. */
interface Seen extends KubeObject {
  readonly isRight: boolean;
}

/** Creates an object in every namespace that is not about to go, and puts it back when it was deleted or changed. */
export const inEveryNamespace = (wanted: NamespaceObject): Controller => ({
  name: wanted.name,
  async run(surroundings, signal) {
    const { name, resource, object, content } = wanted;
    const { client, log } = surroundings;
    const onError = (error: unknown) => log.error({ controller: name, err: error }, "watch failed");
    const queue = new WorkQueue();
    const namespaces = new Informer<KubeObject>(client.metadataOnly, NAMESPACES, onError, { keep: identityOf });
    let isEarly = true;
    const present = new Informer<Seen>(content === undefined ? client.metadataOnly : client, resource, onError, {
      selectors: { fieldSelector: `metadata.name=${keyOf(object)}` },
      keep: (found) => ({ ...identityOf(found), isRight: content?.isRight(found, isEarly) ?? true }),
    });
    namespaces.handle((namespace, event) => {
      if (event !== "removed") queue.add(keyOf(namespace));
    });
    present.handle(({ metadata, isRight }, event) => {
      if (event === "removed" || !isRight) queue.add(metadata.namespace ?? "");
    });
    const work = workOn(name, queue, WORKERS, surroundings, signal, async (namespace) => {
      await Promise.all([namespaces.synced, present.synced]);
      isEarly = false;
      const found = namespaces.get(namespace);
      if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
      await provide(wanted, surroundings, namespace, present.get(`${namespace}/${keyOf(object)}`));
      return undefined;
    });
    await Promise.all([namespaces.run(signal), present.run(signal), work]);
  },
});

async function provide(
  { name, resource, object, content }: NamespaceObject,
  { client }: Surroundings,
  namespace: string,
  seen: Seen | undefined,
): Promise<void> {
  const options = { fieldManager: name };
  try {
    if (seen === undefined) await client.create(resource, namespace, object, options);
    else if (content !== undefined && !seen.isRight) {
      const live = await client.get(resource, { namespace, name: keyOf(object) });
      if (!content.isRight(live, true)) await client.update(resource, content.repaired(live), options);
    }
  } catch (error) {
    // somebody else was faster, or the namespace is about to go or has gone; the watches tell
    if (!HARMLESS.some((reason) => isReason(error, reason)) && !isOfTerminating(error)) throw error;
  }
}

const HARMLESS = ["AlreadyExists", "Conflict", "NotFound"] as const;

const isOfTerminating = (error: unknown) =>
  error instanceof StatusError && error.status.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating");
