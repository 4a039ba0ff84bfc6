import { resolve } from "./resolve.ts";

/** Lines longer than this are folded at the next blank. */
const WIDTH = 80;

/** Where a scalar stands. */
export interface Place {
  /** How many characters its line has before it. */
  readonly column: number;
  /** Where the lines go on that it is folded into. */
  readonly indent: number;
  /** A key is never folded, and has no block form. */
  readonly key: boolean;
}

/**
 * A text as a YAML scalar, in the form that go-yaml v2 chooses: a literal block for several lines, double quotes for what would read back as
 * something else than a text (`yes`, `12`, a date), plain where that is allowed, else single quotes, else double ones.
 */
export function emitString(text: string, place: Place): string {
  const { plain, single, block } = analyse(text);
  if (text.includes("\n")) return block && !place.key ? literal(text, place.indent) : doubleQuoted(text, place);
  if (!readsBackAsText(text)) return doubleQuoted(text, place);
  if (plain) return folded(text, place, "", (character) => character);
  if (single) return folded(text, place, "'", (character) => (character === "'" ? "''" : character));
  return doubleQuoted(text, place);
}

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function readsBackAsText(text: string): boolean {
  return resolve(text).type === "string" && !BASE_60.test(text) && !isTimestamp(text);
}

const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d)| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

function isTimestamp(text: string): boolean {
  const match = TIMESTAMP.exec(text);
  if (match === null) return false;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  const [hour = 0, minute = 0, second = 0] = match.slice(4).flatMap((part) => (part === undefined ? [] : [Number(part)]));
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
}

/** Which forms can hold the text (libyaml, yaml_emitter_analyze_scalar, outside of flow collections). */
function analyse(text: string): { plain: boolean; single: boolean; block: boolean } {
  if (text === "") return { plain: true, single: true, block: false };
  const special = NOT_PRINTABLE.test(text);
  const spaceBreak = / [\n\x85\u2028\u2029]/.test(text);
  const breakSpace = /[\n\x85\u2028\u2029] /.test(text);
  const anyBreak = /[\n\x85\u2028\u2029]/.test(text);
  const edges = /^[ \n\u2028\u2029]|[ \n\u2028\u2029]$/.test(text);
  const quotable = !special && !spaceBreak;
  return {
    plain: quotable && !edges && !anyBreak && !breakSpace && !INDICATORS.test(text),
    single: quotable && !breakSpace,
    block: quotable && !text.endsWith(" "),
  };
}

/** What libyaml's emitter takes for printable: no tab, no carriage return, nothing beyond the basic plane. */
const NOT_PRINTABLE = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** What has a meaning at the beginning of a plain scalar, or within it. */
const INDICATORS = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \n]|$)|:(?:[ \n]|$)|[ \n]#/;

/** Writes character by character, and breaks the line at a single blank once it is too long. */
function folded(text: string, { column, indent, key }: Place, quotes: string, spell: (character: string) => string): string {
  if (key || column + text.length + 2 * quotes.length <= WIDTH)
    return quotes + (quotes === "" ? text : [...text].map(spell).join("")) + quotes;
  const characters = [...text];
  let out = quotes;
  let at = column + quotes.length;
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    const alone = character === " " && characters[index - 1] !== " " && characters[index + 1] !== " ";
    if (alone && at > WIDTH && index > 0 && index < characters.length - 1) {
      out += `\n${" ".repeat(indent)}`;
      at = indent;
      continue;
    }
    const spelt = spell(character);
    out += spelt;
    at += spelt.length;
  }
  return out + quotes;
}

const ESCAPES: Record<string, string | undefined> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\u2028": "L",
  "\u2029": "P",
};

function escaped(character: string): string {
  const short = ESCAPES[character];
  if (short !== undefined) return `\\${short}`;
  if (!NOT_PRINTABLE.test(character)) return character;
  const code = character.codePointAt(0) as number;
  const [letter, width] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : (["U", 8] as const);
  return `\\${letter}${code
    .toString(16)
    .toUpperCase()
    .padStart(width as number, "0")}`;
}

/** Here a run of blanks can be broken too, with a backslash to keep those that follow. */
function doubleQuoted(text: string, { column, indent, key }: Place): string {
  const characters = [...text];
  let out = '"';
  let at = column + 1;
  let afterSpace = false;
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    const isSpace = character === " ";
    if (isSpace && !key && !afterSpace && at > WIDTH && index > 0 && index < characters.length - 1) {
      const more = characters[index + 1] === " ";
      out += `\n${" ".repeat(indent)}${more ? "\\" : ""}`;
      at = indent + (more ? 1 : 0);
    } else {
      const spelt = escaped(character);
      out += spelt;
      at += spelt.length;
    }
    afterSpace = isSpace;
  }
  return `${out}"`;
}

/** `|`, with a hint where the text begins with a blank or a break, and where it does not end with exactly one break. */
function literal(text: string, indent: number): string {
  const indentHint = /^[ \n]/.test(text) ? "2" : "";
  const chomping = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const lines = text.endsWith("\n") ? text.slice(0, -1).split("\n") : text.split("\n");
  return `|${indentHint}${chomping}${lines.map((line) => (line === "" ? "\n" : `\n${" ".repeat(indent)}${line}`)).join("")}`;
}
