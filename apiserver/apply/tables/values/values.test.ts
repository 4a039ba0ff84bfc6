import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../../apimachinery/json/decode-error.ts";
import { parseJson } from "../../../../apimachinery/json/parse.ts";
import { stringify } from "../../../../apimachinery/json/stringify.ts";
import { compareElements, valueElement } from "../../path-element.ts";
import { sameValue } from "../../shapes.ts";
import { malformed, mended, read } from "./json.ts";
import { inOrder } from "./order.ts";

/** Values: what the tests of sigs.k8s.io/structured-merge-diff (value/) go through, in data of our own. */
const places = inOrder.map((texts) => [texts].flat().map((text) => parseJson(text)));

describe("values in their order", () => {
  it.each(places.map((values, place) => [inOrder[place], values, place] as const))("%s", (_, values, place) => {
    for (const value of values) {
      for (const [otherPlace, others] of places.entries()) {
        for (const other of others) {
          expect(Math.sign(compareElements(valueElement(value), valueElement(other)))).toBe(Math.sign(place - otherPlace));
          expect(sameValue(value, other)).toBe(place === otherPlace);
        }
      }
    }
  });
});

describe("no JSON", () => {
  it.each(malformed)("%s", (_, texts) => {
    for (const text of texts) expect(() => parseJson(text), text).toThrow(DecodeError);
  });
});

it.each(read)("%j reads %s", (text, canonical) => {
  expect(stringify(parseJson(text))).toBe(canonical);
});

it.each(mended)("bytes %j read %s", (bytes, text) => {
  expect(stringify(parseJson(Uint8Array.from(bytes)))).toBe(text);
});
