import { expect, test } from "vitest";
import { MAX_DEPTH } from "./depth.ts";
import { JsonSyntaxError, JsonTypeError, parseCanonical, parseJson } from "./parse.ts";
import { JsonReader } from "./reader.ts";
import { stringify } from "./stringify.ts";
import { Float, type JsonObject, type JsonValue } from "./value.ts";

const bytes = (...values: number[]) => Buffer.from(values);
const inText = (...values: number[]) => Buffer.concat([Buffer.from('"'), bytes(...values), Buffer.from('"')]);

test.each<[string, JsonValue]>([
  ["5", 5],
  ["-0", 0],
  ["9007199254740991", 9007199254740991],
  ["9007199254740993", 9007199254740993n],
  ["9223372036854775807", 9223372036854775807n],
  ["-9223372036854775808", -9223372036854775808n],
  ["9223372036854775808", new Float(2 ** 63)],
  ["5.0", new Float(5)],
  ["1e18", new Float(1e18)],
  ["0.25", 0.25],
  ["1e-7", 1e-7],
  ["1e-400", new Float(0)],
  ["[null,true,false,[],{}]", [null, true, false, [], {}]],
  [' {"a" : "b" , "c":[ 1 ,2 ] }\r\n\t', { a: "b", c: [1, 2] }],
  [String.raw`"\"\\\/\b\f\n\r\t<>&\u2028\u00e9\ud83d\ude00"`, '"\\/\b\f\n\r\t<>&\u2028é😀'],
])("%s keeps its value", (text, value) => {
  expect(parseJson(text)).toStrictEqual(value);
  expect(parseJson(Buffer.from(text))).toStrictEqual(value);
});

test.each([
  ["", "unexpected end of JSON input"],
  ["  \n ", "unexpected end of JSON input"],
  ["{", "unexpected end of JSON input"],
  ['{"a"', "unexpected end of JSON input"],
  ['{"a":', "unexpected end of JSON input"],
  ['{"a":1', "unexpected end of JSON input"],
  ['{"a":"Conf', "unexpected end of JSON input"],
  ["hello", "invalid character 'h' looking for beginning of value"],
  ["+1", "invalid character '+' looking for beginning of value"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ["{/* x */}", "invalid character '/' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":01}', "invalid character '1' after object key:value pair"],
  ["[1 2]", "invalid character '2' after array element"],
  ["{} x", "invalid character 'x' after top-level value"],
  ['{}"', "invalid character '\"' after top-level value"],
  ["nul", "invalid character ' ' in literal null (expecting 'l')"],
  ["no", "invalid character 'o' in literal null (expecting 'u')"],
  ["trUe", "invalid character 'U' in literal true (expecting 'u')"],
  ["-", "invalid character ' ' in numeric literal"],
  ["-a", "invalid character 'a' in numeric literal"],
  ["1.", "invalid character ' ' after decimal point in numeric literal"],
  ["1e+x", "invalid character 'x' in exponent of numeric literal"],
  ['"\\x41"', "invalid character 'x' in string escape code"],
  ['"\\u12"', "invalid character '\"' in \\u hexadecimal character escape"],
  ['"a\tb"', "invalid character '\\t' in string literal"],
  ['"\u0001"', "invalid character '\\x01' in string literal"],
  ['"\\n\u0000"', "invalid character '\\x00' in string literal"],
  ["é", "invalid character 'Ã' looking for beginning of value"],
])("%j is refused in Go's words", (text, message) => {
  expect(() => parseJson(text)).toThrow(new JsonSyntaxError(message));
  expect(() => parseJson(Buffer.from(text))).toThrow(new JsonSyntaxError(message));
});

test("an error names the byte that was sent, whatever it is", () => {
  expect(() => parseJson(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d))).toThrow("invalid character 'ï' looking");
  expect(() => parseJson(bytes(0xff, 0xfe, 0x7b, 0x00))).toThrow("invalid character 'ÿ' looking");
  expect(() => parseJson(bytes(0x5b, 0x22, 0xf0, 0x9f, 0x98, 0x80, 0x22, 0xc0))).toThrow("invalid character 'À' after array element");
});

test.each([
  ["a byte that is none", inText(0xff), "\ufffd"],
  ["a cut character", inText(0xe2, 0x82), "\ufffd\ufffd"],
  ["an overlong slash", inText(0xc0, 0xaf), "\ufffd\ufffd"],
  ["a surrogate", inText(0xed, 0xa0, 0xbd), "\ufffd\ufffd\ufffd"],
  ["beyond Unicode", inText(0xf4, 0x90, 0x80, 0x80), "\ufffd\ufffd\ufffd\ufffd"],
  ["a good one between", inText(0xff, 0xe2, 0x82, 0xac, 0xff), "\ufffd€\ufffd"],
])("bytes that are no UTF-8 become replacement characters one by one: %s", (_, document, text) => {
  expect(parseJson(document)).toBe(text);
});

test("a surrogate without its partner becomes a replacement character", () => {
  expect(parseJson('"\\ud83d!"')).toBe("\ufffd!");
  expect(parseJson('"\\ude00\\ud83d"')).toBe("\ufffd\ufffd");
  expect(parseJson('"\\ud83d\\ud83d\\ude00"')).toBe("\ufffd😀");
});

