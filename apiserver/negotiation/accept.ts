/** One clause of an Accept header. */
export interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
  /** The media type exactly as sent, without parameters: built-in routes compare it letter by letter. */
  readonly literal: string;
}

const parsed = new Map<string, readonly Clause[]>();

/**
 * The clauses of an Accept header, best first: by quality, then by how specific they are, then as sent. Case counts, and what is no type with
 * a subtype says nothing. Parsed once per text. (github.com/munnerz/goautoneg)
 */
export function acceptClauses(header: string): readonly Clause[] {
  let clauses = parsed.get(header);
  if (clauses === undefined) {
    clauses = parse(header);
    if (parsed.size >= 256) parsed.clear();
    if (header.length <= 1024) parsed.set(header, clauses);
  }
  return clauses;
}

function parse(header: string): readonly Clause[] {
  const clauses = header.split(",").flatMap((text): Clause[] => {
    const [literal = "", ...rest] = text.split(";").map((part) => part.trim());
    const [type = "", subtype = "", more] = literal === "*" ? ["*", "*"] : literal.split("/").map((part) => part.trim());
    if (subtype === "" || more !== undefined) return [];
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const part of rest) {
      const [name = "", value = "", more] = part.split("=");
      // one without a value says nothing
      if (value === "" || more !== undefined) continue;
      if (name.trim() === "q") quality = NUMBER.test(value) ? Number(value) : 0;
      else parameters.set(name.trim(), value.trim());
    }
    return [{ type, subtype, quality, parameters, literal }];
  });
  return clauses.length > INSERTED ? clauses.sort((a, b) => (isBefore(a, b) ? -1 : isBefore(b, a) ? 1 : 0)) : insertionSort(clauses);
}

const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/** Both of two clauses may be before the other: a wildcard by its quality, and a full type before it. What comes of it is up to the way of sorting. */
function isBefore(a: Clause, b: Clause): boolean {
  return a.quality > b.quality || (a.type !== "*" && b.type === "*") || (a.subtype !== "*" && b.subtype === "*");
}

/** Go sorts up to so many by inserting one after the other. */
const INSERTED = 12;

function insertionSort(clauses: Clause[]): Clause[] {
  for (let i = 1; i < clauses.length; i++) {
    for (let j = i; j > 0 && isBefore(clauses[j] as Clause, clauses[j - 1] as Clause); j--) {
      [clauses[j - 1], clauses[j]] = [clauses[j] as Clause, clauses[j - 1] as Clause];
    }
  }
  return clauses;
}
