import { encodeObject } from "../../apimachinery/json/stringify.ts";
import type { GroupResource, KubeObject } from "../../apimachinery/object.ts";
import type { KindDefinition, Verb } from "../../apis/kind.ts";
import type { Collection } from "../../storage/cache/collection.ts";
import type { WatchCache } from "../../storage/cache/watch-cache.ts";
import { CollectionLostError, type Stored } from "../../storage/storage.ts";
import { type Eventual, whenThere } from "../eventual.ts";
import { normaliseStored } from "./normalise.ts";
import { ObjectCodec } from "./object-codec.ts";
import { ObjectRecord } from "./object-record.ts";

/** What every key of a kind begins with that is stored under its own name. */
export const keyHeadOf = ({ group, plural }: KindDefinition): string => `${group === "" ? "core" : group}/${plural}/`;

/** Verbs that discovery no longer offers of a kind that is going. */
const CHANGING: ReadonlySet<Verb> = new Set<Verb>(["create", "patch", "update"]);

/** A kind as it is served: its keys in the store, its collection in the watch cache, its bytes. */
export class Resource {
  readonly kind: KindDefinition;
  readonly groupResource: GroupResource;
  /** The resource under whose name the objects lie: itself, but for a kind that is another one in a different shape. */
  readonly storage: Resource;
  readonly codec: ObjectCodec;
  /** The kind is going: its objects can be changed and deleted, and no more are created. */
  terminating = false;
  readonly #keyHead: string;
  readonly #cache: WatchCache<ObjectRecord>;
  /** Bytes in this kind's shape, of records that are stored in another. */
  readonly #converted = new WeakMap<ObjectRecord, Buffer>();

  constructor(kind: KindDefinition, cache: WatchCache<ObjectRecord>, storage?: Resource) {
    this.kind = kind;
    this.groupResource = { group: kind.group, resource: kind.plural };
    this.storage = storage ?? this;
    this.codec = new ObjectCodec(kind, (object) => normaliseStored(kind, object));
    this.#keyHead = keyHeadOf(kind);
    this.#cache = cache;
  }

  get namespaced(): boolean {
    return this.kind.scope === "Namespaced";
  }

  /** What clients may do, as discovery tells it. */
  get verbs(): readonly Verb[] {
    return this.terminating ? this.kind.verbs.filter((verb) => !CHANGING.has(verb)) : this.kind.verbs;
  }

  get custom(): boolean {
    return this.kind.flavor === "custom";
  }

  /** What precedes the control plane in every key of this resource. */
  get keyHead(): string {
    return this.storage.#keyHead;
  }

  /** The prefix of all keys of a control plane, or of one namespace of it. */
  prefix(controlPlane: string, namespace = ""): string {
    return namespace === "" ? `${this.keyHead}${controlPlane}/` : `${this.keyHead}${controlPlane}/${namespace}/`;
  }

  key(controlPlane: string, namespace: string, name: string): string {
    return this.namespaced ? `${this.keyHead}${controlPlane}/${namespace}/${name}` : `${this.keyHead}${controlPlane}/${name}`;
  }

  /** The cached objects of a control plane; a plain value once they have been loaded. */
  collection(controlPlane: string): Eventual<Collection<ObjectRecord>> {
    return this.#cache.collection(this.prefix(controlPlane));
  }

  /** How many objects there are and how many watch them, if they have been loaded. */
  loaded(controlPlane: string): Pick<Collection<ObjectRecord>, "size" | "watchers"> | undefined {
    return this.#cache.loaded(this.prefix(controlPlane));
  }

  /**
   * What `read` finds among the cached objects. It starts over where the cache let go of them meanwhile, as it does when their definition
   * changes and when the store's history has a gap: no client has to know of that.
   */
  reading<R>(controlPlane: string, read: (collection: Collection<ObjectRecord>) => Eventual<R>): Eventual<R> {
    return whenThere(this.collection(controlPlane), (collection) => {
      const found = read(collection);
      if (!(found instanceof Promise)) return found;
      return found.catch((error: unknown) => {
        if (error instanceof CollectionLostError) return this.reading(controlPlane, read);
        throw error;
      });
    });
  }

  /** Makes the record of what the store holds. */
  record(stored: Stored): ObjectRecord {
    const { storage } = this;
    const { codec } = storage;
    return new ObjectRecord(
      stored.key,
      stored.revision,
      codec.decode(stored.value, stored.revision),
      storage,
      codec.isCurrent(stored.value),
    );
  }

  /** The record of what was just stored: the cache's own where it has heard of it. */
  written(controlPlane: string, stored: Stored): ObjectRecord {
    const cached = this.#cache.loaded(this.prefix(controlPlane))?.get(stored.key);
    return cached?.revision === stored.revision ? cached : this.record(stored);
  }

  /** The record's bytes in this kind's shape. */
  json(record: ObjectRecord): Buffer {
    const { storedAs } = this.kind;
    if (storedAs === undefined) return record.json;
    let bytes = this.#converted.get(record);
    if (bytes === undefined) {
      bytes = encodeObject(storedAs.fromStored(record.object()));
      this.#converted.set(record, bytes);
    }
    return bytes;
  }

  /** The record as an object of this kind; the caller may change it. */
  object(record: ObjectRecord): KubeObject {
    const object = record.object();
    return this.kind.storedAs === undefined ? object : this.kind.storedAs.fromStored(object);
  }

  /** An object of this kind as bytes to store. */
  encode(object: KubeObject): Buffer {
    return this.storage.codec.encode(this.#toStored(object));
  }

  /** What a read would show of an object of this kind if it were stored. */
  shown(object: KubeObject): KubeObject {
    const { storedAs } = this.kind;
    return storedAs === undefined ? object : storedAs.fromStored(storedAs.toStored(object));
  }

  /** Whether bytes of the store hold what {@link encode} would make of this object. */
  isStoredAs(stored: Uint8Array, object: KubeObject): boolean {
    return this.storage.codec.holds(stored, this.#toStored(object));
  }

  #toStored(object: KubeObject): KubeObject {
    return this.kind.storedAs === undefined ? object : this.kind.storedAs.toStored(object);
  }

  /** The values of all fields that a selector may name. */
  selectableValues(object: KubeObject): Record<string, string> {
    const values: Record<string, string> = {
      "metadata.name": object.metadata.name ?? "",
      "metadata.namespace": object.metadata.namespace ?? "",
    };
    for (const [label, value] of Object.entries(this.kind.selectableFields)) values[label] = value(object);
    return values;
  }

  /** The same of a record; of a kind that is stored in another shape they are taken from its own. */
  fields(record: ObjectRecord): Readonly<Record<string, string>> {
    return this.storage === this ? record.fields : this.selectableValues(this.object(record));
  }
}
