import { decode, encode, Tokenizer } from "cborg";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../../../apimachinery/json/decode-error.ts";
import { MAX_DEPTH } from "../../../apimachinery/json/depth.ts";
import { parseJson } from "../../../apimachinery/json/parse.ts";
import { stringify } from "../../../apimachinery/json/stringify.ts";
import { Float } from "../../../apimachinery/json/value.ts";
import { secret } from "../../../apis/core/v1/secret.ts";
import { cborToJson } from "./decode.ts";
import { encodeCbor, encodeCborEvent, encodeCborItem, encodeCborList } from "./encode.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const read = (hex: string) => cborToJson(bytes(hex));

describe("cborToJson", () => {
  it.each([
    ["null", "f6", "null"],
    ["what describes itself", "d9d9f7 a1 41 61 01", '{"a":1}'],
    ["text and bytes as keys and values", "a2 61 61 41 62 41 63 61 64", '{"a":"b","c":"d"}'],
    ["lists within lists", "82 80 81 82 01 20", "[[],[[1,-1]]]"],
    ["lists and maps of unknown length", "bf 61 61 9f 01 02 ff 61 62 bf ff ff", '{"a":[1,2],"b":{}}'],
    ["the longest integers", "82 1b 7fffffffffffffff 3b 7fffffffffffffff", "[9223372036854775807,-9223372036854775808]"],
    ["floats, which stay floats", "84 f9 3c00 fb 3ff199999999999a f9 8000 fb 444b1ae4d6e2ef50", "[1.0,1.1,-0.0,1e+21]"],
    ["bytes that are base64 where they are text", "d6 43 010203", '"AQID"'],
    ["the same for all within a list", "d7 82 42 ff00 61 78", '["ff00","x"]'],
    ["times as text", "c0 74 323031332d30332d32315432303a30343a30305a", '"2013-03-21T20:04:00Z"'],
    ["times as seconds", "82 c1 1a 514b67b0 c1 fb 41d452d9ec200000", '["2013-03-21T20:04:00Z","2013-03-21T20:04:00.5Z"]'],
    ["other tags as what is in them", "d8 2a 01", "1"],
    ["what is no UTF-8 in bytes as replacement characters", "41 ff", '"\ufffd"'],
    ["characters of every plane", "64 f09f9880", '"😀"'],
  ])("reads %s", (_what, hex, json) => {
    expect(read(hex)).toBe(json);
  });

  it.each([
    ["nothing", "", "EOF"],
    ["the half of a document", "a2 61 61 01", "unexpected EOF"],
    ["half a string", "63 61", "unexpected EOF"],
    ["more than a document", "01 02 03", "cbor: 2 bytes of extraneous data starting at index 1"],
    ["doubled keys", "a2 61 61 01 41 61 02", 'cbor: found duplicate map key "a" at map element index 1'],
    ["keys that are no text", "a1 01 02", "cbor: cannot unmarshal positive integer into Go value of type string"],
    [
      "integers that are too long",
      "1b 8000000000000000",
      "cbor: cannot unmarshal positive integer into Go value of type int64 (9223372036854775808 overflows Go's int64)",
    ],
    [
      "negative ones",
      "3b 8000000000000000",
      "cbor: cannot unmarshal negative integer into Go value of type int64 (-9223372036854775809 overflows Go's int64)",
    ],
    ["NaN", "f9 7e00", "cbor: data item of cbor type primitives is not accepted by protocol: floating-point NaN"],
    ["infinity", "f9 7c00", "cbor: data item of cbor type primitives is not accepted by protocol: floating-point infinity"],
    ["undefined", "f7", "cbor: data item of cbor type primitives is not accepted by protocol: simple value 23 is not recognized"],
    ["simple values", "f8 ff", "cbor: data item of cbor type primitives is not accepted by protocol: simple value 255 is not recognized"],
    ["long numbers with their tag", "c2 41 01", "cbor: data item of cbor type tag is not accepted by protocol: bignum"],
    ["text that is no UTF-8", "61 ff", "cbor: invalid UTF-8 string"],
    ["an end of what did not begin", "81 ff", 'cbor: unexpected "break" code'],
    ["a time that is none", "c0 61 78", "cbor: cannot set x for time.Time"],
  ])("refuses %s", (_what, hex, why) => {
    expect(() => read(hex)).toThrow(new DecodeError(why));
  });

  it("reads as many levels as of JSON, and no more", () => {
    expect(cborToJson(Buffer.concat([Buffer.alloc(MAX_DEPTH - 1, 0x81), bytes("80")]))).toBe("[".repeat(MAX_DEPTH) + "]".repeat(MAX_DEPTH));
    expect(() => cborToJson(Buffer.alloc(3_000_000, 0x81))).toThrow(`cbor: exceeded max nested level ${MAX_DEPTH}`);
  });

  it("reads half a million items and no more", () => {
    const zeros = (count: number) => Buffer.concat([bytes("9a"), bytes(count.toString(16).padStart(8, "0")), Buffer.alloc(count)]);
    expect(JSON.parse(cborToJson(zeros(499_999)))).toHaveLength(499_999);
    expect(() => cborToJson(zeros(500_000))).toThrow(new DecodeError("cbor: more than 500000 data items"));
  });

  it("throws nothing else, whatever the bytes", () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const whole = Buffer.from(encode({ a: [1, -2, 0.5, "x", { b: null, c: true }], d: new Uint8Array([1, 2]) }));
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      const document = Buffer.from(whole.subarray(0, 1 + random(whole.length)));
      for (let flips = random(4); flips >= 0; flips--) document[random(document.length)] = random(256);
      try {
        JSON.parse(cborToJson(document));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(10_000);
  });
});

describe("CBOR that is written", () => {
  const object = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s", labels: { ä: "ö" } },
    data: { a: "AQID" },
    other: [1, -5, 0.5, new Float(5), 2n ** 60n, true, null],
  };

  it("says that it is, in strings of bytes", () => {
    expect(encodeCbor({ a: "ö", b: 1 }).toString("hex")).toBe("d9d9f7a2416142c3b6416201");
  });

  it("is read as what it was", () => {
    expect(stringify(parseJson(cborToJson(encodeCbor(object, secret))))).toBe(stringify(object));
    expect(parseJson(cborToJson(encodeCbor({ a: new Float(5) })))).toEqual({ a: new Float(5) });
  });

  it("has bytes where the kind has them", () => {
    expect(encodeCbor(object, secret).includes(bytes("d6 43 010203"))).toBe(true);
    expect(encodeCbor(object).includes("AQID")).toBe(true);
  });

  it("is an event whose object says so too", () => {
    const event = encodeCborEvent("ADDED", { kind: "x" }, secret);
    expect(event.toString("hex")).toBe("d9d9f7a24474797065454144444544466f626a656374d9d9f7a1446b696e644178");
  });

  it.each([0, 1, 23, 24, 300, 70_000])("is a list of %i in pieces", (count) => {
    const items = Array.from({ length: count }, () => encodeCborItem({ n: 1 }, undefined));
    const list = Buffer.concat(encodeCborList({ kind: "List", items: [] }, items));
    const { items: found } = JSON.parse(cborToJson(list));
    expect(found).toHaveLength(count);
    expect(found[count - 1]).toEqual(count === 0 ? undefined : { n: 1 });
  });

  it("is what another decoder reads", () => {
    const document = encodeCbor({ a: 1, b: [new Float(2)] });
    expect(new Tokenizer(document).next().value).toBe(55_799);
    expect([...(decode(document.subarray(3), { useMaps: true }) as Map<Uint8Array, unknown>).values()]).toEqual([1, [2]]);
  });
});
