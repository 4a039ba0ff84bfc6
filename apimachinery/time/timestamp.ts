import { ParseError } from "../validation/parse-error.ts";
import { quoteBytes } from "./quote-bytes.ts";

/**
 * Points in time as Kubernetes writes them: RFC 3339 in UTC, whole seconds (metav1.Time) or six fractional digits (metav1.MicroTime).
 *
 * Reading follows Go's time.Parse to the letter: it is a little lenient (`2024-02-29T7:00:00,5+02:00` is fine) and names the part that does
 * not fit. The text is walked piece by piece, and at each piece the rest of the text has to begin with what the layout wants:
 *
 *     2024-02-29T12:00:00.123Z   as   2006-01-02T15:04:05.000000Z07:00
 *     2006 takes "2024", 01 "02", 02 "29", 15 "12", 04 "00", 05 "00"; .000000 wants seven characters, finds five:
 *     cannot parse ".123Z" as ".000000"
 */
export interface Instant {
  /** Whole seconds since 1970, negative before. */
  readonly seconds: number;
  /** 0 to 999999999. */
  readonly nanoseconds: number;
}

const SECONDS_LAYOUT = "2006-01-02T15:04:05Z07:00";
const MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";

/** The form that this server writes, on a day that every month has: the native parser reads it alike, and ten times as fast. */
const USUAL = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Milliseconds since the epoch. @throws ParseError with Go's text */
export function parseTime(text: string): number {
  if (USUAL.test(text)) return Date.parse(text);
  const { seconds, nanoseconds } = parseInstant(text, SECONDS_LAYOUT);
  return seconds * 1000 + nanoseconds / 1e6;
}

/** A time of microseconds precision. @throws ParseError with Go's text */
export function parseMicroTime(text: string): Instant {
  return parseInstant(text, MICRO_LAYOUT);
}

/** `2024-02-29T12:00:00Z` from milliseconds since the epoch; fractions are dropped. */
export function formatTime(milliseconds: number): string {
  return `${formatSeconds(Math.floor(milliseconds / 1000))}Z`;
}

/** `2024-02-29T12:00:00.000000Z` from an instant, or from milliseconds since the epoch. */
export function formatMicroTime(time: Instant | number): string {
  const { seconds, nanoseconds } = typeof time === "number" ? instantOf(time) : time;
  return `${formatSeconds(seconds)}.${digits(Math.floor(nanoseconds / 1000), 6)}Z`;
}

/** A time as it is stored: in UTC, in whole seconds. @throws ParseError with Go's text */
export function normalizeTime(text: string): string {
  if (USUAL.test(text)) return text;
  return `${formatSeconds(parseInstant(text, SECONDS_LAYOUT).seconds)}Z`;
}

/** A micro time as it is stored: in UTC. @throws ParseError with Go's text */
export function normalizeMicroTime(text: string): string {
  return formatMicroTime(parseMicroTime(text));
}

function instantOf(milliseconds: number): Instant {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanoseconds: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

/** The second that was written last: many writes come within one. */
let last = { seconds: Number.NaN, text: "" };

function formatSeconds(seconds: number): string {
  if (seconds !== last.seconds) last = { seconds, text: secondsText(seconds) };
  return last.text;
}

function secondsText(seconds: number): string {
  const date = new Date(seconds * 1000);
  // the native writer gives years of four digits alone the form that is wanted
  if (seconds >= YEAR_0 && seconds < YEAR_10000) return date.toISOString().slice(0, 19);
  const year = date.getUTCFullYear();
  const day = `${digits(date.getUTCMonth() + 1, 2)}-${digits(date.getUTCDate(), 2)}`;
  const time = `${digits(date.getUTCHours(), 2)}:${digits(date.getUTCMinutes(), 2)}:${digits(date.getUTCSeconds(), 2)}`;
  return `${year < 0 ? "-" : ""}${digits(Math.abs(year), 4)}-${day}T${time}`;
}

const YEAR_0 = -62167219200;
const YEAR_10000 = 253402300800;

const digits = (value: number, width: number) => String(value).padStart(width, "0");

function parseInstant(text: string, layout: string): Instant {
  let rest = text;

  const misfit = (piece: string, found: string): never => {
    throw new ParseError(
      `parsing time ${quoteBytes(text)} as ${quoteBytes(layout)}: cannot parse ${quoteBytes(found)} as ${quoteBytes(piece)}`,
    );
  };
  const wrong = (message: string): never => {
    throw new ParseError(`parsing time ${quoteBytes(text)}: ${message}`);
  };
  const separator = (character: string) => {
    if (rest[0] !== character) misfit(character, rest);
    rest = rest.slice(1);
  };
  /** The rest must begin with this; takes it. */
  const take = (pattern: RegExp, piece: string): string => {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return misfit(piece, rest);
    rest = rest.slice(found.length);
    return found;
  };

  const year = Number(take(/^\d{4}/, "2006"));
  separator("-");
  const month = Number(take(/^\d\d/, "01"));
  if (month < 1 || month > 12) wrong("month out of range");
  separator("-");
  const day = Number(take(/^\d\d/, "02"));
  separator("T");
  const hour = Number(take(/^\d\d?/, "15"));
  if (hour > 23) wrong("hour out of range");
  separator(":");
  const minute = Number(take(/^\d\d/, "04"));
  if (minute > 59) wrong("minute out of range");
  separator(":");
  const second = Number(take(/^\d\d/, "05"));
  if (second > 59) wrong("second out of range");
  const fraction = layout === MICRO_LAYOUT ? take(/^[.,]\d{6}/, ".000000") : (/^[.,]\d+/.exec(rest)?.[0] ?? "");
  if (layout !== MICRO_LAYOUT) rest = rest.slice(fraction.length);
  const zone = take(/^(?:Z|[+-]\d\d:\d\d)/, "Z07:00");
  const zoneHours = zone === "Z" ? 0 : Number(zone.slice(1, 3));
  const zoneMinutes = zone === "Z" ? 0 : Number(zone.slice(4, 6));
  if (zoneHours > 24) wrong("time zone offset hour out of range");
  if (zoneMinutes > 60) wrong("time zone offset minute out of range");
  if (rest !== "") wrong(`extra text: ${quoteBytes(rest)}`);
  if (day < 1 || day > daysOf(month, year)) wrong("day out of range");

  // Date.UTC takes years below 100 for those of the 20th century, so count from 400 years later: the calendar repeats by then.
  const local = Date.UTC(year + 400, month - 1, day, hour, minute, second) / 1000 - 146097 * 86400;
  const offset = (zoneHours * 60 + zoneMinutes) * 60;
  return {
    seconds: zone[0] === "-" ? local + offset : local - offset,
    nanoseconds: fraction === "" ? 0 : Number(fraction.slice(1, 10).padEnd(9, "0")),
  };
}

function daysOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
