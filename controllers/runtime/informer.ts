import type { KubeObject } from "../../apimachinery/object.ts";
import type { Client, ResourceRef } from "../../client/client.ts";
import { type Mirror, Reflector } from "./reflector.ts";

/** Told of every object that was added, changed or removed. For a removal the last state that was seen. */
export type Handler<T extends KubeObject> = (object: T, event: "added" | "changed" | "removed") => void;

/**
 * Keeps a copy of one resource's objects, fed by a watch, and tells its handlers of changes (k8s.io/client-go, tools/cache). What was removed
 * while the watch was cut is told as removed.
 */
export class Informer<T extends KubeObject> implements Mirror<T> {
  readonly #reflector: Reflector<T>;
  readonly #objects = new Map<string, T>();
  readonly #handlers: Handler<T>[] = [];
  /** Keys of what was there before the present state came, and did not come again yet. */
  #before = new Set<string>();
  #markSynced = () => {};

  /** Resolves when the present state is here. */
  readonly synced: Promise<void>;

  /** @param onError told of a watch that failed; the informer tries again */
  constructor(client: Client, resource: ResourceRef, onError: (error: unknown) => void) {
    this.#reflector = new Reflector(client, resource, this, onError);
    this.synced = new Promise((resolve) => {
      this.#markSynced = resolve;
    });
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
  run(signal: AbortSignal): Promise<void> {
    return this.#reflector.run(signal);
  }

  begin(): void {
    this.#before = new Set(this.#objects.keys());
  }

  put(object: T): void {
    const key = keyOf(object);
    this.#before.delete(key);
    const known = this.#objects.get(key);
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#tell(object, known === undefined ? "added" : "changed");
  }

  remove(object: T): void {
    if (this.#objects.delete(keyOf(object))) this.#tell(object, "removed");
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

/** `namespace/name`, or `name` of what has no namespace. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? "");
}
