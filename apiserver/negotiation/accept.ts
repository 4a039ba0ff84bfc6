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

/** The clauses of an Accept header, best first: by quality, then by how specific they are, then as sent. Parsed once per text. */
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
    if (literal === "") return [];
    const [type = "", subtype = ""] = literal === "*" ? ["*", "*"] : literal.toLowerCase().split("/");
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const part of rest) {
      const at = part.indexOf("=");
      if (at < 0) continue;
      const name = part.slice(0, at).trim().toLowerCase();
      const value = part
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, "$1");
      if (name === "q") quality = Number.isNaN(Number(value)) ? 1 : Number(value);
      // one without a value says nothing
      else if (value !== "") parameters.set(name, value);
    }
    return [{ type, subtype, quality, parameters, literal }];
  });
  const specificity = ({ type, subtype, parameters }: Clause) => (type === "*" ? 0 : subtype === "*" ? 1 : 2 + parameters.size);
  return clauses
    .map((clause, index) => ({ clause, index }))
    .sort((a, b) => b.clause.quality - a.clause.quality || specificity(b.clause) - specificity(a.clause) || a.index - b.index)
    .map(({ clause }) => clause);
}
