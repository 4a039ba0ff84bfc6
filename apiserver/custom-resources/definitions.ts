import type { CustomResourceDefinition } from "../../apis/apiextensions/v1/custom-resource-definition.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { EventType, Watcher } from "../../storage/cache/cached.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import type { Eventual } from "../eventual.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Registry } from "../registry/registry.ts";
import { digestOf, isServed, isTerminating, kindsOfDefinition } from "./kinds-of-definition.ts";

interface Known {
  readonly digest: string;
  readonly kinds: readonly KindDefinition[];
}

/** How long to wait before the definitions are read again after they could not be. */
const LOOK_AGAIN = 1_000;

/** How long a request waits, in ms, for what is about to be known. */
const PATIENCE = 1_000;

/**
 * Keeps what is served in step with the CustomResourceDefinitions that are stored. Definitions are read where all reads are, in the watch
 * cache, so that those of other servers on the same store count too.
 *
 *   a definition comes                    nothing: nobody has looked at its names yet
 *   its names were accepted, Established  its kinds are served
 *   its schema changes                    its kinds are others; what was cached is read anew, watches end
 *   it is being deleted                   its kinds stay, and nothing more is created
 *   it is gone                            so are its kinds
 */
export class Definitions {
  readonly #registry: Registry;
  readonly #controlPlane: string;
  readonly #onProblem: (error: unknown) => void;
  readonly #known = new Map<string, Known>();
  #followed: { readonly collection: Collection<ObjectRecord>; readonly watcher: Watcher } | undefined;
  #closed = false;

  /** @param onProblem told of definitions that cannot be served */
  constructor(registry: Registry, controlPlane: string, onProblem: (error: unknown) => void) {
    this.#registry = registry;
    this.#controlPlane = controlPlane;
    this.#onProblem = onProblem;
  }

  /** Resolves when what is stored is served. Rejects with what the store says. */
  async start(): Promise<void> {
    const resource = this.#registry.find("apiextensions.k8s.io", "v1", "customresourcedefinitions");
    if (resource === undefined) return;
    const collection = await resource.collection(this.#controlPlane);
    const scope = resource.prefix(this.#controlPlane);
    const snapshot = collection.snapshot();
    const gone = new Set(this.#known.keys());
    for (const record of snapshot.range(scope)) {
      gone.delete(record.key);
      this.#take("ADDED", record);
    }
    for (const key of gone) this.#drop(key);
    const watcher = collection.watch(
      { after: snapshot.revision, scope },
      {
        event: (type, record) => {
          this.#take(type, record);
          return true;
        },
        // the cache lost its place: what is there now is looked at again
        end: () => {
          this.#followed = undefined;
          this.#again();
        },
      },
    );
    this.#followed = { collection, watcher };
  }

  /**
   * Comes when what is served follows from every definition that a read at this moment would show: whoever has seen one established finds its
   * kind. Nearly always it is there already.
   */
  caughtUp(): Eventual<void> {
    const followed = this.#followed;
    if (followed === undefined || followed.watcher.revision >= followed.collection.revision) return undefined;
    return this.#wait(followed.collection.revision);
  }

  async #wait(revision: number): Promise<void> {
    const end = performance.now() + PATIENCE;
    while (this.#followed !== undefined && this.#followed.watcher.revision < revision && performance.now() < end) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): void {
    this.#closed = true;
  }

  #again(): void {
    if (this.#closed) return;
    this.start().catch((error: unknown) => {
      this.#onProblem(error);
      setTimeout(() => this.#again(), LOOK_AGAIN).unref();
    });
  }

  #take(type: EventType, record: ObjectRecord): void {
    if (type === "DELETED") {
      this.#drop(record.key);
      return;
    }
    const definition = record.object() as CustomResourceDefinition;
    const before = this.#known.get(record.key);
    if (!isServed(definition)) {
      if (before !== undefined) this.#drop(record.key);
      return;
    }
    try {
      const digest = digestOf(definition);
      const kinds = before?.digest === digest ? before.kinds : kindsOfDefinition(definition);
      this.#known.set(record.key, { digest, kinds });
      this.#registry.define(record.key, { versions: kinds, terminating: isTerminating(definition) });
    } catch (error) {
      this.#onProblem(error);
    }
  }

  #drop(key: string): void {
    this.#known.delete(key);
    this.#registry.define(key, undefined);
  }
}
