import { aggregateText, type FieldError, invalid } from "../field/error.ts";
import { FieldPath } from "../field/path.ts";
import { readInt64 } from "../query/scalars.ts";
import { validateLabelValue, validateQualifiedName } from "../validation/names.ts";
import { ParseError } from "../validation/parse-error.ts";

/** How a requirement compares; `exists` and `!` take no value, `in` and `notin` any number, the others one. */
export type LabelOperator = "in" | "notin" | "=" | "==" | "!=" | "gt" | "lt" | "exists" | "!";

export type Labels = Readonly<Record<string, string>>;

/** One condition on one label (k8s.io/apimachinery, pkg/labels/selector.go). Immutable. */
export class LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  /** Sorted, without repetitions. */
  readonly values: readonly string[];
  readonly #bound: number | bigint | undefined;

  /** @throws ParseError naming the key or the value that may not be */
  constructor(key: string, operator: LabelOperator, values: readonly string[] = []) {
    this.key = key;
    this.operator = operator;
    this.values = [...new Set(values)].sort();
    const errors = this.#errors();
    if (errors.length > 0) throw new ParseError(aggregateText(errors));
    this.#bound = operator === "gt" || operator === "lt" ? wholeNumber(this.values[0] as string) : undefined;
  }

  #errors(): FieldError[] {
    const errors = keyErrors(this.key);
    const { operator, values } = this;
    const at = FieldPath.of("values");
    const wrong = (detail: string) => errors.push(invalid(at, values, detail));
    if (operator === "in" || operator === "notin") {
      if (values.length === 0) wrong("for 'in', 'notin' operators, values set can't be empty");
    } else if (operator === "exists" || operator === "!") {
      if (values.length > 0) wrong("values set must be empty for exists and does not exist");
    } else if (values.length !== 1) {
      const compares = operator === "gt" || operator === "lt";
      wrong(compares ? "for 'Gt', 'Lt' operators, exactly one value is required" : "exact-match compatibility requires one single value");
    }
    for (const [i, value] of values.entries()) {
      if ((operator === "gt" || operator === "lt") && wholeNumber(value) === undefined) {
        errors.push(invalid(at.index(i), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
      }
      const faults = validateLabelValue(value);
      if (faults.length > 0) errors.push(invalid(at.index(i).key(this.key), value, faults.join("; ")));
    }
    return errors;
  }

  matches(labels: Labels): boolean {
    const value = Object.hasOwn(labels, this.key) ? (labels[this.key] as string) : undefined;
    switch (this.operator) {
      case "in":
      case "=":
      case "==":
        return value !== undefined && this.values.includes(value);
      case "notin":
      case "!=":
        return value === undefined || !this.values.includes(value);
      case "exists":
        return value !== undefined;
      case "!":
        return value === undefined;
      case "gt":
      case "lt": {
        const number = value === undefined ? undefined : wholeNumber(value);
        if (number === undefined || this.#bound === undefined) return false;
        return this.operator === "gt" ? number > this.#bound : number < this.#bound;
      }
    }
  }

  toString(): string {
    const { key, operator, values } = this;
    switch (operator) {
      case "exists":
        return key;
      case "!":
        return `!${key}`;
      case "in":
      case "notin":
        return `${key} ${operator} (${values.join(",")})`;
      case "gt":
        return `${key}>${values[0]}`;
      case "lt":
        return `${key}<${values[0]}`;
      default:
        return `${key}${operator}${values[0]}`;
    }
  }
}

/** All of its requirements have to hold. Immutable. */
export class LabelSelector {
  static readonly everything = new LabelSelector([]);
  readonly requirements: readonly LabelRequirement[];

  constructor(requirements: readonly LabelRequirement[]) {
    this.requirements = [...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  /** Selects everything. */
  get empty(): boolean {
    return this.requirements.length === 0;
  }

  /** `undefined` stands for an object without labels. */
  matches(labels: Labels | undefined): boolean {
    for (const requirement of this.requirements) {
      if (!requirement.matches(labels ?? {})) return false;
    }
    return true;
  }

  /** The selector's text, its requirements sorted by key; parses to the same selector again. */
  toString(): string {
    return this.requirements.join(",");
  }
}

/**
 * Parses the text of a `labelSelector` parameter.
 *
 * The text becomes tokens, then requirements: `a in (x, y),!b,c>1` is read as `a` `in` `(` `x` `,` `y` `)` `,` `!` `b` `,` `c` `>` `1`. The
 * words `in` and `notin` are operators only where one is due, so `in=in` selects on a label named `in`. A fault inside a requirement is
 * told with the prefix `unable to parse requirement: `, one between requirements without.
 *
 * @throws ParseError with Kubernetes' text
 */
export function parseLabelSelector(text: string): LabelSelector {
  return text === "" ? LabelSelector.everything : new LabelSelector(new Parser(text).parse());
}

const SYMBOLS = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"] as const;
type TokenKind = (typeof SYMBOLS)[number] | "identifier" | "in" | "notin" | "end";
interface Token {
  readonly kind: TokenKind;
  readonly literal: string;
}

const TOKEN = /[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^ \t\r\n=!(),<>]+))/y;
const END: Token = { kind: "end", literal: "" };
const OPERATORS: Partial<Record<TokenKind, LabelOperator>> = {
  in: "in",
  notin: "notin",
  "=": "=",
  "==": "==",
  "!=": "!=",
  ">": "gt",
  "<": "lt",
};

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, symbol, word = ""] = match;
    if (symbol !== undefined) tokens.push({ kind: symbol as TokenKind, literal: symbol });
    else tokens.push({ kind: word === "in" || word === "notin" ? word : "identifier", literal: word });
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  parse(): LabelRequirement[] {
    const requirements: LabelRequirement[] = [];
    for (;;) {
      const first = this.#peek();
      if (first.kind === "end") return requirements;
      if (first.kind !== "identifier" && first.kind !== "!") throw expected(first, "!, identifier, or 'end of string'");
      requirements.push(this.#requirement());
      const after = this.#next();
      if (after.kind === "end") return requirements;
      if (after.kind !== ",") throw expected(after, "',' or 'end of string'");
      const another = this.#peek();
      if (another.kind !== "identifier" && another.kind !== "!") throw expected(another, "identifier after ','");
    }
  }

  /** The token to come, where names and values stand: `in` and `notin` are plain words there. */
  #peek(): Token {
    const token = this.#tokens[this.#position] ?? END;
    return token.kind === "in" || token.kind === "notin" ? { kind: "identifier", literal: token.literal } : token;
  }

  #next(): Token {
    const token = this.#peek();
    this.#position++;
    return token;
  }

  #requirement(): LabelRequirement {
    try {
      return this.#bareRequirement();
    } catch (error) {
      if (error instanceof ParseError) throw new ParseError(`unable to parse requirement: ${error.message}`);
      throw error;
    }
  }

  #bareRequirement(): LabelRequirement {
    let name = this.#next();
    const absent = name.kind === "!";
    if (absent) name = this.#next();
    if (name.kind !== "identifier") throw expected(name, "identifier");
    const key = name.literal;
    const faults = keyErrors(key);
    if (faults.length > 0) throw new ParseError(aggregateText(faults));
    if (absent) return new LabelRequirement(key, "!");
    const { kind } = this.#peek();
    if (kind === "end" || kind === ",") return new LabelRequirement(key, "exists");
    const operator = this.#operator();
    return new LabelRequirement(key, operator, operator === "in" || operator === "notin" ? this.#values() : [this.#value()]);
  }

  #operator(): LabelOperator {
    const token = this.#tokens[this.#position++] ?? END;
    const operator = OPERATORS[token.kind];
    if (operator === undefined) throw expected(token, "in, notin, =, ==, !=, gt, lt");
    return operator;
  }

  #value(): string {
    const { kind } = this.#peek();
    if (kind === "end" || kind === ",") return "";
    const token = this.#next();
    if (token.kind !== "identifier") throw expected(token, "identifier");
    return token.literal;
  }

  #values(): string[] {
    const open = this.#next();
    if (open.kind !== "(") throw new ParseError(`found '${open.literal}' expected: '('`);
    const first = this.#peek();
    if (first.kind === ")") {
      this.#next();
      return [""];
    }
    if (first.kind !== "identifier" && first.kind !== ",") throw expected(first, "',', ')' or identifier");
    const values = this.#list();
    this.#next();
    return values;
  }

  /** `a,b` up to the closing bracket, which is left. Between two commas, and at either end, stands the empty value. */
  #list(): string[] {
    const values: string[] = [];
    for (;;) {
      const token = this.#next();
      if (token.kind === "identifier") {
        values.push(token.literal);
        const after = this.#peek();
        if (after.kind === ")") return values;
        if (after.kind !== ",") throw expected(after, "',' or ')'");
      } else if (token.kind === ",") {
        if (values.length === 0) values.push("");
        const after = this.#peek();
        if (after.kind === ")") {
          values.push("");
          return values;
        }
        if (after.kind === ",") {
          this.#next();
          values.push("");
        }
      } else {
        throw expected(token, "',', or identifier");
      }
    }
  }
}

const expected = (found: Token, what: string) => new ParseError(`found '${found.literal}', expected: ${what}`);

function keyErrors(key: string): FieldError[] {
  const faults = validateQualifiedName(key);
  return faults.length === 0 ? [] : [invalid(FieldPath.root, key, faults.join("; "))];
}

function wholeNumber(text: string): number | bigint | undefined {
  const number = readInt64(text);
  return typeof number === "string" ? undefined : number;
}
