import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import { formatTime } from "../../apimachinery/time/timestamp.ts";
import type { Client, ResourceRef } from "../../client/client.ts";

const EVENTS: ResourceRef = { group: "", version: "v1", resource: "events" };

/** Events of which the recorder knows that they were told before. */
const REMEMBERED = 1024;

/**
 * Tells people what a controller did to an object, as an Event beside it (k8s.io/client-go, tools/record). What is told again raises the count
 * of the Event that is there. Nothing depends on events: a failure to write one is dropped.
 */
export class EventRecorder {
  readonly #client: Client;
  readonly #component: string;
  readonly #now: () => number;
  /** By what is told: the name of its event, and how often it was told. */
  readonly #told = new Map<string, { readonly name: string; count: number }>();

  constructor(client: Client, component: string, now: () => number) {
    this.#client = client;
    this.#component = component;
    this.#now = now;
  }

  /** @param reason one word for programs @param message a sentence for people */
  async record(about: KubeObject, type: "Normal" | "Warning", reason: string, message: string): Promise<void> {
    const key = JSON.stringify([about.metadata.uid, type, reason, message]);
    try {
      const known = this.#told.get(key);
      if (known === undefined || !(await this.#count(about, known))) await this.#create(key, about, type, reason, message);
    } catch {
      // told nobody; the next one may fare better
    }
  }

  /** False when the event is gone. */
  async #count(about: KubeObject, known: { readonly name: string; count: number }): Promise<boolean> {
    try {
      const patch = { count: known.count + 1, lastTimestamp: formatTime(this.#now()) };
      await this.#client.patch(EVENTS, { namespace: namespaceOf(about), name: known.name }, "application/merge-patch+json", patch);
      known.count += 1;
      return true;
    } catch (error) {
      if (isReason(error, "NotFound")) return false;
      throw error;
    }
  }

  async #create(key: string, about: KubeObject, type: string, reason: string, message: string): Promise<void> {
    const now = formatTime(this.#now());
    const namespace = namespaceOf(about);
    const { apiVersion, kind, metadata } = about;
    const { name, uid, resourceVersion } = metadata;
    const event = await this.#client.create<KubeObject>(EVENTS, namespace, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion, kind, name, uid, resourceVersion, ...(metadata.namespace && { namespace: metadata.namespace }) },
      type,
      reason,
      message,
      source: { component: this.#component },
      reportingComponent: this.#component,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
    if (this.#told.size >= REMEMBERED) this.#told.delete(this.#told.keys().next().value as string);
    this.#told.set(key, { name: event.metadata.name as string, count: 1 });
  }
}

/** Events about what has no namespace lie in `default`. */
const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace || "default";
