import { isUtf8 } from "node:buffer";
import { Composer, type CST, type Document, type ParsedNode, Parser } from "yaml";
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
  const json = asJson(text);
  if (json !== undefined) return { json, doubledKeys: [] };
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
  const { json, doubledKeys } = yamlToJson(document);
  return { value: parseJson(json), doubledKeys };
}

function textOf(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) throw invalidUtf8(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

/** The text as canonical JSON if it is an object of JSON without doubled members. */
function asJson(text: string): string | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  let doubled = false;
  try {
    const value = parseJson(text, {
      sorted: true,
      onDuplicate: () => {
        doubled = true;
      },
    });
    return doubled ? undefined : stringify(value);
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

function* boundedTokens(text: string): Generator<CST.Token> {
  for (const token of new Parser().parse(text)) {
    checkDepth(token);
    yield token;
  }
}

/** Looks at one level of tokens after the other. */
function checkDepth(document: CST.Token): void {
  let level: CST.Token[] = [document];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new YamlError("yaml: exceeded max depth of 10000");
    const next: CST.Token[] = [];
    for (const token of level) {
      if (token.type === "document") push(next, token.value);
      else if ("items" in token) {
        for (const item of token.items) {
          push(next, "key" in item ? item.key : undefined);
          push(next, item.value);
        }
      }
    }
    level = next;
  }
}

function push(tokens: CST.Token[], token: CST.Token | null | undefined): void {
  if (token?.type === "document" || (token && "items" in token)) tokens.push(token);
}
