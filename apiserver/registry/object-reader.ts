import type { Storage } from "../../storage/storage.ts";
import { type Eventual, whenThere } from "../eventual.ts";
import type { ObjectRecord } from "./object-record.ts";
import type { Registry } from "./registry.ts";
import type { Resource } from "./resource.ts";

/** Reads single objects of one resource for the server itself. */
export class ObjectReader {
  readonly #resource: Resource;
  readonly #storage: Storage;

  /** @throws Error when the resource is not served */
  constructor(registry: Registry, storage: Storage, group: string, version: string, plural: string) {
    const resource = registry.find(group, version, plural);
    if (resource === undefined) throw new Error(`the resource ${plural} is not served`);
    this.#resource = resource;
    this.#storage = storage;
  }

  /** From the cache; what it does not have is looked up in the store before it counts as absent. */
  cached(controlPlane: string, namespace: string, name: string): Eventual<ObjectRecord | undefined> {
    const collection = this.#resource.collection(controlPlane);
    if (collection instanceof Promise) return collection.then(() => this.cached(controlPlane, namespace, name));
    return collection.get(this.#resource.key(controlPlane, namespace, name)) ?? this.stored(controlPlane, namespace, name);
  }

  /** From the cache alone: for what strangers may ask about as often as they like. */
  known(controlPlane: string, namespace: string, name: string): Eventual<ObjectRecord | undefined> {
    const key = this.#resource.key(controlPlane, namespace, name);
    return whenThere(this.#resource.collection(controlPlane), (collection) => collection.get(key));
  }

  /** As it lies in the store now. */
  async stored(controlPlane: string, namespace: string, name: string): Promise<ObjectRecord | undefined> {
    const stored = await this.#storage.get(this.#resource.key(controlPlane, namespace, name));
    return stored && this.#resource.record(stored);
  }
}
