import { setImmediate } from "node:timers/promises";
import type { KubeList, KubeObject } from "../../apimachinery/object.ts";
import { notAcceptable, unknownError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { type MetaVersion, partialObjectMetadata, partialObjectMetadataList } from "./partial-metadata.ts";
import {
  compact,
  parseIncludeObject,
  type TableOptions,
  type TableRow,
  tableOfBookmark,
  tableOfObject,
  tableOfRows,
  tableRow,
} from "./table.ts";

/** The shape that a client asked for by `as=` in its Accept header; none leaves answers as they are. */
export interface Shape {
  readonly transform?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  readonly transformVersion?: MetaVersion;
}

export type TransformedKind = Pick<KindDefinition, "group" | "kind" | "listKind" | "flavor" | "columns">;

/** Rows made between two turns of the event loop: a few milliseconds' work. */
const ROWS_PER_TURN = 250;

/**
 * An object in the shape asked for.
 *
 * @param includeObject the query parameter; looked at for tables only
 * @param now milliseconds since the epoch
 * @throws StatusError NotAcceptable for a list form, BadRequest for a wrong includeObject
 */
export function transformObject(
  kind: TransformedKind,
  object: KubeObject,
  { transform, transformVersion = "v1" }: Shape,
  includeObject: string | undefined,
  now: number,
): object {
  switch (transform) {
    case undefined:
      return object;
    case "Table":
      return tableOfObject(kind, object, { version: transformVersion, includeObject: parseIncludeObject(includeObject) }, now);
    case "PartialObjectMetadata":
      return partialObjectMetadata(object, transformVersion);
    case "PartialObjectMetadataList":
      throw noList(kind);
  }
}

/**
 * A list in the shape asked for. Lets the event loop have its turn while a long table is made.
 *
 * @throws StatusError NotAcceptable for the form of one object, BadRequest for a wrong includeObject
 */
export async function transformList(
  kind: TransformedKind,
  list: KubeList,
  { transform, transformVersion = "v1" }: Shape,
  includeObject: string | undefined,
  now: number,
): Promise<object> {
  switch (transform) {
    case undefined:
      return list;
    case "Table": {
      const options: TableOptions = { version: transformVersion, includeObject: parseIncludeObject(includeObject) };
      const rows: TableRow[] = [];
      for (const item of list.items) {
        rows.push(tableRow(kind, item, options, now));
        if (rows.length % ROWS_PER_TURN === 0) await setImmediate();
      }
      return tableOfRows(kind, rows, list.metadata, transformVersion);
    }
    case "PartialObjectMetadata":
      throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${goType(kind, kind.listKind)})`);
    case "PartialObjectMetadataList":
      return partialObjectMetadataList(list.items, compact(list.metadata), transformVersion);
  }
}

/** Shapes the events of one watch. */
export interface WatchTransform {
  /** @throws StatusError NotAcceptable for a list form: such a watch is accepted and ends at its first event */
  object(object: KubeObject): object;
  bookmark(bookmark: KubeObject): object;
}

/**
 * The shape of a watch's events. Tables have their columns in the first event, whatever its type; events of type ERROR are not shaped.
 *
 * @throws StatusError BadRequest for a wrong includeObject
 */
export function watchTransform(kind: TransformedKind, shape: Shape, includeObject: string | undefined, now: () => number): WatchTransform {
  const { transform, transformVersion = "v1" } = shape;
  if (transform !== "Table") {
    const shaped = (object: KubeObject) => transformObject(kind, object, shape, includeObject, now());
    return { object: shaped, bookmark: shaped };
  }
  const options: TableOptions = { version: transformVersion, includeObject: parseIncludeObject(includeObject) };
  let first = true;
  const once = () => {
    const was = first;
    first = false;
    return was;
  };
  return {
    object: (object) => tableOfObject(kind, object, options, now(), once()),
    bookmark: (bookmark) => tableOfBookmark(kind, bookmark, options, now(), once()),
  };
}

/** Kubernetes takes a custom resource for a list until it looks for the items. */
function noList(kind: TransformedKind) {
  if (kind.flavor === "custom") return unknownError("content is not a list");
  return notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${goType(kind, kind.kind)})`);
}

/** The name of the Go type that kube-apiserver keeps the kind in, as its error texts print it. */
function goType({ group, flavor, listKind }: TransformedKind, kind: string): string {
  if (flavor === "custom") return kind === listKind ? "*unstructured.UnstructuredList" : "*unstructured.Unstructured";
  const name = group.split(".", 1)[0] as string;
  return `*${name === "" || name === "events" ? "core" : name}.${kind}`;
}
