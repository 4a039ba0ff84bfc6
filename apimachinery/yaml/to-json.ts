import { isUtf8 } from "node:buffer";
import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser } from "yaml";
import { DecodeError } from "../json/decode-error.ts";
import { parseJson } from "../json/parse.ts";
import { stringify } from "../json/stringify.ts";
import type { JsonValue } from "../json/value.ts";
import { YamlDecoder } from "./decode.ts";
import { checkCharacters, invalidUtf8, translate, YamlError } from "./yaml-error.ts";

export interface YamlAsJson {
  /** Members in the order of their names. */
  readonly json: string;
  /** `line 7: key "a" already set in map`: keys of one map that are the same, in the document's order. The last one wins. */
  readonly doubledKeys: readonly string[];
}

/**
 * The first document of a YAML text as JSON, by the rules of Kubernetes (sigs.k8s.io/yaml over go-yaml v2): YAML 1.1 scalars, keys of any
 * scalar type made texts, `<<` merged, aliases expanded within bounds. An empty text is null. Text that is JSON takes a short way.
 *
 * Throws a YamlError with go-yaml's text: `yaml: line 4: found character that cannot start any token`.
 */
export function yamlToJson(document: string | Uint8Array): YamlAsJson {
  const text = typeof document === "string" ? document : textOf(document);
  const plain = plainJson(text);
  if (plain !== undefined) return { json: stringify(plain), doubledKeys: [] };
  checkCharacters(text);
  try {
    const parsed = firstDocument(text);
    const problem = parsed?.errors[0];
    if (problem !== undefined) throw translate(problem, text);
    const decoder = new YamlDecoder(text);
    const value = parsed?.contents ? decoder.decode(parsed.contents as ParsedNode) : null;
    return { json: stringify(value), doubledKeys: decoder.doubledKeys };
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError("yaml: exceeded max depth of 10000");
    throw error;
  }
}

/** The same as a value, read as JSON is: what Kubernetes sees of a YAML document. */
export function parseYaml(document: string | Uint8Array): { value: JsonValue; doubledKeys: readonly string[] } {
  const text = typeof document === "string" ? document : textOf(document);
  const value = NUMBER_TO_REWRITE.test(text) ? undefined : plainJson(text);
  if (value !== undefined) return { value, doubledKeys: [] };
  const { json, doubledKeys } = yamlToJson(text);
  return { value: parseJson(json), doubledKeys };
}

/** What may be a number that is written differently on the way through JSON: `1.0` becomes `1`. */
const NUMBER_TO_REWRITE = /[:,[]\s*-(?:0|\d*[.eE])|[:,[]\s*\d+[.eE]/;

function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalidUtf8(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** What the text says, members in the order of their names, if it is an object of JSON without doubled members. */
function plainJson(text: string): JsonValue | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let doubled = false;
  try {
    const value = parseJson(text, {
      sorted: true,
      onDuplicate: () => {
        doubled = true;
      },
    });
    return doubled ? undefined : value;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** Documents behind the first one are not read, as in Kubernetes. Scalars are left as text. */
function firstDocument(text: string): Document.Parsed | undefined {
  const composer = new Composer({ version: "1.1", schema: "failsafe", merge: false, uniqueKeys: false, logLevel: "silent" });
  for (const document of composer.compose(boundedTokens(text), true, text.length)) return document as Document.Parsed;
  return undefined;
}

/**
 * How deep maps and lists may nest. go-yaml stops at 10,000; what composes them here recurses, and would overflow the stack before that,
 * which in the middle of compiling a regular expression ends the process.
 */
const MAX_DEPTH = 250;

/**
 * How many marks, blanks, scalars and ends of lines a text may have, some 20,000 lines. go-yaml knows no such limit; what parses here takes
 * a second for that many, in which nobody else is served. Text that is JSON, as kubectl sends it, does not come here.
 */
const MAX_LEXEMES = 100_000;

/** Stops at what nests too deep or is too much, so that a text of nothing but brackets costs no more than its first few hundred. */
function* boundedTokens(text: string): Generator<CST.Token> {
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > MAX_LEXEMES) throw new YamlError(`yaml: document has more than ${MAX_LEXEMES} tokens; send it as JSON`);
    yield* parser.next(lexeme);
    // what is being built: the document, and a map, list or scalar of every level
    if (parser.stack.length > MAX_DEPTH + 2) throw new YamlError("yaml: exceeded max depth of 10000");
  }
  yield* parser.end();
}
