import { quote } from "../go-text.ts";
import { JsonSyntaxError, JsonTypeError } from "./decode-error.ts";
import { MAX_DEPTH } from "./depth.ts";
import { byteAt, decodeUtf8 } from "./utf8.ts";
import { Float, type JsonObject, type JsonValue, setMember } from "./value.ts";

/** How deep objects and lists may nest that are passed over; one level more is a syntax error (encoding/json, maxNestingDepth). */
const MAX_SKIPPED_DEPTH = 10_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** What a value is, as far as its first character tells: Go's word for it in error texts. */
export type JsonKind = "object" | "array" | "string" | "number" | "bool" | "null";

export type OnDuplicate = (path: string) => void;

export interface ReadOptions {
  /** Told of every member that comes again, by its path from the value that is read: `spec.list[0].a`. The last one wins. */
  readonly onDuplicate?: OnDuplicate;
  /** Members in the order of their names instead of the document's. */
  readonly sorted?: boolean;
}

/**
 * Reads a JSON document from front to back, driven by whoever knows what should be there (Go's encoding/json, scanner and decoder).
 *
 *     {"a":[1,2]}
 *     kind() = "object", openObject() = true, key = "a"
 *     kind() = "array", openArray() = true
 *     readNumber() = "1", nextElement() = true, readNumber() = "2", nextElement() = false
 *     nextMember() = false, end()
 *
 * Every method throws a {@link JsonSyntaxError} where the document is none. Go checks the whole document before it looks at values, so a
 * value that does not fit its place must not end the reading: it is kept in {@link typeError}, and the reader goes on to the end.
 * Nesting is bounded: values that are kept may nest less deep than those that {@link skipValue} passes over, for which it does not recurse.
 */
export class JsonReader {
  readonly #text: string;
  readonly #bytes: Uint8Array | undefined;
  #at = 0;
  readonly #keptDepth: number;
  #depth = 0;
  #maxDepth: number;

  /** The name of the member whose value comes next. */
  key = "";
  /** The first value that did not fit. */
  typeError: JsonTypeError | undefined;

  /** @param keptDepth how deep values may nest that are kept */
  constructor(document: string | Uint8Array, keptDepth = MAX_DEPTH) {
    this.#keptDepth = keptDepth;
    this.#maxDepth = keptDepth;
    this.#text = typeof document === "string" ? document : decodeUtf8(document);
    this.#bytes = typeof document === "string" ? undefined : document;
  }

  /** Keeps the first error of a value's type. */
  fail(message: string): void {
    this.typeError ??= new JsonTypeError(message);
  }

  /** Judges the next value by its first character. */
  kind(): JsonKind {
    switch (this.#peek()) {
      case QUOTE:
        return "string";
      case OPEN_BRACE:
        return "object";
      case OPEN_BRACKET:
        return "array";
      case 0x6e:
        return "null";
      case 0x74:
      case 0x66:
        return "bool";
      default:
        return "number";
    }
  }

  /** Enters an object. True: its first member is {@link key}; false: it has none and is behind us. */
  openObject(): boolean {
    this.#open();
    if (this.#peek() === CLOSE_BRACE) return this.#close();
    this.#readKey();
    return true;
  }

  /** After a member's value. True: the next member is {@link key}; false: the object is behind us. */
  nextMember(): boolean {
    const character = this.#peek();
    if (character === CLOSE_BRACE) return this.#close();
    if (character !== COMMA) throw this.#unexpected("after object key:value pair");
    this.#at++;
    this.#peek();
    this.#readKey();
    return true;
  }

  /** Enters a list. False: it is empty and behind us. */
  openArray(): boolean {
    this.#open();
    return this.#peek() === CLOSE_BRACKET ? this.#close() : true;
  }

  /** After an element. False: the list is behind us. */
  nextElement(): boolean {
    const character = this.#peek();
    if (character === CLOSE_BRACKET) return this.#close();
    if (character !== COMMA) throw this.#unexpected("after array element");
    this.#at++;
    return true;
  }

  /** Nothing but blanks may follow. */
  end(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) throw this.#unexpected("after top-level value");
  }

  /** The next value is `null`, `true` or `false`. */
  readWord(): null | boolean {
    switch (this.#text.charCodeAt(this.#at)) {
      case 0x74:
        this.#expectWord("true");
        return true;
      case 0x66:
        this.#expectWord("false");
        return false;
      default:
        this.#expectWord("null");
        return null;
    }
  }

  /** A string, unescaped; a surrogate without its partner becomes U+FFFD. */
  readString(): string {
    const text = this.#text;
    const start = this.#at + 1;
    for (let at = start; ; at++) {
      const character = text.charCodeAt(at);
      if (character === QUOTE) {
        this.#at = at + 1;
        return text.slice(start, at);
      }
      if (character === BACKSLASH) return this.#readEscaped(start, at);
      if (!(character >= 0x20)) throw this.#badStringEnd(at);
    }
  }

