import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, ResourceRef } from "../../client/client.ts";

/** Told of every object that was added, changed or removed. For a removal the last state that was seen. */
export type Handler<T extends KubeObject> = (object: T, event: "added" | "changed" | "removed") => void;

/** Milliseconds to wait after a watch that failed: the first time, and at most. */
const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;

/** A watch that ends sooner, in milliseconds, counts as failed: a server in trouble must not be asked over and over. */
const SHORT = 1_000;

/**
 * Keeps a copy of one resource's objects, fed by a watch, and tells its handlers of changes (k8s.io/client-go, tools/cache). The watch starts
 * with the present state (WatchList), goes on from the last revision when it is cut, and starts anew when history no longer has that
 * revision; what was removed meanwhile is told as removed.
 */
export class Informer<T extends KubeObject> {
  readonly #client: Client;
  readonly #resource: ResourceRef;
  readonly #objects = new Map<string, T>();
  readonly #handlers: Handler<T>[] = [];
  readonly #onError: (error: unknown) => void;
  #revision = "";
  #markSynced = () => {};

  /** Resolves when the present state is here. */
  readonly synced: Promise<void>;

  /** @param onError told of a watch that failed; the informer tries again */
  constructor(client: Client, resource: ResourceRef, onError: (error: unknown) => void) {
    this.#client = client;
    this.#resource = resource;
    this.#onError = onError;
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
  async run(signal: AbortSignal): Promise<void> {
    let wait = FIRST_RETRY;
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        if (this.#revision === "") await this.#startAnew(signal);
        else await this.#goOn(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#revision !== "" && (isReason(error, "Expired") || isReason(error, "Gone"))) {
          this.#revision = "";
          continue;
        }
        this.#onError(error);
      }
      if (performance.now() - begun >= SHORT) wait = FIRST_RETRY;
      await sleep(wait, undefined, { signal, ref: false }).catch(() => {});
      wait = Math.min(wait * 2, LAST_RETRY);
    }
  }

  async #startAnew(signal: AbortSignal): Promise<void> {
    const before = new Set(this.#objects.keys());
    let initial = true;
    const options = { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan", allowWatchBookmarks: true };
    for await (const { type, object } of this.#client.watch<T>(this.#resource, undefined, options, signal)) {
      if (initial && type === "BOOKMARK" && object.metadata.annotations?.["k8s.io/initial-events-end"] === "true") {
        initial = false;
        for (const key of before) this.#remove(key);
        this.#revision = object.metadata.resourceVersion ?? "";
        this.#markSynced();
      } else if (initial) {
        // objects come in the order of their keys, so none of them tells how far the watch is
        before.delete(keyOf(object));
        this.#change(type, object);
      } else this.#apply(type, object);
    }
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const options = { resourceVersion: this.#revision, allowWatchBookmarks: true };
    for await (const { type, object } of this.#client.watch<T>(this.#resource, undefined, options, signal)) this.#apply(type, object);
  }

  #apply(type: string, object: T): void {
    this.#revision = object.metadata.resourceVersion ?? this.#revision;
    this.#change(type, object);
  }

  #change(type: string, object: T): void {
    if (type === "ADDED" || type === "MODIFIED") this.#put(object);
    else if (type === "DELETED") this.#remove(keyOf(object), object);
  }

  #put(object: T): void {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#tell(object, known === undefined ? "added" : "changed");
  }

  #remove(key: string, last: T | undefined = this.#objects.get(key)): void {
    if (this.#objects.delete(key) && last !== undefined) this.#tell(last, "removed");
  }

  #tell(object: T, event: "added" | "changed" | "removed"): void {
    for (const handler of this.#handlers) handler(object, event);
  }
}

/** `namespace/name`, or `name` of what has no namespace. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : (metadata.name ?? "");
}
