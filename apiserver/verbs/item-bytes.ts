import { endOfValue } from "../../apimachinery/json/end-of-value.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import type { MetaVersion } from "../tables/partial-metadata.ts";

/** How an object is shown in bytes that are there already: a part of its JSON, between two texts that are the same for all. */
export interface ItemBytes {
  readonly before: Buffer;
  json(record: ObjectRecord): Buffer;
  /** Where the part begins in that. */
  readonly from: number;
  to(json: Buffer): number;
  readonly after: Buffer;
}

const NOTHING = Buffer.alloc(0);
const whole = (json: Buffer): number => json.length;

/** Objects as items of a list: those of built-in kinds leave out their apiVersion and kind, and get their brace back. */
export function listedItems(resource: Resource): ItemBytes {
  const json = (record: ObjectRecord) => resource.json(record);
  return resource.custom
    ? { before: NOTHING, json, from: 0, to: whole, after: NOTHING }
    : { before: Buffer.from("{"), json, from: resource.codec.typeLength, to: whole, after: NOTHING };
}

/** PartialObjectMetadata. The metadata is the same in all versions of a kind. */
export function metadataItems({ storage }: Resource, version: MetaVersion): ItemBytes {
  const from = storage.codec.typeLength + '"metadata":'.length;
  return {
    before: Buffer.from(`{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${version}","metadata":`),
    json: (record) => record.json,
    from,
    to: (json) => endOfValue(json, from),
    after: Buffer.from("}"),
  };
}
