import { ParseError } from "../validation/parse-error.ts";

/** `field` has this value, or has not. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** What an object has at a field that can be selected; `""` where it has nothing. */
export type FieldValues = (field: string) => string;

/** All of its requirements have to hold (k8s.io/apimachinery, pkg/fields/selector.go). Immutable. */
export class FieldSelector {
  static readonly everything = new FieldSelector([]);
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  get empty(): boolean {
    return this.requirements.length === 0;
  }

  matches(values: FieldValues): boolean {
    for (const { field, operator, value } of this.requirements) {
      if ((values(field) === value) !== (operator === "=")) return false;
    }
    return true;
  }

  /** The value that the field must have, `undefined` if the selector leaves it open. */
  requiresExactMatch(field: string): string | undefined {
    return this.requirements.find((requirement) => requirement.field === field && requirement.operator === "=")?.value;
  }

  /** The selector's text, values escaped; parses to the same selector again. */
  toString(): string {
    return this.requirements.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, "\\$&")}`).join(",");
  }
}

/**
 * Parses the text of a `fieldSelector` parameter: `a=1,b!=2`, with `\,`, `\=` and `\\` for those characters in values. Nothing is trimmed,
 * empty terms are skipped, and terms are read in sorted order: with several faults, the first in that order is told.
 *
 * @throws ParseError with Kubernetes' text
 */
export function parseFieldSelector(text: string): FieldSelector {
  if (text === "") return FieldSelector.everything;
  const requirements: FieldRequirement[] = [];
  for (const term of termsOf(text).sort()) {
    if (term === "") continue;
    const operator = /!=|==?/.exec(term);
    if (operator === null) throw new ParseError(`invalid selector: '${text}'; can't understand '${term}'`);
    requirements.push({
      field: term.slice(0, operator.index),
      operator: operator[0] === "!=" ? "!=" : "=",
      value: unescapeValue(term.slice(operator.index + operator[0].length)),
    });
  }
  return new FieldSelector(requirements);
}

/** Splits at commas that no backslash precedes. */
function termsOf(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === ",") {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function unescapeValue(value: string): string {
  if (!/[\\,=]/.test(value)) return value;
  let plain = "";
  const characters = [...value];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] as string;
    if (character === "," || character === "=") {
      throw new ParseError(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    }
    if (character === "\\") {
      const escaped = characters[++i] ?? "";
      if (escaped !== "\\" && escaped !== "," && escaped !== "=") {
        throw new ParseError(`invalid field selector: invalid escape sequence: \\${escaped}`);
      }
      plain += escaped;
    } else plain += character;
  }
  return plain;
}
