import { parseCanonical } from "../../apimachinery/json/parse.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import type { Cached, EventType } from "../../storage/cache/cached.ts";
import type { Resource } from "./resource.ts";

const FRAME_HEAD: Readonly<Record<EventType, Buffer>> = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
};
const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({});
const FRAME_TAIL = Buffer.from("}\n");

/**
 * One object at one revision, immutable: the unit that the watch cache holds and every reader shares. It keeps the bytes as served; labels
 * and selectable fields are taken out once, on first demand, and so is each further representation.
 *
 * A watch frame is the object's bytes between a head and a tail. When one is first asked for, the object's own bytes move into it, so that
 * a frame costs no second copy:
 *
 *     json                {"apiVersion":…}
 *     frame("MODIFIED")   {"type":"MODIFIED","object":{"apiVersion":…}}\n
 *                                                     └── json is a view of this part from now on
 */
export class ObjectRecord implements Cached {
  readonly key: string;
  readonly revision: number;
  readonly resource: Resource;
  /** The bytes are those of the store: it was written under the kind's present schema. */
  readonly asStored: boolean;
  #json: Buffer;
  #frame: Buffer | undefined;
  #frameType: EventType | undefined;
  #labels: Readonly<Record<string, string>> | undefined;
  #fields: Readonly<Record<string, string>> | undefined;

  /** @param resource the resource under whose name the object is stored */
  constructor(key: string, revision: number, json: Buffer, resource: Resource, asStored: boolean) {
    this.key = key;
    this.revision = revision;
    this.#json = json;
    this.resource = resource;
    this.asStored = asStored;
  }

  /** The whole object as JSON, in the version that is stored. */
  get json(): Buffer {
    return this.#json;
  }

  /** Size in the cache's budgets. */
  get bytes(): number {
    return this.#json.length;
  }

  /** A fresh copy that the caller may change. */
  object(): KubeObject {
    return parseCanonical(this.#json) as unknown as KubeObject;
  }

  get labels(): Readonly<Record<string, string>> {
    if (this.#labels === undefined) this.#extract();
    return this.#labels as Readonly<Record<string, string>>;
  }

  /** The values of the kind's selectable fields, `metadata.name` and `metadata.namespace` among them. */
  get fields(): Readonly<Record<string, string>> {
    if (this.#fields === undefined) this.#extract();
    return this.#fields as Readonly<Record<string, string>>;
  }

  #extract(): void {
    const object = this.object();
    this.#labels = object.metadata.labels ?? NO_LABELS;
    this.#fields = this.resource.selectableValues(object);
  }

  /** The object as one line of a JSON watch stream. Built once for the type that live watchers see, and shared by them. */
  frame(type: EventType): Buffer {
    if (this.#frame !== undefined && this.#frameType === type) return this.#frame;
    const head = FRAME_HEAD[type];
    const frame = Buffer.allocUnsafe(head.length + this.#json.length + FRAME_TAIL.length);
    head.copy(frame, 0);
    this.#json.copy(frame, head.length);
    FRAME_TAIL.copy(frame, frame.length - FRAME_TAIL.length);
    this.#frame = frame;
    this.#frameType = type;
    this.#json = frame.subarray(head.length, frame.length - FRAME_TAIL.length);
    return frame;
  }

  /** The last state, as the deletion at `revision` tells it. */
  deleted(revision: number): ObjectRecord {
    return new ObjectRecord(this.key, revision, this.resource.codec.withRevision(this.#json, revision), this.resource, this.asStored);
  }
}
