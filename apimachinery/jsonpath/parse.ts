import { quote } from "../go-text.ts";
import { readInt64 } from "../query/scalars.ts";
import { ParseError } from "../validation/parse-error.ts";

/**
 * The JSONPath dialect of printer columns and kubectl (k8s.io/client-go, util/jsonpath/parser.go), made into steps.
 *
 *     .status.conditions[?(@.type=="Ready")].status
 *       field "status", field "conditions", filter (left: field "type"; "=="; right: text "Ready"), field "status"
 *
 *     .metadata.labels.example\.com/a        field "example.com/a": a backslash takes the next character into the name
 *     .list[-1]  .list[1:3]  .list[::2]      slice; a single index is a slice of one
 *     .spec['one','two']  .list[0,2]         union of steps, each a bracket of its own
 *     .list[*]  .map.*  ..name               all elements, all members, all descendants
 */
export type Step =
  | { readonly type: "field"; readonly name: string }
  | { readonly type: "slice"; readonly from: number | undefined; readonly to: number | "one" | undefined; readonly step: number }
  | { readonly type: "filter"; readonly left: readonly Step[]; readonly operator: FilterOperator; readonly right: readonly Step[] }
  | { readonly type: "union"; readonly branches: readonly (readonly Step[])[] }
  | { readonly type: "wildcard" }
  | { readonly type: "recursive" }
  /** Text, a number or a truth value: replaces what was found so far. */
  | { readonly type: "constant"; readonly value: Constant }
  | { readonly type: "unknown"; readonly word: string };

/** `float` tells `2.0` from `2`, which are of different kinds in comparisons. */
export type Constant =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "int"; readonly value: number | bigint }
  | { readonly kind: "float"; readonly value: number };

export const FILTER_OPERATORS = ["exists", "==", "!=", "<", "<=", ">", ">="] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/**
 * The steps of a path, `.spec.a` without braces.
 *
 * @throws ParseError saying where the path goes wrong
 */
export function parseSteps(path: string): Step[] {
  return new Parser(`${path}}`).parse();
}

const LETTER = /[_\p{L}\p{Nd}]/u;
const TERMINATOR = /[ \t\r\n.,[\]$@{}]/;

class Parser {
  /** The path and the brace that ends it. */
  readonly #input: string;
  #position = 0;
  readonly #steps: Step[] = [];

  constructor(input: string) {
    this.#input = input;
  }

  /** Up to the closing brace; what follows it is another action, whose results no column shows. */
  parse(): Step[] {
    for (;;) {
      const rest = this.#input.slice(this.#position, this.#position + 3);
      const next = rest[0];
      if (next === "}") return this.#steps;
      if (next === undefined || next === "\n" || next === "\r") throw new ParseError("unclosed action");
      if (rest === "[?(") this.#filter();
      else if (rest.startsWith("..")) this.#recursive();
      else if (next === " " || next === "@" || next === "$") this.#position++;
      else if (next === "[") this.#brackets();
      else if (next === '"' || next === "'") this.#quoted(next);
      else if (next === ".") this.#field(this.#position + 1);
      else if (/[-+0-9]/.test(next)) this.#number();
      else if (LETTER.test(next)) this.#word();
      else throw new ParseError(`unrecognized character in action: ${quote(next)}`);
    }
  }

