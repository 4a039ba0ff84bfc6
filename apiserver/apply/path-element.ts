/**
 * The steps of a way through an object, as texts that are equal where the steps are:
 *
 *     f:name               the member called name
 *     k:{"name":"a"}       the list's item with these keys, sorted by name
 *     v:"a"                the set's item with this value
 *     i:0                  the list's item at this index
 *
 * (sigs.k8s.io/structured-merge-diff, fieldpath/serialize-pe.go)
 */

import { goPrint } from "../../apimachinery/go-print.ts";
import { quote } from "../../apimachinery/go-text.ts";
import { DecodeError } from "../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { Float, isJsonObject, isNumber, type JsonNumber, type JsonObject, type JsonValue } from "../../apimachinery/json/value.ts";
import { compareUtf8 } from "./compare-utf8.ts";
import { spell, spellName } from "./step-values.ts";

export const fieldElement = (name: string): string => `f:${name}`;
export const valueElement = (value: JsonValue): string => `v:${spell(value)}`;
export const indexElement = (index: number): string => `i:${index}`;

/** `parts` are `"name":value`, sorted by name. */
export const keyElement = (parts: readonly string[]): string => `k:{${parts.join(",")}}`;
export const keyPart = (name: string, value: JsonValue): string => `${spellName(name)}:${spell(value)}`;

/** An element that no set of fields can have. */
export class InvalidElement extends Error {}

/**
 * Reads what a client sent as a step and writes it as this server does. Undefined for a step of a form that does not exist (yet), which is
 * passed over.
 * @throws InvalidElement
 */
export function normaliseElement(text: string): string | undefined {
  if (text.length < 2) throw new InvalidElement("key must be 2 characters long:");
  if (text[1] !== ":" || text > "\x7f") throw new InvalidElement(`missing colon: ${text}`);
  const content = text.slice(2);
  switch (text[0]) {
    case "f":
      return text;
    case "v":
      return valueElement(read(content));
    case "k": {
      const keys = read(content) ?? {};
      if (!isJsonObject(keys)) throw new InvalidElement(`no keys: ${text}`);
      return keyElement(
        Object.keys(keys)
          .sort(compareUtf8)
          .map((name) => keyPart(name, keys[name] as JsonValue)),
      );
    }
    case "i":
      if (!/^[+-]?\d{1,18}$/.test(content)) throw new InvalidElement(`no index: ${text}`);
      return indexElement(Number(content));
    default:
      return undefined;
  }
}

function read(json: string): JsonValue {
  try {
    return parseJson(json);
  } catch (error) {
    throw error instanceof DecodeError ? new InvalidElement(error.message) : error;
  }
}

/** Prints a number within a step. */
type PrintNumber = (value: JsonNumber) => string;

/** A number as it is once a step was read from JSON, where all of them are float64: `1e+06`. */
export const printAsRead: PrintNumber = (value) => goPrint(new Float(Number(value instanceof Float ? value.value : value)));

/** The way to a field as error texts write it: `.spec.ports[port=80,protocol="TCP"].name`, `.metadata.finalizers[="a"]`. */
export const printWay = (way: readonly string[], number: PrintNumber = goPrint): string =>
  way.map((element) => printElement(element, number)).join("");

export function printElement(element: string, number: PrintNumber = goPrint): string {
  const content = element.slice(2);
  switch (element[0]) {
    case "f":
      return `.${content}`;
    case "k":
      return `[${Object.entries(read(content) as JsonObject)
        .map(([name, value]) => `${name}=${printValue(value, number)}`)
        .join(",")}]`;
    case "v":
      return `[=${printValue(read(content), number)}]`;
    default:
      return `[${content}]`;
  }
}

function printValue(value: JsonValue, number: PrintNumber): string {
  if (value === null) return "null";
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => printValue(item, number)).join(",")}]`;
  if (isNumber(value)) return number(value);
  if (!isJsonObject(value)) return goPrint(value);
  return Object.entries(value)
    .map(([name, member]) => `${name}=${printValue(member, number)}`)
    .join("");
}

/** Steps in their order: the dot, then names, keys, values and indices, each by what it says. The very list where they are. */
export function sortElements(elements: readonly string[]): readonly string[] {
  let names = true;
  let sorted = true;
  for (let i = 1; i < elements.length && sorted; i++) {
    const [a, b] = [elements[i - 1] as string, elements[i] as string];
    names = isName(a) && isName(b);
    // the dot comes before every other step
    if (!names && a !== ".") break;
    sorted = !names || compareUtf8(a, b) < 0;
  }
  if (elements.length < 2 || (names && sorted)) return elements;
  return sortRead(elements);
}

const isName = (element: string): boolean => element.startsWith("f:");

/** A step, and what it says. */
interface ReadElement {
  readonly element: string;
  readonly rank: number;
  readonly content: JsonValue;
}

/** Reads each step once, however often it is compared. */
function sortRead(elements: readonly string[]): readonly string[] {
  const steps = elements.map(readElement);
  if (steps.every((step, i) => i === 0 || compareSteps(steps[i - 1] as ReadElement, step) < 0)) return elements;
  return steps.sort(compareSteps).map(({ element }) => element);
}

function readElement(element: string): ReadElement {
  const rank = rankOf(element);
  const content = element.slice(2);
  return { element, rank, content: rank <= 0 ? content : rank === 3 ? Number(content) : read(content) };
}

function compareSteps(a: ReadElement, b: ReadElement): number {
  const rank = a.rank - b.rank;
  if (rank !== 0 || a.element === b.element) return rank;
  switch (a.rank) {
    case 0:
      return compareUtf8(a.content as string, b.content as string);
    case 1:
      return compareKeys(a.content as JsonObject, b.content as JsonObject);
    default:
      return compareValues(a.content, b.content);
  }
}

/** The order of two steps. */
export const compareElements = (a: string, b: string): number => compareSteps(readElement(a), readElement(b));

const rankOf = (element: string): number => (element === "." ? -1 : "fkvi".indexOf(element[0] as string));

function compareKeys(a: JsonObject, b: JsonObject): number {
  const [x, y] = [Object.entries(a), Object.entries(b)];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [name, value] = x[i] as [string, JsonValue];
    const [otherName, otherValue] = y[i] as [string, JsonValue];
    const order = compareUtf8(name, otherName) || compareValues(value, otherValue);
    if (order !== 0) return order;
  }
  return x.length - y.length;
}

/** Numbers, texts, booleans, lists, objects, null; each kind among itself by value. */
function compareValues(a: JsonValue, b: JsonValue): number {
  const kind = kindOf(a);
  const kinds = kind - kindOf(b);
  if (kinds !== 0) return kinds;
  switch (kind) {
    case 0: {
      const [x, y] = [a instanceof Float ? a.value : (a as number | bigint), b instanceof Float ? b.value : (b as number | bigint)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
    case 1:
      return compareUtf8(a as string, b as string);
    case 2:
      return Number(a) - Number(b);
    case 3: {
      const [x, y] = [a as JsonValue[], b as JsonValue[]];
      for (let i = 0; i < x.length && i < y.length; i++) {
        const order = compareValues(x[i] as JsonValue, y[i] as JsonValue);
        if (order !== 0) return order;
      }
      return x.length - y.length;
    }
    case 4:
      return compareKeys(a as JsonObject, b as JsonObject);
    default:
      return 0;
  }
}

function kindOf(value: JsonValue): number {
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Float) return 0;
  if (typeof value === "string") return 1;
  if (typeof value === "boolean") return 2;
  if (Array.isArray(value)) return 3;
  return value === null ? 5 : 4;
}
