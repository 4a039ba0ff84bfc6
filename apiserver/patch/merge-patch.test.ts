import { describe, expect, it } from "vitest";
import { parseJson } from "../../apimachinery/json/parse.ts";
import { stringify } from "../../apimachinery/json/stringify.ts";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { StatusError } from "../../apimachinery/status/status.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { readPatchDocument } from "./patch-document.ts";

function merge(object: string, body: string, options = {}): string {
  try {
    return stringify(applyMergePatch(parseJson(object) as JsonObject, readPatchDocument(Buffer.from(body)).value, options));
  } catch (error) {
    if (error instanceof StatusError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

describe("merge patch", () => {
  it.each([
    ["merges objects and removes with null", '{"a":{"b":1,"c":2}}', '{"a":{"b":null,"d":3}}', '{"a":{"c":2,"d":3}}'],
    ["replaces lists and scalars", '{"a":[1,2],"b":1}', '{"a":[3],"b":{"c":1}}', '{"a":[3],"b":{"c":1}}'],
    ["removes nothing where there is nothing", '{"a":1}', '{"b":null}', '{"a":1}'],
    ["keeps nulls out of new objects, within lists too", "{}", '{"a":{"b":null,"c":[null,{"d":null}]}}', '{"a":{"c":[null,{}]}}'],
    ["takes what replaces an object as it is", '{"a":{}}', '{"a":[{"b":null}]}', '{"a":[{"b":null}]}'],
    ["keeps integers beyond 2^53", '{"a":9007199254740993}', '{"b":9007199254740995}', '{"a":9007199254740993,"b":9007199254740995}'],
    ["sets __proto__ as a plain member", "{}", '{"__proto__":{"x":1}}', '{"__proto__":{"x":1}}'],
  ])("%s", (_, object, patch, result) => {
    expect(merge(object, patch)).toBe(result);
  });

  it("is refused when it is no object", () => {
    const unmarshal = (type: string) =>
      `400: error decoding patch: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    expect(merge("{}", "[]")).toBe(unmarshal("array"));
    expect(merge("{}", "1")).toBe(unmarshal("number"));
    expect(merge("{}", '"x"')).toBe(unmarshal("string"));
    expect(merge("{}", "true")).toBe(unmarshal("bool"));
    expect(merge("{}", "null")).toBe("400: Invalid JSON Patch");
    expect(merge("{}", "1", { lenient: true })).toBe("400: Invalid JSON Patch");
    expect(merge("{}", "[1]", { lenient: true })).toBe("[1]");
    expect(merge("{}", '{"a":1} {}')).toBe("400: invalid JSON patch");
    expect(merge("{}", `{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}`)).toBe("400: invalid JSON patch");
  });

  it("leaves the object as it is, and shares what it does not come to", () => {
    const object: JsonObject = { data: { a: "1" }, metadata: { name: "x" } };
    const same = applyMergePatch(object, { data: { a: "1", b: null } }) as JsonObject;
    expect(same).toEqual(object);
    expect(same.data).not.toBe(object.data);
    const changed = applyMergePatch(object, { data: { a: "2" } }) as JsonObject;
    expect(changed.metadata).toBe(object.metadata);
    expect(object).toEqual({ data: { a: "1" }, metadata: { name: "x" } });
  });
});
