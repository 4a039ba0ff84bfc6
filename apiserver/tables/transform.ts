import { apiVersionOf, type KubeObject, type ListMeta } from "../../apimachinery/object.ts";
import { notAcceptable, unknownError } from "../../apimachinery/status/status.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { emptyPartialObjectMetadataList, type MetaVersion, partialObjectMetadata } from "./partial-metadata.ts";
import { compact, emptyTable, parseIncludeObject, type TableOptions, tableOfBookmark, tableOfObject, tableRow } from "./table.ts";

/** The shape that a client asked for by `as=` in its Accept header; none leaves answers as they are. */
export interface Shape {
  readonly transform?: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  readonly transformVersion?: MetaVersion;
}

export type TransformedKind = Pick<KindDefinition, "group" | "version" | "kind" | "listKind" | "flavor" | "columns" | "tableOrder">;

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

/** How a list is shown. */
export interface ListTransform {
  /** The whole answer where there are no items; elsewhere these are its last member. */
  readonly empty: { readonly apiVersion: string; readonly kind: string; readonly metadata: ListMeta };
  /** The name of that member. */
  readonly member: "items" | "rows";
  /** The order of the items, if it is not that of the names. */
  readonly order?: (a: KubeObject, b: KubeObject) => number;
  /** What stands in it for an object. */
  item(object: KubeObject): object;
}

/**
 * A list in the shape asked for.
 *
 * @throws StatusError NotAcceptable for the form of one object, BadRequest for a wrong includeObject
 */
export function listTransform(
  kind: TransformedKind,
  metadata: ListMeta,
  { transform, transformVersion: version = "v1" }: Shape,
  includeObject: string | undefined,
  now: number,
): ListTransform {
  switch (transform) {
    case undefined: {
      const empty = { apiVersion: apiVersionOf(kind), kind: kind.listKind, metadata, items: [] };
      return { empty, member: "items", item: kind.flavor === "custom" ? (object) => object : withoutType };
    }
    case "Table": {
      const options: TableOptions = { version, includeObject: parseIncludeObject(includeObject) };
      return {
        empty: emptyTable(kind, metadata, version),
        member: "rows",
        ...(kind.tableOrder !== undefined && { order: kind.tableOrder }),
        item: (object) => tableRow(kind, object, options, now),
      };
    }
    case "PartialObjectMetadata":
      throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${goType(kind, kind.listKind)})`);
    case "PartialObjectMetadataList": {
      const empty = emptyPartialObjectMetadataList(compact(metadata), version);
      return { empty, member: "items", item: (object) => partialObjectMetadata(object, version) };
    }
  }
}

/** Items of built-in kinds leave out what the list says already, in every encoding. */
function withoutType({ apiVersion: _apiVersion, kind: _kind, ...item }: KubeObject): object {
  return item;
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
