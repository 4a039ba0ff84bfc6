import { describe, expect, it } from "vitest";
import { columnDescription, DEFAULT_AGE, defineKind, type KindInput, NAME_COLUMN } from "./define-kind.ts";
import { VERBS } from "./kind.ts";
import { int32, object, optional, string } from "./typed-schema.ts";

const schema = object("A widget.", {
  spec: object("What is wanted.", { size: int32("Its size.") }),
  status: optional(object("What is there.", { size: optional(int32("Its size.")) })),
});

const widget: KindInput = { group: "example.com", version: "v1", kind: "Widget", plural: "widgets", flavor: "custom", schema };

describe("defineKind", () => {
  it("fills in what follows from the rest or is usual", () => {
    expect(defineKind(widget)).toEqual({
      ...widget,
      listKind: "WidgetList",
      singular: "widget",
      shortNames: [],
      categories: [],
      scope: "Namespaced",
      columns: [NAME_COLUMN, DEFAULT_AGE],
      subresources: {},
      verbs: VERBS,
      selectableFields: {},
      strategy: {},
    });
  });

  it("puts the name before a custom kind's columns and describes them by their path, as kube-apiserver does", () => {
    const { columns } = defineKind({ ...widget, columns: [{ name: "Size", type: "integer", jsonPath: ".spec.size", priority: 1 }] });
    expect(columns).toEqual([
      NAME_COLUMN,
      { name: "Size", type: "integer", format: "", description: columnDescription(".spec.size"), priority: 1, jsonPath: ".spec.size" },
    ]);
  });

  it("takes a built-in kind's columns as they are, for events have their name last", () => {
    const { columns } = defineKind({ ...widget, flavor: "builtin", columns: [{ name: "Size", cell: () => 5 }, NAME_COLUMN] });
    expect(columns.map(({ name, type }) => [name, type])).toEqual([
      ["Size", "string"],
      ["Name", "string"],
    ]);
    expect(defineKind({ ...widget, flavor: "builtin" }).columns).toEqual([NAME_COLUMN]);
  });

  it.each<[string, Partial<KindInput>, string]>([
    ["a kind in lower case", { kind: "widget" }, "kind must be in PascalCase"],
    ["a plural in capitals", { plural: "Widgets" }, 'plural "Widgets" must be lower-case letters and digits'],
    ["a schema that is no object", { schema: string("Text.") }, "schema must be an object"],
    ["metadata in the schema", { schema: object("A.", { metadata: object("M.", {}) }) }, "schema must leave out metadata"],
    [
      "a status subresource without a status",
      { schema: object("A.", {}), subresources: { status: {} } },
      "subresource status needs a status in the schema",
    ],
    ["a finalize subresource of a custom kind", { subresources: { finalize: {} } }, "subresource finalize is for built-in kinds"],
    ["a custom column without a path", { columns: [{ name: "Size" }] }, 'column "Size" needs a jsonPath'],
    ["a built-in column without a cell", { flavor: "builtin", columns: [{ name: "Size" }] }, 'column "Size" needs a cell'],
  ])("refuses %s", (_, change, problem) => {
    expect(() => defineKind({ ...widget, ...change })).toThrow(new RegExp(`^kind \\w+ of example.com/v1: ${problem}$`));
  });
});
