import { describe, expect, it } from "vitest";
import { MAX_DEPTH } from "../../apimachinery/json/depth.ts";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { parseJsonPatch } from "./json-patch-document.ts";
import { readPatchDocument } from "./patch-document.ts";

const read = (body: string, options = {}) => parseJsonPatch(readPatchDocument(Buffer.from(body)), options);

/** The result as JSON, or `code: message`. */
function patch(object: string, operations: unknown, options = {}): string {
  try {
    const { operations: parsed } = read(typeof operations === "string" ? operations : JSON.stringify(operations), options);
    return stringify(applyJsonPatch(parseJson(object) as JsonObject, parsed));
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const FAILS = "422: the server rejected our request due to an error in our request";

describe("JSON patch", () => {
  it.each([
    ["adds", { op: "add", path: "/b", value: 2 }, '{"a":1,"b":2}'],
    ["adds null where there is no value", { op: "add", path: "/b" }, '{"a":1,"b":null}'],
    ["replaces, or adds what is missing", { op: "replace", path: "/b", value: 2 }, '{"a":1,"b":2}'],
    ["removes", { op: "remove", path: "/a" }, "{}"],
    ["does not remove what is missing", { op: "remove", path: "/b" }, FAILS],
    ["moves", { op: "move", from: "/a", path: "/b" }, '{"b":1}'],
    ["does not move what is missing", { op: "move", from: "/c", path: "/b" }, FAILS],
    ["copies", { op: "copy", from: "/a", path: "/b" }, '{"a":1,"b":1}'],
    ["copies null from what is missing", { op: "copy", from: "/c", path: "/b" }, '{"a":1,"b":null}'],
    ["tests", { op: "test", path: "/a", value: 1 }, '{"a":1}'],
    ["tests that a missing member is null", { op: "test", path: "/b", value: null }, '{"a":1}'],
    ["fails a test without a value", { op: "test", path: "/a" }, FAILS],
    ["fails a test of another type", { op: "test", path: "/a", value: "1" }, FAILS],
    ["needs the parent", { op: "add", path: "/b/c", value: 1 }, FAILS],
    ["does not look into scalars", { op: "add", path: "/a/c", value: 1 }, FAILS],
    ["needs a slash", { op: "add", path: "b", value: 1 }, FAILS],
    ["ignores what stands before the first slash", { op: "add", path: "x/b", value: 1 }, '{"a":1,"b":1}'],
    ["replaces the whole document", { op: "replace", path: "", value: { c: 1 } }, '{"c":1}'],
    ["replaces it by an array even", { op: "replace", path: "", value: [] }, "[]"],
    ["does not replace it by a scalar", { op: "replace", path: "", value: 1 }, FAILS],
    ["removes nothing by an empty path", { op: "remove", path: "" }, FAILS],
    ["knows no operation in upper case", { op: "ADD", path: "/b", value: 1 }, FAILS],
    ["needs a path", { op: "add", value: 1 }, FAILS],
    ["sets __proto__ as a plain member", { op: "add", path: "/__proto__", value: { x: 1 } }, '{"a":1,"__proto__":{"x":1}}'],
    ["does not walk into prototypes", { op: "add", path: "/constructor/x", value: 1 }, FAILS],
  ])("%s", (_, operation, result) => {
    expect(patch('{"a":1}', [operation])).toBe(result);
  });

  it.each([
    ["/l/0", "[9,1,2,3]"],
    ["/l/3", "[1,2,3,9]"],
    ["/l/-", "[1,2,3,9]"],
    ["/l/-1", "[1,2,3,9]"],
    ["/l/-2", "[1,2,9,3]"],
    ["/l/00", "[9,1,2,3]"],
    ["/l/+1", "[1,9,2,3]"],
    ["/l/4", undefined],
    ["/l/-5", undefined],
    ["/l/x", undefined],
    ["/l/1.0", undefined],
  ])("adds to a list at %s", (path, list) => {
    expect(patch('{"l":[1,2,3]}', [{ op: "add", path, value: 9 }])).toBe(list === undefined ? FAILS : `{"l":${list}}`);
  });

  it("takes no - for an item that exists, but negative indices", () => {
    expect(patch('{"l":[1,2]}', [{ op: "remove", path: "/l/-" }])).toBe(FAILS);
    expect(patch('{"l":[1,2]}', [{ op: "remove", path: "/l/-1" }])).toBe('{"l":[1]}');
    expect(patch('{"l":[1,2]}', [{ op: "replace", path: "/l/-2", value: 0 }])).toBe('{"l":[0,2]}');
    expect(patch('{"l":[1,2]}', [{ op: "move", from: "/l/0", path: "/l/-" }])).toBe('{"l":[2,1]}');
  });

  it("resolves ~1 and ~0, in that order", () => {
    const object = '{"a/b":1,"c~d":1,"~1":1,"":1}';
    const operations = ["/a~1b", "/c~0d", "/~01", "/"].map((path) => ({ op: "test", path, value: 1 }));
    expect(patch(object, operations)).toBe(object);
  });

  it("compares numbers as they are spelled", () => {
    const test = (value: string) =>
      patch('{"n":1.5,"i":3}', `[{"op":"test","path":"/${value.includes("5") ? "n" : "i"}","value":${value}}]`);
    expect(test("1.5")).not.toBe(FAILS);
    expect(test("15e-1")).toBe(FAILS);
    expect(test("1.50")).toBe(FAILS);
    expect(test("3")).not.toBe(FAILS);
    expect(test("3.0")).toBe(FAILS);
    expect(patch('{"v":"1.50 \\" 2e3"}', '[{"op":"test","path":"/v","value":"1.50 \\" 2e3"}]')).not.toBe(FAILS);
  });

  it("leaves the object and the patch as they are, and shares what it does not touch", () => {
    const object = parseJson('{"a":{"x":1},"b":{"y":[1]}}') as JsonObject;
    const { operations } = read(
      '[{"op":"add","path":"/c","value":{"z":1}},{"op":"add","path":"/c/w","value":2},{"op":"copy","from":"/c","path":"/d"},{"op":"add","path":"/d/v","value":3},{"op":"remove","path":"/a/x"}]',
    );
    const once = applyJsonPatch(object, operations) as JsonObject;
    expect(once).toEqual({ a: {}, b: { y: [1] }, c: { z: 1, w: 2 }, d: { z: 1, w: 2, v: 3 } });
    expect(applyJsonPatch(object, operations)).toEqual(once);
    expect(stringify(object)).toBe('{"a":{"x":1},"b":{"y":[1]}}');
    expect(once.b).toBe(object.b);
  });

  it("is refused when it is no list of objects", () => {
    expect(patch("{}", "null")).toBe("{}");
    expect(patch("{}", "[null]")).toBe(FAILS);
    expect(patch("{}", "{}")).toBe("400: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp");
    expect(patch("{}", '["add"]')).toBe(
      "400: error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp",
    );
    expect(patch("{}", '[{"op":1}]')).toBe(
      "400: error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string",
    );
    expect(patch("{}", "{}", { lenient: true })).toBe("400: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
    expect(patch("{}", '[{"op":1}]', { lenient: true })).toBe(FAILS);
    expect(patch("{}", "[{")).toBe("400: invalid JSON patch");
    expect(patch("{}", "")).toBe("400: invalid JSON patch");
  });

  it("reports members of operations that are unknown or come twice", () => {
    const body = '[{"op":"add","path":"/a","value":1,"note":2},{"op":"add","path":"/a","value":{"b":1,"b":2}}]';
    expect(read(body).strictErrors).toEqual(['json patch unknown field "[0].note"', 'json patch duplicate field "[1].value.b"']);
  });

  it("takes ten thousand operations, and not one more", () => {
    const operations = Array.from({ length: 10_000 }, (_, index) => ({ op: "add", path: `/data/k${index % 500}`, value: "x" }));
    expect(patch('{"data":{}}', operations)).toHaveLength(500 * 11 - 110 + 10);
    expect(patch("{}", [...operations, operations[0]])).toBe(
      "413: Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
    );
  });

  it("limits what copies add, and how deep operations may nest and make an object nest", () => {
    const doubling = Array.from({ length: 40 }, (_, index) => ({ op: "copy", from: "/a", path: `/a/k${index}` }));
    expect(patch(`{"a":{"x":"${"y".repeat(100)}"}}`, doubling)).toBe(FAILS);
    const nesting = (levels: number) =>
      Array.from({ length: levels - 1 }, () => [
        { op: "add", path: "/b", value: {} },
        { op: "move", from: "/a", path: "/b/a" },
        { op: "move", from: "/b", path: "/a" },
      ]).flat();
    const deepest = `${'{"a":'.repeat(MAX_DEPTH)}1${"}".repeat(MAX_DEPTH)}`;
    expect(patch('{"a":1}', nesting(MAX_DEPTH))).toBe(deepest);
    expect(patch('{"a":1}', nesting(MAX_DEPTH + 1))).toBe(FAILS);
    const wrap = [{ op: "copy", from: "/a", path: "/a/a" }];
    expect(patch(`${'{"a":'.repeat(MAX_DEPTH - 1)}{}${"}".repeat(MAX_DEPTH - 1)}`, wrap)).toBe(FAILS);
    expect(patch("{}", `[{"op":"add","path":"/a","value":${"[".repeat(5_000)}${"]".repeat(5_000)}}]`)).toBe("400: invalid JSON patch");
  });
});

describe("a JSON patch of a long list", () => {
  const at = (path: string, count: number) => [
    { op: "add", path: "/l", value: Array.from({ length: 50_000 }, () => 0) },
    ...Array.from({ length: count }, () => ({ op: "add", path, value: 1 })),
  ];

  it("may add at its head, and at its end as often as there may be operations", () => {
    expect(JSON.parse(patch("{}", at("/l/0", 1_000))).l).toHaveLength(51_000);
    expect(JSON.parse(patch("{}", at("/l/-", 9_999))).l).toHaveLength(59_999);
  });

  it("may not move more items than takes a moment", () => {
    expect(patch("{}", at("/l/0", 3_000))).toBe(FAILS);
  });
});
