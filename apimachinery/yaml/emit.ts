import { Float, isJsonObject } from "../json/value.ts";
import { emitString } from "./emit-scalar.ts";
import { spellNumber } from "./resolve.ts";

/** A key longer than this stands on a line of its own, behind `?`. */
const LONGEST_SIMPLE_KEY = 128;

/**
 * Writes a JSON value as sigs.k8s.io/yaml does (go-yaml v2 and its libyaml emitter): keys sorted, two blanks per level, lists not indented,
 * long lines folded. Members that are undefined are left out.
 *
 *     {"b":["x",{"c":1,"d":"two\nlines\n"}],"a":"yes","e":{}}
 *
 *     a: "yes"
 *     b:
 *     - x
 *     - c: 1
 *       d: |
 *         two
 *         lines
 *     e: {}
 */
export function emitYaml(value: unknown): string {
  const lines = collection(value, 0);
  return lines === undefined ? `${scalar(value, 0, 2)}\n` : `${lines}\n`;
}

/** The lines of an object or list that has something in it; the first one without its indentation. */
function collection(value: unknown, indent: number): string | undefined {
  if (Array.isArray(value)) {
    if (value.length === 0) return undefined;
    return value.map((item) => `- ${collection(item, indent + 2) ?? scalar(item, indent + 2, indent + 2)}`).join(newline(indent));
  }
  if (!isJsonObject(value)) return undefined;
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (names.length === 0) return undefined;
  return names
    .sort(compareKeys)
    .map((name) => member(name, value[name], indent))
    .join(newline(indent));
}

function member(name: string, value: unknown, indent: number): string {
  const simple = name.length <= LONGEST_SIMPLE_KEY && !name.includes("\n");
  const key = emitString(name, { column: indent, indent: indent + 2, key: true });
  const head = simple ? `${key}:` : `? ${key}${newline(indent)}:`;
  const column = simple ? indent + [...key].length + 2 : indent + 2;
  const isList = Array.isArray(value);
  const lines = collection(value, isList && simple ? indent : indent + 2);
  if (lines === undefined) return `${head} ${scalar(value, column, indent + 2)}`;
  return simple ? head + newline(isList ? indent : indent + 2) + lines : `${head} ${lines}`;
}

const newline = (indent: number) => `\n${" ".repeat(indent)}`;

function scalar(value: unknown, column: number, indent: number): string {
  if (typeof value === "string") return emitString(value, { column, indent, key: false });
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" || value instanceof Float) return spellNumber(JSON.stringify(value));
  if (Array.isArray(value)) return "[]";
  return isJsonObject(value) ? "{}" : String(value ?? null);
}

/**
 * The order of keys: letters after everything else, runs of digits by their number (`a2` before `a10`), the rest by code point
 * (goyaml.v2, sorter.go).
 */
function compareKeys(left: string, right: string): number {
  const a = [...left];
  const b = [...right];
  let afterDigit = false;
  for (let at = 0; at < a.length && at < b.length; at++) {
    const x = a[at] as string;
    const y = b[at] as string;
    if (x === y) {
      afterDigit = isDigit(x);
      continue;
    }
    const isLeftLetter = isLetter(x);
    const isRightLetter = isLetter(y);
    if (isLeftLetter && isRightLetter) return byCodePoint(x, y);
    if (isLeftLetter || isRightLetter) return (afterDigit ? isLeftLetter : isRightLetter) ? -1 : 1;
    return compareNumbers(a, b, at) || byCodePoint(x, y);
  }
  return a.length - b.length;
}

function compareNumbers(a: readonly string[], b: readonly string[], from: number): number {
  // A zero that differs belongs to a number that has begun before, unless that has been zeros only.
  let started = 0;
  if (a[from] === "0" || b[from] === "0") {
    for (let at = from - 1; at >= 0 && isDigit(a[at] as string); at--) if (a[at] !== "0") started = 1;
  }
  const [left, leftEnd] = readNumber(a, from, started);
  const [right, rightEnd] = readNumber(b, from, started);
  return left - right || leftEnd - rightEnd;
}

function readNumber(characters: readonly string[], from: number, start: number): [value: number, end: number] {
  let value = start;
  let at = from;
  for (; at < characters.length && isDigit(characters[at] as string); at++) value = value * 10 + Number(characters[at]);
  return [value, at];
}

const isDigit = (character: string) => character >= "0" && character <= "9";
const isLetter = (character: string) => /\p{L}/u.test(character);
const byCodePoint = (x: string, y: string) => (x.codePointAt(0) as number) - (y.codePointAt(0) as number);