  #field(start: number): void {
    let end = start;
    for (; end < this.#input.length; end++) {
      const character = this.#input[end] as string;
      if (character === "\\") end++;
      else if (TERMINATOR.test(character)) break;
    }
    const name = this.#input.slice(start, end);
    this.#position = Math.min(end, this.#input.length);
    this.#steps.push(name === "*" ? { type: "wildcard" } : { type: "field", name: name.replaceAll("\\", "") });
  }

  #recursive(): void {
    if (this.#steps.at(-1)?.type === "recursive") throw new ParseError("invalid multiple recursive descent");
    this.#position += 2;
    this.#steps.push({ type: "recursive" });
    if (LETTER.test(this.#input[this.#position] ?? "")) this.#field(this.#position);
  }

  #word(): void {
    const start = this.#position;
    while (this.#position < this.#input.length && !TERMINATOR.test(this.#input[this.#position] as string)) this.#position++;
    const word = this.#input.slice(start, this.#position);
    if (word === "true" || word === "false") this.#constant({ kind: "bool", value: word === "true" });
    else this.#steps.push({ type: "unknown", word });
  }

  #number(): void {
    const text = /^[-+]?[.0-9]*/.exec(this.#input.slice(this.#position))?.[0] ?? "";
    this.#position += text.length;
    const whole = readInt64(text);
    if (typeof whole !== "string") this.#constant({ kind: "int", value: whole });
    else if (!/[0-9]/.test(text) || Number.isNaN(Number(text))) throw new ParseError(`cannot parse number ${text}`);
    else this.#constant({ kind: "float", value: Number(text) });
  }

  #quoted(mark: string): void {
    const start = this.#position;
    let end = start + 1;
    while (this.#input[end] !== mark || this.#input[end - 1] === "\\") {
      if (end >= this.#input.length || this.#input[end] === "\n") throw new ParseError("unterminated quoted string");
      end++;
    }
    this.#position = end + 1;
    this.#constant({ kind: "text", value: unescapeQuoted(this.#input.slice(start + 1, end), mark) });
  }

  #constant(value: Constant): void {
    this.#steps.push({ type: "constant", value });
  }

  #brackets(): void {
    const end = this.#input.indexOf("]", this.#position);
    if (end === -1) throw new ParseError("unterminated array");
    const text = this.#input.slice(this.#position + 1, end);
    if (text.includes("\n")) throw new ParseError("unterminated array");
    this.#position = end + 1;
    const parts = text.split(",");
    if (parts.length === 1) this.#steps.push(...bracketSteps(text));
    else this.#steps.push({ type: "union", branches: parts.map((part) => bracketSteps(withoutBlanks(part))) });
  }

  #filter(): void {
    const start = this.#position + 3;
    const end = this.#filterEnd(start);
    if (this.#input[end + 1] !== "]") throw new ParseError("unclosed array expect ]");
    this.#position = end + 2;
    const text = this.#input.slice(start, end);
    const comparison = /^([^!<>=]+)([!<>=]+)([^\n]+)$/.exec(text);
    if (comparison === null) {
      this.#steps.push({ type: "filter", left: parseSteps(text), operator: "exists", right: [] });
      return;
    }
    const [, left = "", operator = "", right = ""] = comparison;
    this.#steps.push({ type: "filter", left: parseSteps(left), operator: operator as FilterOperator, right: parseSteps(right) });
  }

  /** Where the `)` of a filter stands: the first outside of its one quoted text. */
  #filterEnd(start: number): number {
    let mark: string | undefined;
    let closed = false;
    for (let i = start; i < this.#input.length && this.#input[i] !== "\n"; i++) {
      const character = this.#input[i];
      if (character === '"' || character === "'") {
        if (mark === undefined) mark = character;
        else if (character === mark && this.#input[i - 1] !== "\\") closed = true;
      } else if (character === ")" && closed === (mark !== undefined)) return i;
    }
    throw new ParseError("unterminated filter");
  }
}

/** What stands between brackets, without a comma: a name in quotes, a star, an index or a slice. */
function bracketSteps(text: string): Step[] {
  const key = /^'([^']*)'$/.exec(text)?.[1];
  if (key !== undefined) return parseSteps(`.${key}`);
  const slice = /^(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?$/.exec(text === "*" ? ":" : text);
  if (slice === null) throw new ParseError(`invalid array index ${text}`);
  const [, from = "", to, step] = slice;
  return [
    {
      type: "slice",
      from: from === "" ? undefined : index(from),
      to: to === undefined ? "one" : to === ":" ? undefined : index(to.slice(1)),
      step: step === undefined || step === ":" ? 1 : index(step.slice(1)),
    },
  ];
}

function index(text: string): number {
  const value = Number(text);
  if (!/[0-9]/.test(text) || !Number.isSafeInteger(value)) throw new ParseError(`array index ${text} is not a number`);
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = { a: "\u0007", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\" };

/** Go's escapes between the quotation marks given. */
function unescapeQuoted(text: string, mark: string): string {
  const wrong = () => new ParseError(`unquote string ${mark}${text}${mark} error invalid syntax`);
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]?))/g,
    (_, x, u, long, octal, simple) => {
      if (simple === undefined) {
        const code = octal === undefined ? Number.parseInt(x ?? u ?? long, 16) : Number.parseInt(octal, 8);
        if (code > 0x10ffff || (octal !== undefined && code > 255)) throw wrong();
        return String.fromCodePoint(code);
      }
      const plain = simple === mark ? mark : ESCAPES[simple];
      if (plain === undefined) throw wrong();
      return plain;
    },
  );
}

function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (text[start] === " ") start++;
  while (end > start && text[end - 1] === " ") end--;
  return text.slice(start, end);
}
