import type { Watcher } from "../../storage/cache/cached.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import type { Eventual } from "../eventual.ts";
import type { ObjectRecord } from "./object-record.ts";
import type { Resource } from "./resource.ts";

/** Who is kept in step. What it throws is nobody's. */
export interface Following {
  /** An object is there, new or changed. */
  put(record: ObjectRecord): void;
  /** The object with this key is gone. */
  drop(key: string): void;
}

/** How long to wait before the objects are read again after they could not be, in ms. */
const LOOK_AGAIN = 1_000;

/** How long a request waits, in ms, for what is about to be known. */
const PATIENCE = 1_000;

/**
 * Keeps somebody in step with all stored objects of a resource. They are read where all reads are, in the watch cache, so that what other
 * servers on the same store write counts too; where the cache loses its place, what is there then is told anew.
 */
export class Follower {
  readonly #resource: Resource;
  readonly #controlPlane: string;
  readonly #following: Following;
  readonly #onProblem: (error: unknown) => void;
  readonly #known = new Set<string>();
  #followed: { readonly collection: Collection<ObjectRecord>; readonly watcher: Watcher } | undefined;
  #closed = false;

  /** @param onProblem told of what cannot be read; it is tried again */
  constructor(resource: Resource, controlPlane: string, following: Following, onProblem: (error: unknown) => void) {
    this.#resource = resource;
    this.#controlPlane = controlPlane;
    this.#following = following;
    this.#onProblem = onProblem;
  }

  /** Resolves when what is stored is known. Rejects with what the store says. */
  async start(): Promise<void> {
    const collection = await this.#resource.collection(this.#controlPlane);
    const scope = this.#resource.prefix(this.#controlPlane);
    const snapshot = collection.snapshot();
    const gone = new Set(this.#known);
    for (const record of snapshot.range(scope)) {
      gone.delete(record.key);
      this.#put(record);
    }
    for (const key of gone) this.#drop(key);
    const watcher = collection.watch(
      { after: snapshot.revision, scope },
      {
        event: (type, record) => {
          if (type === "DELETED") this.#drop(record.key);
          else this.#put(record);
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

  /** Comes when everything is known that a read at this moment would show. Nearly always it is there already. */
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

  #put(record: ObjectRecord): void {
    this.#known.add(record.key);
    this.#following.put(record);
  }

  #drop(key: string): void {
    this.#known.delete(key);
    this.#following.drop(key);
  }
}
