import { isUtf8 } from "node:buffer";
import { type Token, Tokenizer } from "cborg";
import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { MAX_DEPTH } from "../../../apimachinery/json/depth.ts";

/** A body with more data items would keep everybody waiting for seconds. No object that makes sense comes near. */
const MAX_ITEMS = 500_000;

/** Tags that say how a byte string within them is written as text. */
const TEXT_FORMS: ReadonlyMap<number, BufferEncoding> = new Map([
  [21, "base64url"],
  [22, "base64"],
  [23, "hex"],
]);

/** A list or a map that is not at its end. */
interface Open {
  readonly map: boolean;
  /** Infinity where the document does not say how many there are. */
  left: number;
  index: number;
  /** The keys of a map so far. */
  keys: Set<string> | undefined;
  /** How byte strings in it are written; undefined where they are text. */
  readonly form: BufferEncoding | undefined;
}

/**
 * A CBOR document as JSON text, with what Kubernetes makes of it (k8s.io/apimachinery, pkg/runtime/serializer/cbor): text and byte strings are
 * both text, a float stays one (`5.0`), times with their tag become RFC 3339, bytes with the tag of base64 become that. What JSON cannot say is
 * refused: NaN, infinities, undefined, keys that are no text, integers beyond int64; and so are doubled keys, which are an error here whatever
 * `fieldValidation` says.
 *
 * @throws DecodeError
 */
export function cborToJson(body: Uint8Array): string {
  const tokens = new TokenReader(body);
  const open: Open[] = [];
  let json = "";

  for (;;) {
    const frame = open.at(-1);
    if (frame !== undefined && (frame.left === 0 || tokens.skipBreak(frame.left === Number.POSITIVE_INFINITY))) {
      json += frame.map ? "}" : "]";
      open.pop();
    } else {
      if (frame !== undefined) {
        frame.left--;
        if (frame.index > 0) json += ",";
        if (frame.map) json += `${JSON.stringify(keyOf(tokens, frame))}:`;
        frame.index++;
      }
      let form = frame?.form;
      let token = tokens.next();
      while (token.type.name === "tag" && token.value !== 0 && token.value !== 1) {
        form = TEXT_FORMS.get(token.value) ?? form;
        if (token.value === 2 || token.value === 3) throw unacceptable("tag", "bignum");
        token = tokens.next();
      }
      switch (token.type.name) {
        case "array":
        case "map": {
          const map = token.type.name === "map";
          open.push({ map, left: token.value, index: 0, keys: undefined, form });
          if (open.length > MAX_DEPTH) throw new DecodeError(`cbor: exceeded max nested level ${MAX_DEPTH}`);
          json += map ? "{" : "[";
          continue;
        }
        case "tag":
          json += JSON.stringify(time(token.value, tokens.next()));
          break;
        default:
          json += scalar(token, form);
      }
    }
    if (open.length === 0) break;
  }
  tokens.end();
  return json;
}

/** Reads the tokens of a document, with the decoder's own words for what is none. */
class TokenReader {
  readonly #body: Uint8Array;
  readonly #tokens: Tokenizer;
  #items = 0;

  constructor(body: Uint8Array) {
    this.#body = body;
    this.#tokens = new Tokenizer(body, { allowBigInt: true, retainStringBytes: true });
  }