  /** A number as it is spelled. */
  readNumber(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    if (text.charCodeAt(at) === MINUS) {
      at++;
      if (!isDigit(text.charCodeAt(at))) throw this.#unexpectedInScalar("in numeric literal", at);
    } else if (!isDigit(text.charCodeAt(at))) throw this.#unexpected("looking for beginning of value");
    if (text.charCodeAt(at) === 0x30) at++;
    else at = this.#skipDigits(at);
    if (text.charCodeAt(at) === 0x2e) {
      at++;
      if (!isDigit(text.charCodeAt(at))) throw this.#unexpectedInScalar("after decimal point in numeric literal", at);
      at = this.#skipDigits(at);
    }
    if ((text.charCodeAt(at) | 0x20) === 0x65) {
      at++;
      const sign = text.charCodeAt(at);
      if (sign === 0x2b || sign === MINUS) at++;
      if (!isDigit(text.charCodeAt(at))) throw this.#unexpectedInScalar("in exponent of numeric literal", at);
      at = this.#skipDigits(at);
    }
    this.#at = at;
    return text.slice(start, at);
  }

  /** Passes over a value of any kind; its syntax is checked all the same. */
  skipValue(): void {
    this.#maxDepth = MAX_SKIPPED_DEPTH;
    this.#skip();
    this.#maxDepth = this.#keptDepth;
  }

  #skip(): void {
    const objects: boolean[] = [];
    for (;;) {
      switch (this.kind()) {
        case "object":
          if (this.openObject()) {
            objects.push(true);
            continue;
          }
          break;
        case "array":
          if (this.openArray()) {
            objects.push(false);
            continue;
          }
          break;
        case "string":
          this.readString();
          break;
        case "number":
          this.readNumber();
          break;
        default:
          this.readWord();
      }
      for (;;) {
        if (objects.length === 0) return;
        if (objects[objects.length - 1] ? this.nextMember() : this.nextElement()) break;
        objects.pop();
      }
    }
  }

  /** A value of any kind. A number beyond float64 is a {@link typeError}. */
  readValue(options: ReadOptions = {}): JsonValue {
    return this.#read(options.onDuplicate, options.sorted === true, []);
  }

  /** `steps` is the way from the value that {@link readValue} was asked for. */
  #read(onDuplicate: OnDuplicate | undefined, sorted: boolean, steps: (string | number)[]): JsonValue {
    switch (this.#peek()) {
      case QUOTE:
        return this.readString();
      case OPEN_BRACE:
        return this.#readObject(onDuplicate, sorted, steps);
      case OPEN_BRACKET: {
        const list: JsonValue[] = [];
        const depth = steps.length;
        for (let more = this.openArray(); more; more = this.nextElement()) {
          steps[depth] = list.length;
          list.push(this.#read(onDuplicate, sorted, steps));
        }
        steps.length = depth;
        return list;
      }
      case 0x6e:
      case 0x74:
      case 0x66:
        return this.readWord();
      default:
        return this.#readNumberValue();
    }
  }

  #readObject(onDuplicate: OnDuplicate | undefined, sorted: boolean, steps: (string | number)[]): JsonObject {
    const object: JsonObject = {};
    const depth = steps.length;
    let last = "";
    let inOrder = true;
    for (let more = this.openObject(); more; more = this.nextMember()) {
      const { key } = this;
      steps[depth] = key;
      if (onDuplicate !== undefined && Object.hasOwn(object, key)) onDuplicate(pathOf(steps));
      if (key < last) inOrder = false;
      last = key;
      setMember(object, key, this.#read(onDuplicate, sorted, steps));
    }
    steps.length = depth;
    return sorted && !inOrder ? sortMembers(object) : object;
  }

  #readNumberValue(): JsonValue {
    const literal = this.readNumber();
    const value = numberOf(literal);
    if (value !== undefined) return value;
    this.fail(`json: cannot unmarshal number ${literal} into Go value of type float64`);
    return null;
  }

  #readEscaped(start: number, firstEscape: number): string {
    const text = this.#text;
    let out = text.slice(start, firstEscape);
    for (let at = firstEscape; ; ) {
      const character = text.charCodeAt(at);
      if (character === QUOTE) {
        this.#at = at + 1;
        return out;
      }
      if (character === BACKSLASH) {
        const letter = text.charCodeAt(at + 1);
        if (letter === 0x75) {
          const unit = this.#readHex(at + 2);
          at += 6;
          if ((unit & 0xf800) !== 0xd800) out += String.fromCharCode(unit);
          else {
            const low = unit < 0xdc00 && text.charCodeAt(at) === BACKSLASH && text.charCodeAt(at + 1) === 0x75 ? this.#readHex(at + 2) : 0;
            const paired = (low & 0xfc00) === 0xdc00;
            out += paired ? String.fromCharCode(unit, low) : "\ufffd";
            if (paired) at += 6;
          }
        } else {
          const plain = ESCAPES[text[at + 1] ?? ""];
          if (plain === undefined) throw this.#unexpectedInScalar("in string escape code", at + 1);
          out += plain;
          at += 2;
        }
      } else {
        const from = at;
        for (let c = character; c !== QUOTE && c !== BACKSLASH; c = text.charCodeAt(++at)) {
          if (!(c >= 0x20)) throw this.#badStringEnd(at);
        }
        out += text.slice(from, at);
      }
    }
  }

  #readHex(at: number): number {
    let unit = 0;
    for (let digit = at; digit < at + 4; digit++) {
      const character = this.#text.charCodeAt(digit);
      const lower = character | 0x20;
      if (isDigit(character)) unit = unit * 16 + character - 0x30;
      else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
      else throw this.#unexpectedInScalar("in \\u hexadecimal character escape", digit);
    }
    return unit;
  }

  #expectWord(word: string): void {
    for (let index = 0; index < word.length; index++) {
      if (this.#text.charCodeAt(this.#at + index) !== word.charCodeAt(index)) {
        throw this.#unexpectedInScalar(`in literal ${word} (expecting '${word[index]}')`, this.#at + index);
      }
    }
    this.#at += word.length;
  }

  #readKey(): void {
    if (this.#text.charCodeAt(this.#at) !== QUOTE) throw this.#unexpected("looking for beginning of object key string");
    this.key = this.readString();
    if (this.#peek() !== COLON) throw this.#unexpected("after object key");
    this.#at++;
  }

  #open(): void {
    if (++this.#depth > this.#maxDepth) throw this.#unexpected("exceeded max depth");
    this.#at++;
  }

  #close(): false {
    this.#depth--;
    this.#at++;
    return false;
  }

  #skipDigits(at: number): number {
    let end = at;
    while (isDigit(this.#text.charCodeAt(end))) end++;
    return end;
  }

  #skipBlanks(): void {
    for (;;) {
      const character = this.#text.charCodeAt(this.#at);
      if (character !== 0x20 && character !== 0x0a && character !== 0x0d && character !== 0x09) return;
      this.#at++;
    }
  }

  /** The next character that is no blank, still to be read. */
  #peek(): number {
    this.#skipBlanks();
    if (this.#at >= this.#text.length) throw new JsonSyntaxError("unexpected end of JSON input");
    return this.#text.charCodeAt(this.#at);
  }

  #badStringEnd(at: number): JsonSyntaxError {
    if (at >= this.#text.length) return new JsonSyntaxError("unexpected end of JSON input");
    return this.#unexpected("in string literal", at);
  }

  /** Go ends every document with a blank, which is what it finds in a number or word that is cut off. */
  #unexpectedInScalar(context: string, at: number): JsonSyntaxError {
    return at < this.#text.length ? this.#unexpected(context, at) : new JsonSyntaxError(`invalid character ' ' ${context}`);
  }

  #unexpected(context: string, at = this.#at): JsonSyntaxError {
    const code = this.#text.codePointAt(at) as number;
    return new JsonSyntaxError(`invalid character ${quoteByte(code < 0x80 ? code : this.#firstByte(code, at))} ${context}`);
  }

  /** Go looks at bytes: of a character beyond ASCII it names the first one. */
  #firstByte(code: number, at: number): number {
    const byte = this.#bytes === undefined ? undefined : byteAt(this.#bytes, at);
    return byte ?? (Buffer.from(String.fromCodePoint(code))[0] as number);
  }
}