test("values that are kept may nest 500 deep, those that are skipped as deep as in Go", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const message = "invalid character '[' exceeded max depth";
  expect(stringify(parseJson(nested(500)))).toBe(nested(500));
  expect(() => parseJson(nested(501))).toThrow(new JsonSyntaxError(message));
  expect(() => new JsonReader(nested(10_000)).skipValue()).not.toThrow();
  expect(() => new JsonReader("[".repeat(10_001)).skipValue()).toThrow(new JsonSyntaxError(message));
});

test("what was let in is read again, long numbers or not, with the field ownership that nests deeper than the object", () => {
  for (const number of ["7", "1234567890123456789"]) {
    const stored = `${'{"f:a":'.repeat(MAX_DEPTH + 5)}${number}${"}".repeat(MAX_DEPTH + 5)}`;
    expect(stringify(parseCanonical(stored))).toBe(stored);
  }
});

test("a number beyond float64 is an error of its type, but broken syntax comes first", () => {
  const message = "json: cannot unmarshal number 1e400 into Go value of type float64";
  expect(() => parseJson('{"a":1e400}')).toThrow(new JsonTypeError(message));
  expect(() => parseJson('{"a":1e400')).toThrow(JsonSyntaxError);
  expect(() => parseJson(`-${"9".repeat(400)}`)).toThrow(JsonTypeError);
});

test("doubled members are told by their path in the document's order, and the last one wins", () => {
  const found: string[] = [];
  const value = parseJson('{"spec":{"a":1,"a":2},"l":[{},{"b":1,"b":2}],"spec":{"c":{"d":1,"d":2}}}', {
    onDuplicate: (path) => found.push(path),
  });
  expect(value).toEqual({ spec: { c: { d: 2 } }, l: [{}, { b: 2 }] });
  expect(found).toEqual(["spec.a", "l[1].b", "spec", "spec.c.d"]);
});

test("members named like JavaScript's own are members like any other", () => {
  const value = parseJson('{"__proto__":{"polluted":1},"constructor":2,"toString":3}', { sorted: true }) as JsonObject;
  expect(Object.keys(value)).toEqual(["__proto__", "constructor", "toString"]);
  expect((value as { polluted?: number }).polluted).toBeUndefined();
  expect(stringify(value)).toBe('{"__proto__":{"polluted":1},"constructor":2,"toString":3}');
  const found: string[] = [];
  parseJson('{"__proto__":1,"valueOf":1,"__proto__":2}', { onDuplicate: (path) => found.push(path) });
  expect(found).toEqual(["__proto__"]);
});

test("members can be put in order", () => {
  expect(stringify(parseJson('{"b":{"d":1,"c":2},"a":[{"f":1,"e":2}]}', { sorted: true }))).toBe('{"a":[{"e":2,"f":1}],"b":{"c":2,"d":1}}');
});

test("stored bytes are read natively where that is safe, and without loss where it is not", () => {
  expect(parseCanonical(Buffer.from('{"a":"é","b":[1,0.5,1e-7]}'))).toEqual({ a: "é", b: [1, 0.5, 1e-7] });
  expect(parseCanonical('{"a":9007199254740993}')).toEqual({ a: 9007199254740993n });
  expect(parseCanonical('{"a":1e+21}')).toStrictEqual({ a: new Float(1e21) });
});

test("random documents survive, and agree with the native parser", () => {
  const random = generator(20260304);
  for (let round = 0; round < 400; round++) {
    const value = randomValue(random, 4);
    const text = JSON.stringify(value, null, random() < 0.3 ? 2 : 0);
    expect(stringify(parseJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    expect(parseJson(Buffer.from(text))).toEqual(parseJson(text));
  }
});

test("every piece cut off a document is a syntax error", () => {
  const text = '{"a":[1.5e3,"x\\u00e9",true,null],"b":{"c":-7}}';
  for (let end = 0; end < text.length; end++) expect(() => parseJson(text.slice(0, end))).toThrow(JsonSyntaxError);
});

/** A small linear congruential generator: the same documents in every run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

function randomValue(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth === 0 ? 6 : 8));
  const count = Math.floor(random() * 5);
  switch (pick) {
    case 0:
      return null;
    case 1:
      return random() < 0.5;
    case 2:
      return Math.floor((random() - 0.5) * 2 ** 53);
    case 3:
      return (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
    case 4:
    case 5:
      return Array.from({ length: count * 3 }, () => String.fromCodePoint(Math.floor(random() ** 4 * 0xd7ff))).join("");
    case 6:
      return Array.from({ length: count }, () => randomValue(random, depth - 1));
    default:
      return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}"é`, randomValue(random, depth - 1)]));
  }
}

test("a number of millions of digits is told to be too large, and is not counted out", () => {
  const digits = "9".repeat(3_000_000);
  expect(() => parseJson(digits)).toThrow(/^json: cannot unmarshal number 9+ into Go value of type float64$/);
  expect(parseJson(`0.${digits}`)).toEqual(new Float(1));
});
