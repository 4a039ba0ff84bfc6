import { createHash } from "node:crypto";
import { equalJson } from "../../apimachinery/json/equal.ts";
import { parseCanonical } from "../../apimachinery/json/parse.ts";
import { objectText } from "../../apimachinery/json/stringify.ts";
import type { KubeObject, ObjectMeta } from "../../apimachinery/object.ts";
import { apiVersionOf, asJson } from "../../apimachinery/object.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { objectMeta } from "../../apis/meta/v1/object-meta.ts";

/**
 * How an object lies in the store, and how its bytes reach clients without being parsed.
 *
 *     stored:  [format 1][schema hash, 8 bytes]{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a",…},…}
 *     served:  {"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"7","name":"a",…},…}
 *                                                               ^ spliced in at a place that is the same for all objects of a kind
 *
 * The hash is that of the schema under which the object was written. Where it is the kind's own still, reading copies bytes and nothing
 * else; where it is not, the object is normalised (pruned, defaulted) once per revision.
 */

/** Formats of a stored object. 1: since 0.1.0. */
const FORMAT = 1;
const HEADER = 9;
const ROOM = "\0".repeat(HEADER);

export class ObjectCodec {
  readonly #header: Buffer;
  /** `{"apiVersion":"v1","kind":"ConfigMap",`: what list items of built-in kinds leave out. */
  readonly typeLength: number;
  readonly #head: Buffer;
  readonly #normalise: (object: KubeObject) => KubeObject;
  readonly #metadataOrder: readonly (keyof ObjectMeta)[];

  /** @param normalise brings an object that was written under another schema up to this one */
  constructor(kind: KindDefinition, normalise: (object: KubeObject) => KubeObject) {
    this.#normalise = normalise;
    this.#metadataOrder = METADATA_ORDER[kind.flavor];
    const type = `{"apiVersion":${JSON.stringify(apiVersionOf(kind))},"kind":${JSON.stringify(kind.kind)},`;
    this.typeLength = Buffer.byteLength(type);
    this.#head = Buffer.from(`${type}"metadata":{`);
    const hash = createHash("sha256")
      .update(JSON.stringify([kind.version, kind.kind, kind.schema], withoutTexts))
      .digest();
    this.#header = Buffer.concat([Buffer.from([FORMAT]), hash.subarray(0, HEADER - 1)]);
  }

  /** The bytes to store; the object's resourceVersion is left out. */
  encode(object: KubeObject): Buffer {
    // written with room for the header, so that the bytes are copied once
    const bytes = Buffer.from(ROOM + this.#json(object));
    this.#header.copy(bytes);
    return bytes;
  }

  /**
   * The object as served, with its revision.
   * @throws Error when the bytes are none of ours
   */
  decode(stored: Uint8Array, revision: number): Buffer {
    if (stored[0] !== FORMAT || stored.length < HEADER + 2) throw new Error(`stored object has unknown format ${stored[0]}`);
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    if (this.isCurrent(bytes)) return this.#splice(bytes.subarray(HEADER), revision);
    const object = this.#normalise(parseCanonical(bytes.subarray(HEADER)) as unknown as KubeObject);
    return this.#splice(Buffer.from(this.#json(object)), revision);
  }

  #json(object: KubeObject): string {
    const metadata: Record<string, unknown> = {};
    for (const name of this.#metadataOrder) {
      const member = object.metadata[name];
      if (member !== undefined && name !== "resourceVersion") metadata[name] = member;
    }
    return objectText({ ...object, metadata });
  }

  /** Whether stored bytes hold the same object. Only the revision is left out of the comparison. */
  holds(stored: Uint8Array, { metadata: { resourceVersion: _, ...metadata }, ...rest }: KubeObject): boolean {
    return equalJson(
      parseCanonical(Buffer.from(stored.buffer, stored.byteOffset + HEADER, stored.length - HEADER)),
      asJson({ ...rest, metadata } as KubeObject),
    );
  }

  /** Whether stored bytes were written under the kind's present schema, so that reading copies them. */
  isCurrent(stored: Uint8Array): boolean {
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    return (
      bytes.compare(this.#header, 0, HEADER, 0, HEADER) === 0 &&
      bytes.compare(this.#head, 0, this.#head.length, HEADER, HEADER + this.#head.length) === 0
    );
  }

  #splice(json: Buffer, revision: number): Buffer {
    const member = `"resourceVersion":"${revision}",`;
    const out = Buffer.allocUnsafe(json.length + member.length);
    const at = this.#head.length;
    json.copy(out, 0, 0, at);
    out.write(member, at, "latin1");
    json.copy(out, at + member.length, at);
    return out;
  }

  /** The same object at another revision: for deletions, which carry the last state and the deletion's revision. */
  withRevision(served: Buffer, revision: number): Buffer {
    const at = this.#head.length;
    const end = served.indexOf('",', at + '"resourceVersion":"'.length) + 2;
    const member = `"resourceVersion":"${revision}",`;
    const out = Buffer.allocUnsafe(served.length - (end - at) + member.length);
    served.copy(out, 0, 0, at);
    out.write(member, at, "latin1");
    served.copy(out, at + member.length, end);
    return out;
  }
}

/** As Kubernetes writes metadata: that of built-in kinds in the order of the Go type, that of custom ones by name. */
const METADATA_ORDER: Readonly<Record<KindDefinition["flavor"], readonly (keyof ObjectMeta)[]>> = {
  builtin: Object.keys(objectMeta.properties ?? {}) as (keyof ObjectMeta)[],
  custom: Object.keys(objectMeta.properties ?? {}).sort() as (keyof ObjectMeta)[],
};

/** What texts say of a schema changes nothing about the objects. */
const withoutTexts = (name: string, value: unknown) => (name === "description" && typeof value === "string" ? undefined : value);