const ESCAPES: Record<string, string | undefined> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

const isDigit = (character: number) => character >= 0x30 && character <= 0x39;

function quoteByte(byte: number): string {
  if (byte === 0x27) return "'\\''";
  if (byte === QUOTE) return "'\"'";
  return `'${quote(String.fromCharCode(byte)).slice(1, -1)}'`;
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** No int64 has more digits; to make a bigint of millions of them takes a second. */
const MAX_INT64_LENGTH = "-9223372036854775808".length;

/** The value of a number by the table in value.ts; undefined beyond float64. */
export function numberOf(literal: string): number | bigint | Float | undefined {
  if (literal.length <= 15) {
    const value = Number(literal);
    // Adding 0 makes the integer -0 a plain 0.
    if (isWhole(literal)) return value + 0;
    if (Number.isFinite(value)) return Number.isInteger(value) ? new Float(value) : value;
    return undefined;
  }
  if (literal.length <= MAX_INT64_LENGTH && isWhole(literal)) {
    const value = BigInt(literal);
    if (value >= MIN_INT64 && value <= MAX_INT64) {
      return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
    }
  }
  const value = Number(literal);
  if (!Number.isFinite(value)) return undefined;
  return Number.isInteger(value) ? new Float(value) : value;
}

/** No fraction and no exponent: what Go reads as an integer. */
export function isWhole(literal: string): boolean {
  for (let index = 0; index < literal.length; index++) {
    const character = literal.charCodeAt(index);
    if (character === 0x2e || (character | 0x20) === 0x65) return false;
  }
  return true;
}

/** `spec.list[0].a`: steps are names and indices. */
export function pathOf(steps: readonly (string | number)[]): string {
  let path = "";
  for (const step of steps) path += typeof step === "number" ? `[${step}]` : path === "" ? step : `.${step}`;
  return path;
}

/** The same members in the order of their names. */
export function sortMembers<T>(object: { [name: string]: T }): { [name: string]: T } {
  const sorted: { [name: string]: T } = {};
  for (const name of Object.keys(object).sort()) setMember(sorted, name, object[name]);
  return sorted;
}
