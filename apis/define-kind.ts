import type { TSchema } from "typebox";
import type { Column, KindDefinition, Verb } from "./kind.ts";
import { VERBS } from "./kind.ts";
import { schemaOf } from "./typed-schema.ts";

type Optional =
  | "listKind"
  | "singular"
  | "shortNames"
  | "categories"
  | "scope"
  | "subresources"
  | "verbs"
  | "selectableFields"
  | "strategy";

/** A kind as its file writes it: what follows from the rest, or is usual, may be left out. */
export type KindInput = Omit<KindDefinition, Optional | "schema" | "columns"> &
  Partial<Pick<KindDefinition, Optional>> & {
    readonly schema: TSchema;
    /** Built-in kinds: every column. Custom kinds: those after `Name`; without any, `Age`. */
    readonly columns?: readonly ColumnInput[];
  };

export type ColumnInput = Pick<Column, "name"> & Partial<Omit<Column, "name">>;

/**
 * Completes and checks the definition of a kind.
 *
 * Left out, `scope` is Namespaced, `verbs` are all eight (of a kind that is answered, `create`), names follow from `kind`, and there are no subresources, selectable fields or
 * rules of its own. Throws an Error that names the kind when the definition contradicts itself: a mistake of the programmer's.
 */
export function defineKind(input: KindInput): KindDefinition {
  const definition: KindDefinition = {
    ...input,
    listKind: input.listKind ?? `${input.kind}List`,
    singular: input.singular ?? input.kind.toLowerCase(),
    shortNames: input.shortNames ?? [],
    categories: input.categories ?? [],
    scope: input.scope ?? "Namespaced",
    schema: schemaOf(input.schema),
    columns: input.flavor === "custom" ? customColumns(input.columns) : (input.columns ?? [NAME_COLUMN]).map(completeColumn),
    subresources: input.subresources ?? {},
    verbs: input.verbs ?? (input.answered ? ["create"] : VERBS),
    selectableFields: input.selectableFields ?? {},
    strategy: input.strategy ?? {},
  };
  const problem = contradiction(definition);
  if (problem !== undefined) throw new Error(`kind ${input.kind} of ${input.group || "the core group"}/${input.version}: ${problem}`);
  return definition;
}

/** The first column of nearly every table. */
export const NAME_COLUMN: Column = {
  name: "Name",
  type: "string",
  format: "name",
  description: "The object's name, unique among the objects of its kind within a namespace (or overall, where the kind has no namespaces).",
  priority: 0,
  jsonPath: ".metadata.name",
  cell: ({ metadata }) => metadata.name ?? "",
};

/** The column of custom kinds that declare none. */
export const DEFAULT_AGE: Column = {
  name: "Age",
  type: "date",
  format: "",
  description: "When the server created the object, shown as the time that has passed since.",
  priority: 0,
  jsonPath: ".metadata.creationTimestamp",
};

/** All columns of a custom kind, of those that it declares. */
export function customColumns(columns: readonly ColumnInput[] | undefined): Column[] {
  return [NAME_COLUMN, ...(columns?.map(completeColumn) ?? [DEFAULT_AGE])];
}

/** What kube-apiserver says of a custom kind's column that has no description of its own. */
export const columnDescription = (jsonPath: string) => `Custom resource definition column (in JSONPath format): ${jsonPath}`;

function completeColumn(column: ColumnInput): Column {
  const { jsonPath } = column;
  return { type: "string", format: "", description: jsonPath === undefined ? "" : columnDescription(jsonPath), priority: 0, ...column };
}

/** The first rule that a definition breaks, or undefined. */
function contradiction(kind: KindDefinition): string | undefined {
  const { schema } = kind;
  if (!/^[A-Z][A-Za-z0-9]*$/.test(kind.kind)) return "kind must be in PascalCase";
  if (!/^[a-z][a-z0-9]*$/.test(kind.plural)) return `plural "${kind.plural}" must be lower-case letters and digits`;
  if (schema.type !== "object") return "schema must be an object";
  for (const member of ["apiVersion", "kind", "metadata"]) {
    if (schema.properties?.[member] !== undefined) return `schema must leave out ${member}`;
  }
  if (kind.subresources.status !== undefined && schema.properties?.status === undefined)
    return "subresource status needs a status in the schema";
  if (kind.subresources.finalize !== undefined && kind.flavor !== "builtin") return "subresource finalize is for built-in kinds";
  if (kind.answered && kind.flavor !== "builtin") return "only built-in kinds are answered";
  if (kind.answered && kind.verbs.some((verb) => verb !== "create")) return "what is answered can only be created";
  const unknown = kind.verbs.find((verb: Verb) => !VERBS.includes(verb));
  if (unknown !== undefined) return `verb "${unknown}" does not exist`;
  for (const column of kind.columns) {
    if (kind.flavor === "custom" && column.jsonPath === undefined) return `column "${column.name}" needs a jsonPath`;
    if (kind.flavor === "builtin" && column.cell === undefined) return `column "${column.name}" needs a cell`;
  }
  return undefined;
}
