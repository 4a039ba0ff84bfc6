const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** `2006-01-02`, a day that exists. */
export function isDate(text: string): boolean {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : DAYS[month - 1];
  return days !== undefined && day >= 1 && day <= days;
}

/** RFC 3339, in letters of either case, with any one character before the fraction; no leap seconds. */
export function isDateTime(text: string): boolean {
  const [date, time] = text.toLowerCase().split("t");
  if (date === undefined || time === undefined || !isDate(date)) return false;
  const match = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[^\n][0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/.exec(time);
  return match !== null && Number(match[1]) <= 23 && Number(match[2]) <= 59 && Number(match[3]) <= 59;
}

const GO_DURATION = /^[-+]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
/** Starts at the first digit of a count only, so that a long run of digits is read once. */
const COUNT_AND_UNIT = /(?<![0-9])([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)/g;
const UNITS = new Set(["ns", "us", "µs", "ms", "s", "sec", "m", "min", "h", "hr", "d", "w", "wk"]);
/** Longer words that start with these are units too: `seconds`, `minutes`, but also `daylight`. */
const STEMS = ["nano", "micro", "milli", "sec", "min", "hour", "day", "week"];
const MAX_INT64 = 9223372036854775807n;

/** A duration of Go (`1h30m`, `-1.5s`), or any text in which counts of known units stand (`3 days`). */
export function isDuration(text: string): boolean {
  if (/^[-+]?0$/.test(text)) return true;
  if (GO_DURATION.test(text) && [...text.matchAll(/(^|[^.0-9])([0-9]+)/g)].every((match) => fits(match[2] as string))) return true;
  let found = false;
  for (const [, count, word] of text.matchAll(COUNT_AND_UNIT)) {
    if (!fits(count as string)) return false;
    const unit = (word as string).toLowerCase();
    if (UNITS.has(unit) || STEMS.some((stem) => unit.startsWith(stem))) found = true;
  }
  return found;
}

const fits = (digits: string): boolean => digits.length < 19 || BigInt(digits) <= MAX_INT64;
