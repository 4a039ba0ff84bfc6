import { formatFloat, marshal } from "../go-text.ts";
import { Float, isJsonObject, type JsonValue } from "../json/value.ts";
import { ParseError } from "../validation/parse-error.ts";
import { type Constant, FILTER_OPERATORS, type FilterOperator, parseSteps, type Step } from "./parse.ts";

/** A path that cannot be followed in some object: an index out of bounds, a filter on what is no list, kinds that do not compare. */
export class PathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PathError";
  }
}

/** How many values one search may look at. Recursive descents and wildcards multiply; no table needs more. */
const MAX_VISITED = 100_000;

/** A parsed path, to be kept and used for many objects (k8s.io/client-go, util/jsonpath, missing keys allowed). Immutable. */
export class JsonPath {
  /** The members that the path starts with: most paths are nothing else, and they are followed without a search. */
  readonly #members: readonly string[];
  readonly #steps: readonly Step[];

  private constructor(steps: readonly Step[]) {
    const first = steps.findIndex((step) => step.type !== "field");
    const plain = first === -1 ? steps : steps.slice(0, first);
    this.#members = plain.map((step) => (step as Extract<Step, { type: "field" }>).name);
    this.#steps = steps.slice(plain.length);
  }

  /** @param path as columns write it: `.spec.a`, without braces. @throws ParseError */
  static parse(path: string): JsonPath {
    return new JsonPath(parseSteps(path));
  }

  /**
   * Every value that the path leads to, in order; members that do not exist lead nowhere.
   *
   * @throws PathError
   */
  find(data: unknown): JsonValue[] {
    let value = data as JsonValue;
    for (const name of this.#members) {
      if (!isJsonObject(value) || !Object.hasOwn(value, name)) return [];
      value = value[name] as JsonValue;
    }
    return this.#steps.length === 0 ? [value] : new Search().follow([value], this.#steps);
  }

  /** The first value, `undefined` where there is none or the path cannot be followed. */
  first(data: unknown): JsonValue | undefined {
    try {
      return this.find(data)[0];
    } catch (error) {
      if (error instanceof PathError) return undefined;
      throw error;
    }
  }
}

/** The path, or undefined where it does not parse. */
export function tryParseJsonPath(path: string): JsonPath | undefined {
  try {
    return JsonPath.parse(path);
  } catch (error) {
    if (error instanceof ParseError) return undefined;
    throw error;
  }
}

/** A value as text, as Go prints it: `<no value>` for null, compact JSON for lists and maps. */
export function printValue(value: JsonValue): string {
  if (value === null) return "<no value>";
  if (value instanceof Float) return formatFloat(value.value);
  if (typeof value === "number" && !Number.isInteger(value)) return formatFloat(value);
  return typeof value === "object" ? marshal(value) : String(value);
}

class Search {
  #visited = 0;

  follow(values: JsonValue[], steps: readonly Step[]): JsonValue[] {
    let found = values;
    for (const step of steps) {
      found = this.#take(found, step);
      this.#count(found.length);
    }
    return found;
  }

  #count(values: number): void {
    this.#visited += values;
    if (this.#visited > MAX_VISITED) throw new PathError("the path leads to too many values");
  }

  #take(values: JsonValue[], step: Step): JsonValue[] {
    switch (step.type) {
      case "field":
        return values.flatMap((value) => (isJsonObject(value) && Object.hasOwn(value, step.name) ? [value[step.name] as JsonValue] : []));
      case "slice":
        return this.#slice(values, step);
      case "filter":
        return this.#filter(values, step);
      case "union":
        return step.branches.flatMap((branch) => this.follow(values, branch));
      case "wildcard":
        return values.flatMap(childrenOf);
      case "recursive":
        return this.#descend(values, []);
      case "constant":
        return values.map(() => constantValue(step.value));
      case "unknown":
        throw new PathError(`unrecognized identifier ${step.word}`);
    }
  }

  #slice(values: readonly JsonValue[], { from, to, step }: Extract<Step, { type: "slice" }>): JsonValue[] {
    const found: JsonValue[] = [];
    for (const value of values) {
      if (value === null) continue;
      if (!Array.isArray(value)) throw new PathError("value is not array or slice");
      const { length } = value;
      const start = (from ?? 0) + (from !== undefined && from < 0 ? length : 0);
      let end: number;
      if (to === undefined) end = length;
      else if (to === "one") end = from === -1 ? length : start + 1;
      else end = to < 0 ? to + length : to;
      if (start === end) return found;
      if (start < 0 || start >= length) throw new PathError(`array index out of bounds: index ${start}, length ${length}`);
      if (end < 0 || end > length) throw new PathError(`array index out of bounds: index ${end - 1}, length ${length}`);
      if (start > end) throw new PathError(`starting index ${start} is greater than ending index ${end}`);
      if (step <= 0) throw new PathError("step must be > 0");
      for (let i = start; i < end; i += step) found.push(value[i] as JsonValue);
    }
    return found;
  }

  #filter(values: readonly JsonValue[], { left, operator, right }: Extract<Step, { type: "filter" }>): JsonValue[] {
    const found: JsonValue[] = [];
    for (const value of values) {
      if (!Array.isArray(value)) throw new PathError("value is not array or slice and cannot be filtered");
      for (const element of value) {
        if (operator === "exists") {
          if (this.#exists(element, left)) found.push(element);
          continue;
        }
        const a = this.#only(element, left);
        if (a === undefined) continue;
        const b = this.#only(element, right);
        if (b !== undefined && compare(a, operator, b)) found.push(element);
      }
    }
    return found;
  }

  #exists(element: JsonValue, steps: readonly Step[]): boolean {
    try {
      return this.follow([element], steps).length > 0;
    } catch (error) {
      if (error instanceof PathError) return false;
      throw error;
    }
  }

  #only(element: JsonValue, steps: readonly Step[]): JsonValue | undefined {
    const found = this.follow([element], steps);
    if (found.length > 1) throw new PathError("can only compare one element at a time");
    return found[0];
  }

  /** Every value that has members or elements, each before what is inside of it. */
  #descend(values: readonly JsonValue[], found: JsonValue[]): JsonValue[] {
    for (const value of values) {
      const children = childrenOf(value);
      if (children.length === 0) continue;
      this.#count(children.length);
      found.push(value);
      this.#descend(children, found);
    }
    return found;
  }
}

function childrenOf(value: JsonValue): JsonValue[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

/** A whole float is kept apart from the integer of the same value, as in documents. */
function constantValue({ kind, value }: Constant): JsonValue {
  return kind === "float" && Number.isInteger(value) ? new Float(value) : value;
}

type Kind = "text" | "bool" | "int" | "float";

function kindOf(value: JsonValue): Kind {
  if (typeof value === "string") return "text";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  if (value instanceof Float) return "float";
  throw new PathError("invalid type for comparison");
}

function compare(left: JsonValue, operator: FilterOperator, right: JsonValue): boolean {
  const kind = kindOf(left);
  if (!FILTER_OPERATORS.includes(operator)) throw new PathError(`unrecognized filter operator ${operator}`);
  if (kind !== kindOf(right)) throw new PathError("incompatible types for comparison");
  const a = plain(left);
  const b = plain(right);
  if (operator === "==") return a === b;
  if (operator === "!=") return !compare(left, "==", right);
  if (kind === "bool") throw new PathError("invalid type for comparison");
  if (operator === "<") return a < b;
  if (operator === "<=") return a <= b;
  return operator === ">" ? a > b : a >= b;
}

const plain = (value: JsonValue) => (value instanceof Float ? value.value : value) as string | number | bigint | boolean;
