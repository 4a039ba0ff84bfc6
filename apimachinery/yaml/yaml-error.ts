import type { YAMLError } from "yaml";
import { DecodeError } from "../json/decode-error.ts";

/** A document that is no YAML, in go-yaml's words: `yaml: line 4: did not find expected key`. */
export class YamlError extends DecodeError {
  constructor(message: string) {
    super(message);
    this.name = "YamlError";
  }
}

/**
 * go-yaml's word for what the parser found. Its two halves count lines differently: the scanner from 1, the parser above it from 0; and line 0
 * is not told at all. (goyaml.v2, decode.go: parser.fail)
 */
export function translate(error: YAMLError, text: string): YamlError {
  const { problem, scanner } = problemOf(error, text);
  const atEnd = problem === UNTERMINATED || problem === NO_NODE || /^did not find expected ',' or/.test(problem);
  // the end of a text is at the beginning of a line
  const last = atEnd && !scanner && !text.endsWith("\n") ? 1 : 0;
  const line = lineOf(text, atEnd ? text.length : error.pos[0]) + last;
  if (line === 0) return new YamlError(`yaml: ${problem}`);
  return new YamlError(`yaml: line ${scanner ? line + 1 : line}: ${problem}`);
}

const UNTERMINATED = "found unexpected end of stream";
const NO_NODE = "did not find expected node content";

function problemOf({ code, message, pos }: YAMLError, text: string): { problem: string; scanner: boolean } {
  const scanner = (problem: string) => ({ problem, scanner: true });
  const parser = (problem: string) => ({ problem, scanner: false });
  switch (code) {
    case "TAB_AS_INDENT":
      // a plain scalar goes on in the next line, and there the tab is met
      if (/[^\s:"'|>\]}[{,-][ ]*\n\s*$/.test(text.slice(0, pos[0]))) return scanner("found a tab character that violates indentation");
      return scanner("found character that cannot start any token");
    case "BAD_SCALAR_START":
      return scanner("found character that cannot start any token");
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return scanner("mapping values are not allowed in this context");
    case "BAD_DQ_ESCAPE":
      return scanner("found unknown escape character");
    case "BAD_ALIAS":
      return scanner("did not find expected alphabetic or numeric character");
    case "KEY_OVER_1024_CHARS":
      return scanner("could not find expected ':'");
    case "RESOURCE_EXHAUSTION":
      return { problem: "exceeded max depth of 10000", scanner: false };
    case "BAD_INDENT":
      if (/flow/i.test(message)) return parser(unclosed(message.includes("sequence"), text));
      return parser(/sequence/i.test(message) ? "did not find expected '-' indicator" : "did not find expected key");
    case "MISSING_CHAR":
      if (/closing .?quote/.test(message)) return scanner(UNTERMINATED);
      if (/flow (sequence|map)|end with (a )?[\]}]/.test(message)) return parser(unclosed(/flow sequence|\]/.test(message), text));
      if (/Implicit map keys/.test(message)) return scanner("could not find expected ':'");
      return parser("did not find expected <document start>");
    default:
      return parser(NO_NODE);
  }
}

/** What a list or a map in brackets lacks at the end of the text: behind a bracket or a comma an item, behind an item what ends it. */
function unclosed(list: boolean, text: string): string {
  if (/[[{,]\s*$/.test(text)) return NO_NODE;
  return `did not find expected ',' or '${list ? "]" : "}"}'`;
}

/** The line of an offset, from 0; counted from another offset if that is given. */
export function lineOf(text: string, offset: number, from = 0): number {
  let line = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}

/** Characters that YAML does not allow; the mark at the beginning of a text is none of it. */
const NOT_PRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Throws for text that go-yaml's reader refuses, before anything else is looked at. */
export function checkCharacters(text: string): void {
  if (NOT_PRINTABLE.test(text.startsWith("\ufeff") ? text.slice(1) : text)) throw new YamlError("yaml: control characters are not allowed");
}

/** go-yaml's word for the first byte that is not of a well-formed character. */
export function invalidUtf8(bytes: Uint8Array): YamlError {
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at] as number;
    const width = first < 0x80 ? 1 : first >> 5 === 6 ? 2 : first >> 4 === 14 ? 3 : first >> 3 === 30 ? 4 : 0;
    if (width === 0) return new YamlError("yaml: invalid leading UTF-8 octet");
    if (at + width > bytes.length) return new YamlError("yaml: incomplete UTF-8 octet sequence");
    let value = width === 1 ? first : first & (0xff >> (width + 1));
    for (let next = at + 1; next < at + width; next++) {
      const octet = bytes[next] as number;
      if (octet >> 6 !== 2) return new YamlError("yaml: invalid trailing UTF-8 octet");
      value = (value << 6) | (octet & 0x3f);
    }
    const shortest = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
    if (shortest !== width) return new YamlError("yaml: invalid length of a UTF-8 sequence");
    if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff) return new YamlError("yaml: invalid Unicode character");
    at += width;
  }
  return new YamlError("yaml: invalid UTF-8");
}
