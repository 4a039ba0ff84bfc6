import { ParseError } from "../validation/parse-error.ts";
import { quoteBytes } from "./quote-bytes.ts";
import { parseTime } from "./timestamp.ts";

const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n], // micro sign
  ["\u03bcs", 1_000n], // Greek letter mu
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const LIMIT = 2n ** 63n;

/**
 * Milliseconds of a duration in Go's syntax (time.ParseDuration): `32s`, `1m30s`, `-1.5h`, `0`.
 *
 * @throws ParseError `time: invalid duration "x"`, `time: missing unit in duration "5"`, `time: unknown unit "x" in duration "5x"`
 */
export function parseDuration(text: string): number {
  const invalid = () => new ParseError(`time: invalid duration ${quoteBytes(text)}`);
  const negative = text[0] === "-";
  let rest = negative || text[0] === "+" ? text.slice(1) : text;
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let total = 0n;
  while (rest !== "") {
    const [amount, whole, fraction = ""] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest) as unknown as [string, string, string?];
    if ((whole === "" && fraction === "") || whole.length > 1000) throw invalid();
    rest = rest.slice(amount.length);
    if (BigInt(whole) > LIMIT) throw invalid();
    const unit = /^[^.0-9]+/.exec(rest)?.[0];
    if (unit === undefined) throw new ParseError(`time: missing unit in duration ${quoteBytes(text)}`);
    rest = rest.slice(unit.length);
    const length = NANOSECONDS.get(unit);
    if (length === undefined) throw new ParseError(`time: unknown unit ${quoteBytes(unit)} in duration ${quoteBytes(text)}`);
    total += BigInt(whole) * length + BigInt(Math.floor(Number(`0.${fraction}0`) * Number(length)));
    if (total > LIMIT) throw invalid();
  }
  if (!negative && total === LIMIT) throw invalid();
  return Number(negative ? -total : total) / 1e6;
}

/** A duration as Go prints it (time.Duration.String), its largest unit the hour: `1h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  const sign = milliseconds < 0 ? "-" : "";
  if (length === 0) return "0s";
  // rounded to nanoseconds, which a double holds as they are here
  if (length < 1e-3) return `${sign}${Math.round(length * 1e6)}ns`;
  if (length < 1) return `${sign}${Math.round(length * 1e6) / 1e3}\u00b5s`;
  if (length < 1000) return `${sign}${Math.round(length * 1e6) / 1e6}ms`;
  const minutes = Math.floor(length / 60_000);
  const seconds = `${Math.round((length - minutes * 60_000) * 1e6) / 1e9}s`;
  if (minutes === 0) return `${sign}${seconds}`;
  return minutes < 60 ? `${sign}${minutes}m${seconds}` : `${sign}${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

/** The longest duration that Go can hold, about 292 years. */
const LONGEST = 2 ** 63 / 1e6;

/**
 * A duration for people, as in the Age column of kubectl (k8s.io/apimachinery, pkg/util/duration): `90s`, `5m10s`, `3h20m`, `5d`, `2y30d`.
 * `<invalid>` for one that is more than a second negative.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(Math.min(milliseconds, LONGEST) / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return withRest(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? withRest(years, "y", days % 365, "d") : `${years}y`;
}

const withRest = (count: number, unit: string, rest: number, smaller: string) => `${count}${unit}${rest === 0 ? "" : `${rest}${smaller}`}`;

/**
 * How long ago a timestamp was, for people. `now` is in milliseconds since the epoch. `<unknown>` for no timestamp (`null` counts as none),
 * `<invalid>` for one that does not parse or lies in the future.
 */
export function humanAge(timestamp: string | undefined, now: number): string {
  if (timestamp === undefined || timestamp === "" || timestamp === "null") return "<unknown>";
  try {
    return humanDuration(now - parseTime(timestamp));
  } catch (error) {
    if (error instanceof ParseError) return "<invalid>";
    throw error;
  }
}
