import { quote } from "../../apimachinery/go-text.ts";
import type { KubeObject, ListMeta, ObjectMeta } from "../../apimachinery/object.ts";
import { badRequest } from "../../apimachinery/status/status.ts";
import { CREATED_AT } from "../../apis/columns.ts";
import type { KindDefinition } from "../../apis/kind.ts";
import { type Cell, type ColumnDefinition, printerOf } from "./cells.ts";
import { type MetaVersion, type PartialObjectMetadata, partialObjectMetadata } from "./partial-metadata.ts";

/** A list, an object or an event of a watch as kubectl prints it (reference 2.7, 7.8). */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  /** null in all events of a watch but its first. */
  readonly columnDefinitions: readonly ColumnDefinition[] | null;
  readonly rows: readonly TableRow[] | null;
}

export interface TableRow {
  readonly cells: readonly Cell[];
  readonly object: KubeObject | PartialObjectMetadata | null;
}

export type PrintedKind = Pick<KindDefinition, "columns">;

export const INCLUDE_OBJECT = ["Metadata", "Object", "None"] as const;
export type IncludeObject = (typeof INCLUDE_OBJECT)[number];

/** How a table is made. */
export interface TableOptions {
  readonly version: MetaVersion;
  readonly includeObject: IncludeObject;
}

/** Reads the parameter of that name. @throws StatusError BadRequest */
export function parseIncludeObject(text: string | undefined): IncludeObject {
  if (!text) return "Metadata";
  const known = INCLUDE_OBJECT.find((value) => value === text);
  if (known !== undefined) return known;
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${quote(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  );
}

/** The columns that a kind's tables have. */
export const tableColumns = ({ columns }: PrintedKind): readonly ColumnDefinition[] => printerOf(columns).definitions;

/** One object's row. `now` is in milliseconds since the epoch. */
export function tableRow({ columns }: PrintedKind, object: KubeObject, { version, includeObject }: TableOptions, now: number): TableRow {
  return { cells: printerOf(columns).cells(object, now), object: included(object, version, includeObject) };
}

/** A table that has no rows yet. A kind that kube-apiserver prints by its generic printer has null for none. */
export function emptyTable(kind: PrintedKind, metadata: ListMeta, version: MetaVersion): Table {
  return table(version, compact(metadata), tableColumns(kind), kind.columns.some(({ cell }) => cell === CREATED_AT.cell) ? null : []);
}

/** A table of one object. In a watch only the first has its columns. */
export function tableOfObject(kind: PrintedKind, object: KubeObject, options: TableOptions, now: number, withColumns = true): Table {
  return tableOfRow(kind, tableRow(kind, object, options, now), object.metadata, options.version, withColumns);
}

/**
 * A table of a bookmark: an object of the kind with nothing but a resource version. The mark of the end of the initial events is shown
 * even where objects are left out.
 */
export function tableOfBookmark(kind: PrintedKind, bookmark: KubeObject, options: TableOptions, now: number, withColumns: boolean): Table {
  const marked = bookmark.metadata.annotations?.["k8s.io/initial-events-end"] !== undefined;
  const includeObject = options.includeObject === "None" && marked ? "Metadata" : options.includeObject;
  return tableOfObject(kind, bookmark, { ...options, includeObject }, now, withColumns);
}

function tableOfRow(kind: PrintedKind, row: TableRow, { resourceVersion }: ObjectMeta, version: MetaVersion, withColumns: boolean): Table {
  return table(version, compact({ resourceVersion }), withColumns ? tableColumns(kind) : null, [row]);
}

const table = (version: MetaVersion, metadata: ListMeta, columnDefinitions: Table["columnDefinitions"], rows: Table["rows"]): Table => ({
  kind: "Table",
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
  columnDefinitions,
  rows,
});

function included(object: KubeObject, version: MetaVersion, include: IncludeObject): TableRow["object"] {
  if (include === "None") return null;
  return include === "Object" ? object : partialObjectMetadata(object, version);
}

/** List metadata without its empty members. */
export function compact({ resourceVersion, continue: token, remainingItemCount }: ListMeta): ListMeta {
  return {
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(token ? { continue: token } : {}),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}
