import { Float, type JsonValue } from "../../apimachinery/json/value.ts";
import { type JsonPath, printValue, tryParseJsonPath } from "../../apimachinery/jsonpath/json-path.ts";
import type { KubeObject } from "../../apimachinery/object.ts";
import { humanAge } from "../../apimachinery/time/duration.ts";
import type { Column } from "../../apis/kind.ts";

/** What stands in a table's cell; an integer beyond 2^53 is a bigint. */
export type Cell = string | number | bigint | boolean | null;

/** A column as a Table names it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** The columns of a kind, ready to print its objects. */
export interface Printer {
  readonly definitions: readonly ColumnDefinition[];
  /** `now` is in milliseconds since the epoch. */
  cells(object: KubeObject, now: number): Cell[];
}

const printers = new WeakMap<readonly Column[], Printer>();

/** Paths are parsed once for every list of columns, and forgotten with it. */
export function printerOf(columns: readonly Column[]): Printer {
  let printer = printers.get(columns);
  if (printer === undefined) {
    printer = makePrinter(columns);
    printers.set(columns, printer);
  }
  return printer;
}

type Print = (object: KubeObject, now: number) => Cell;

function makePrinter(columns: readonly Column[]): Printer {
  const definitions: ColumnDefinition[] = [];
  const prints: Print[] = [];
  for (const column of columns) {
    const print = column.cell ?? printPath(column);
    // A path that does not parse ends the table, as in kube-apiserver: the columns before it are shown.
    if (print === undefined) break;
    const { name, type, format, description, priority } = column;
    definitions.push({ name, type, format, description, priority });
    prints.push(print);
  }
  return { definitions, cells: (object, now) => prints.map((print) => print(object, now)) };
}

function printPath({ jsonPath = "", type }: Column): Print | undefined {
  const path: JsonPath | undefined = tryParseJsonPath(jsonPath);
  if (path === undefined) return undefined;
  return (object, now) => {
    const value = path.first(object);
    return value === undefined ? null : cellOf(type, value, now);
  };
}

/** A found value as a column of that type shows it: null where it is of another type (apiextensions-apiserver, pkg/registry/customresource/tableconvertor). */
function cellOf(type: Column["type"], value: JsonValue, now: number): Cell {
  switch (type) {
    case "string":
      return printValue(value);
    case "integer":
      return typeof value === "bigint" ? value : truncated(numberOf(value));
    case "number":
      return numberOf(value) ?? null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return typeof value === "string" ? humanAge(value, now) : null;
  }
}

function numberOf(value: JsonValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return value instanceof Float ? value.value : undefined;
}

const MIN_INT64 = -(2n ** 63n);

/** Go's conversion of a float64 to an int64; what does not fit becomes the least one. */
function truncated(value: number | undefined): Cell {
  if (value === undefined) return null;
  const whole = Math.trunc(value);
  if (Number.isSafeInteger(whole)) return whole + 0;
  return Math.abs(whole) < 2 ** 63 ? BigInt(whole) : MIN_INT64;
}
