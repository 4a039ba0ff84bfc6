import type { KubeObject } from "../../apimachinery/object.ts";
import type { Client, Options, ResourceRef } from "../../client/client.ts";
import { type Mirror, Reflector } from "./reflector.ts";

/** Told of every object that was added, changed or removed. For a removal the last state that was seen. */
export type Handler<T extends KubeObject> = (object: T, event: "added" | "changed" | "removed") => void;

/** What an {@link Informer} watches of a resource, and what it keeps of an object. */
export interface InformerOptions<T extends KubeObject> {
  /** `labelSelector`, `fieldSelector`. */
  readonly selectors?: Options;
  /** What is kept of an object, and told: all of it by default. Name, namespace and resourceVersion have to stay. */
  readonly keep?: (object: KubeObject) => T;
}

/**
 * Keeps a copy of one resource's objects, fed by a watch, and tells its handlers of changes (k8s.io/client-go, tools/cache). What was removed
 * while the watch was cut is told as removed.
 */
export class Informer<T extends KubeObject> implements Mirror<KubeObject> {
  readonly #reflector: Reflector<KubeObject>;
  readonly #keep: (object: KubeObject) => T;
  readonly #objects = new Map<string, T>();
  readonly #handlers: Handler<T>[] = [];
  /** Keys of what was there before the present state came, and did not come again yet. */
  #before = new Set<string>();
  #markSynced = () => {};
  #markEnded = () => {};

  /** Resolves when the present state is here. Rejects when the informer ended before: who waits for it has to end too. */
  readonly synced: Promise<void>;

  /** @param onError told of a watch that failed; the informer tries again */
  constructor(client: Client, resource: ResourceRef, onError: (error: unknown) => void, options: InformerOptions<T> = {}) {
    this.#reflector = new Reflector(client, resource, this, onError, options.selectors);
    this.#keep = options.keep ?? ((object) => object as T);
    this.synced = new Promise((resolve, reject) => {
      this.#markSynced = resolve;
      this.#markEnded = () => reject(new Error(`the watch of ${resource.resource} ended before it told what is there`));
    });
    // nobody has to wait
    this.synced.catch(() => {});
  }

  /** The object under `namespace/name`, or `name` where it has no namespace. It is shared: never change it. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Before `run`. */
  handle(handler: Handler<T>): void {
    this.#handlers.push(handler);
  }

  /** Watches until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#reflector.run(signal);
    this.#markEnded();
  }

  begin(): void {
    this.#before = new Set(this.#objects.keys());
  }

  put(object: KubeObject): void {
    const key = keyOf(object);
    this.#before.delete(key);
    const known = this.#objects.get(key);
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    const kept = this.#keep(object);
    this.#objects.set(key, kept);
    this.#tell(kept, known === undefined ? "added" : "changed");
  }

  remove(object: KubeObject): void {
    const key = keyOf(object);
    const last = this.#objects.get(key);
    if (last === undefined) return;
    this.#objects.delete(key);
    this.#tell(last, "removed");
  }

  end(): void {
    for (const key of this.#before) {
      const last = this.#objects.get(key);
      if (last !== undefined) this.remove(last);
    }
    this.#before.clear();
    this.#markSynced();
  }

  #tell(object: T, event: "added" | "changed" | "removed"): void {
    for (const handler of this.#handlers) handler(object, event);
  }
}

/** Of an object nothing but which one it is, and whether it is going: what is left is some 200 bytes. */
export function identityOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, deletionTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(deletionTimestamp !== undefined && { deletionTimestamp }),
    },
  };
}

/** `namespace/name`, or `name` of what has no namespace. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? "");
}