  next(): Token {
    if (++this.#items > MAX_ITEMS) throw new DecodeError(`cbor: more than ${MAX_ITEMS} data items`);
    if (this.#tokens.done()) throw new DecodeError(this.#tokens.pos() === 0 ? "EOF" : "unexpected EOF");
    const at = this.#tokens.pos();
    const simple = this.#body[at] as number;
    if ((simple >= 0xe0 && simple <= 0xf3) || simple === 0xf7 || simple === 0xf8) {
      const value = simple === 0xf8 ? this.#body[at + 1] : simple - 0xe0;
      throw unacceptable("primitives", `simple value ${value} is not recognized`);
    }
    try {
      return this.#tokens.next();
    } catch (error) {
      const reason = (error as Error).message.replace(/^CBOR decode error: /, "");
      throw new DecodeError(reason.includes("not enough data") ? "unexpected EOF" : `cbor: ${reason}`);
    }
  }

  /** Whether the end of a list or map of unknown length is next, which is gone then. */
  skipBreak(awaited: boolean): boolean {
    if (!awaited || this.#body[this.#tokens.pos()] !== 0xff) return false;
    this.#tokens.next();
    return true;
  }

  /** Nothing may follow a document. */
  end(): void {
    const at = this.#tokens.pos();
    const rest = this.#body.length - at;
    if (rest > 0) throw new DecodeError(`cbor: ${rest} bytes of extraneous data starting at index ${at}`);
  }
}

function keyOf(tokens: TokenReader, frame: Open): string {
  const token = tokens.next();
  if (token.type.name !== "string" && token.type.name !== "bytes") {
    throw new DecodeError(`cbor: cannot unmarshal ${nameOf(token)} into Go value of type string`);
  }
  const key = text(token);
  frame.keys ??= new Set();
  if (frame.keys.has(key))
    throw new DecodeError(`cbor: found duplicate map key ${JSON.stringify(key)} at map element index ${frame.index}`);
  frame.keys.add(key);
  return key;
}

function scalar(token: Token, form: BufferEncoding | undefined): string {
  switch (token.type.name) {
    case "uint":
    case "negint":
      return integer(token);
    case "float":
      return float(token.value);
    case "true":
    case "false":
    case "null":
      return token.type.name;
    case "string":
      return JSON.stringify(text(token));
    case "bytes":
      return JSON.stringify(form === undefined ? text(token) : Buffer.from(token.value).toString(form));
    default:
      throw new DecodeError(`cbor: unexpected "break" code`);
  }
}

const MAX_INT64 = 2n ** 63n - 1n;

function integer(token: Token): string {
  const value = BigInt(token.value);
  if (value <= MAX_INT64 && value >= -MAX_INT64 - 1n) return String(value);
  throw new DecodeError(`cbor: cannot unmarshal ${nameOf(token)} into Go value of type int64 (${value} overflows Go's int64)`);
}

/** With a point or an exponent, so that it is read as a float again. */
function float(value: number): string {
  if (Number.isNaN(value)) throw unacceptable("primitives", "floating-point NaN");
  if (!Number.isFinite(value)) throw unacceptable("primitives", "floating-point infinity");
  const digits = Object.is(value, -0) ? "-0" : String(value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

/** Text has to be UTF-8; of bytes nothing is promised, and what is no UTF-8 in them becomes the replacement character, as in JSON. */
function text(token: Token): string {
  if (token.type.name === "bytes") return Buffer.from(token.value as Uint8Array).toString("utf8");
  if (token.byteValue !== undefined && !isUtf8(token.byteValue)) throw new DecodeError("cbor: invalid UTF-8 string");
  return token.value;
}

/** What stands within the tag of a time: RFC 3339 as text, or seconds since the epoch. */
function time(tag: number, token: Token): string {
  const { name } = token.type;
  if (tag === 0) {
    if (name !== "string" && name !== "bytes")
      throw new DecodeError(`cbor: tag number 0 must be followed by text string, got ${nameOf(token)}`);
    const written = text(token);
    if (Number.isNaN(Date.parse(written))) throw new DecodeError(`cbor: cannot set ${written} for time.Time`);
    return written;
  }
  if (name !== "uint" && name !== "negint" && name !== "float") {
    throw new DecodeError(`cbor: tag number 1 must be followed by integer or floating-point number, got ${nameOf(token)}`);
  }
  const moment = new Date(Number(token.value) * 1000);
  if (Number.isNaN(moment.getTime())) throw new DecodeError(`cbor: cannot set ${token.value} for time.Time`);
  return moment.toISOString().replace(/(\.\d*?)0+Z$/, (_, fraction: string) => (fraction === "." ? "Z" : `${fraction}Z`));
}

const NAMES: Readonly<Record<string, string>> = {
  uint: "positive integer",
  negint: "negative integer",
  bytes: "byte string",
  string: "UTF-8 text string",
  array: "array",
  map: "map",
  tag: "tag",
};

/** What Go's decoder calls it. */
const nameOf = ({ type }: Token): string => NAMES[type.name] ?? "primitives";

const unacceptable = (type: string, what: string) =>
  new DecodeError(`cbor: data item of cbor type ${type} is not accepted by protocol: ${what}`);
