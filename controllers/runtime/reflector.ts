import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../apimachinery/object.ts";
import { isReason } from "../../apimachinery/status/status.ts";
import type { Client, Options, ResourceRef } from "../../client/client.ts";

/** What a {@link Reflector} tells. An object that is there already may be put again. */
export interface Mirror<T extends KubeObject> {
  /** The present state comes now, object by object. */
  begin(): void;
  put(object: T): void;
  remove(object: T): void;
  /** The present state has been told: what was not put since `begin` is gone. */
  end(): void;
}

/** Milliseconds to wait after a watch that failed: the first time, and at most. */
const FIRST_RETRY = 100;
const LAST_RETRY = 30_000;

/** A watch that ends sooner, in milliseconds, counts as failed: a server in trouble must not be asked over and over. */
const SHORT = 1_000;

/**
 * Tells a mirror of one resource's objects, and keeps none itself (k8s.io/client-go, tools/cache). The watch starts with the present state
 * (WatchList), goes on from the last revision when it is cut, and starts anew when history no longer has that revision.
 */
export class Reflector<T extends KubeObject> {
  readonly #client: Client;
  readonly #resource: ResourceRef;
  readonly #mirror: Mirror<T>;
  readonly #onError: (error: unknown) => void;
  readonly #selectors: Options;
  #revision = "";

  /**
   * @param onError told of a watch that failed; the reflector tries again
   * @param selectors `labelSelector`, `fieldSelector`: which objects to tell of
   */
  constructor(client: Client, resource: ResourceRef, mirror: Mirror<T>, onError: (error: unknown) => void, selectors: Options = {}) {
    this.#client = client;
    this.#resource = resource;
    this.#mirror = mirror;
    this.#onError = onError;
    this.#selectors = selectors;
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
    let initial = true;
    this.#mirror.begin();
    const options = { ...this.#selectors, sendInitialEvents: true, resourceVersionMatch: "NotOlderThan", allowWatchBookmarks: true };
    for await (const { type, object } of this.#client.watch<T>(this.#resource, undefined, options, signal)) {
      if (initial && type === "BOOKMARK" && object.metadata.annotations?.["k8s.io/initial-events-end"] === "true") {
        initial = false;
        this.#mirror.end();
        this.#revision = object.metadata.resourceVersion ?? "";
      } else if (initial) {
        // objects come in the order of their keys, so none of them tells how far the watch is
        this.#tell(type, object);
      } else this.#apply(type, object);
    }
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const options = { ...this.#selectors, resourceVersion: this.#revision, allowWatchBookmarks: true };
    for await (const { type, object } of this.#client.watch<T>(this.#resource, undefined, options, signal)) this.#apply(type, object);
  }

  #apply(type: string, object: T): void {
    this.#revision = object.metadata.resourceVersion ?? this.#revision;
    this.#tell(type, object);
  }

  #tell(type: string, object: T): void {
    if (type === "ADDED" || type === "MODIFIED") this.#mirror.put(object);
    else if (type === "DELETED") this.#mirror.remove(object);
  }
}
