import { below } from "./pointer.ts";

export interface Difference {
  readonly where: string;
  /** Undefined where nothing was to be there. */
  readonly expected: unknown;
  readonly actual: unknown;
}

/**
 * What differs between a recorded answer and another. With `subset` what was recorded has to be there, items of lists anywhere, and more may
 * be. The age of things in tables counts in seconds, of which a busy machine takes more: any will do.
 */
export function differences(expected: unknown, actual: unknown, mode: "exact" | "subset", where = ""): Difference[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (mode === "subset") {
      return expected.flatMap((item, index) => {
        const found = actual.some((candidate) => differences(item, candidate, mode).length === 0);
        return found ? [] : [{ where: below(where, index), expected: item, actual: "<no such item>" }];
      });
    }
    const length = Math.max(expected.length, actual.length);
    return Array.from({ length }, (_, index) => differences(expected[index], actual[index], mode, below(where, index))).flat();
  }
  if (isObject(expected) && isObject(actual)) {
    const names = new Set([...Object.keys(expected), ...(mode === "subset" ? [] : Object.keys(actual))]);
    return [...names].flatMap((name) => differences(expected[name], actual[name], mode, below(where, name)));
  }
  if (Object.is(expected, actual) || (isAge(expected) && isAge(actual) && /cells\/\d+$/.test(where))) return [];
  return [{ where: where || "/", expected, actual }];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isAge = (value: unknown): boolean => typeof value === "string" && /^\d+s$/.test(value);

const MOST_TEXT = 400;
const MOST_TOLD = 6;

/** For people: the first differences, one a line. */
export function tell(found: readonly Difference[]): string {
  const lines = found
    .slice(0, MOST_TOLD)
    .map(({ where, expected, actual }) => `${where}: expected ${short(expected)}, got ${short(actual)}`);
  if (found.length > MOST_TOLD) lines.push(`… and ${found.length - MOST_TOLD} more`);
  return lines.map((line) => `      ${line}`).join("\n");
}

function short(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
}
