import { apiVersionOf, type KubeObject } from "../../apimachinery/object.ts";
import type { Status } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import type { EventType } from "../../storage/cache/cached.ts";
import { encodeWatchEvent } from "../encodings/response.ts";
import type { Negotiated } from "../negotiation/negotiate.ts";
import type { ObjectRecord } from "../registry/object-record.ts";
import type { Resource } from "../registry/resource.ts";
import { watchTransform } from "../tables/transform.ts";
import { type ItemBytes, metadataItems } from "./item-bytes.ts";
import type { WatchEncoder } from "./watch-stream.ts";

/** Chooses how the events of a watch are written: shared frames where the client takes the stored kind as plain JSON. */
export function watchEncoder(
  resource: Resource,
  negotiated: Negotiated,
  includeObject: string | undefined,
  now: () => number,
): WatchEncoder {
  const { mediaType, transform } = negotiated;
  if (mediaType === "application/json" && transform === undefined && resource.storage === resource) return sharedFrames(resource.kind);
  const shape = watchTransform(resource.kind, negotiated, includeObject, now);
  const asBytes =
    mediaType === "application/json" && transform === "PartialObjectMetadata"
      ? eventOf(metadataItems(resource, negotiated.transformVersion ?? "v1"))
      : undefined;
  return {
    event: asBytes ?? ((type, record) => encodeWatchEvent(type, shape.object(resource.object(record)), mediaType, resource.kind)),
    bookmark: (revision, initialEnd) =>
      encodeWatchEvent("BOOKMARK", shape.bookmark(bookmarkObject(resource.kind, revision, initialEnd)), mediaType, resource.kind),
    error: (status) => encodeWatchEvent("ERROR", status, mediaType, resource.kind),
  };
}

/** Writes events around what is there already. */
function eventOf({ before, json, from, to, after }: ItemBytes): WatchEncoder["event"] {
  return (type, record) => {
    const bytes = json(record);
    const end = to(bytes);
    const head = `{"type":"${type}","object":`;
    const frame = Buffer.allocUnsafe(head.length + before.length + end - from + after.length + TAIL.length);
    let used = frame.write(head, 0, "latin1");
    used += before.copy(frame, used);
    used += bytes.copy(frame, used, from, end);
    used += after.copy(frame, used);
    TAIL.copy(frame, used);
    return frame;
  };
}

const TAIL = Buffer.from("}\n");

function sharedFrames(kind: KindDefinition): WatchEncoder {
  const line = (type: string, object: unknown) => Buffer.from(`{"type":"${type}","object":${JSON.stringify(object)}}\n`);
  return {
    event: (type: EventType, record: ObjectRecord) => record.frame(type),
    bookmark: (revision, initialEnd) => line("BOOKMARK", bookmarkObject(kind, revision, initialEnd)),
    error: (status: Status) => line("ERROR", status),
  };
}

/** An object of the kind with nothing but a revision; members that its Go type always writes are there too. */
function bookmarkObject(kind: KindDefinition, revision: number, initialEventsEnd: boolean): KubeObject {
  const object: KubeObject = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: {
      resourceVersion: String(revision),
      ...(initialEventsEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
    },
  };
  if (kind.flavor === "builtin") {
    for (const [name, member] of Object.entries(kind.schema.properties ?? {})) {
      if (member.go?.zero !== undefined) object[name] = structuredClone(member.go.zero);
    }
  }
  return object;
}
