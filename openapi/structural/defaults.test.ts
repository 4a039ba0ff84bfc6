import { expect, test } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import type { Schema } from "../../apis/schema.ts";
import { applyDefaults } from "./defaults.ts";
import { dropNulls } from "./prune.ts";

const schema: Schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      default: {},
      properties: {
        a: { type: "string", default: "A" },
        n: { type: "integer", default: 3, nullable: true },
        o: { type: "object", properties: { x: { type: "integer", default: 1 } } },
        od: { type: "object", default: {}, properties: { x: { type: "integer", default: 1 } } },
        l: { type: "array", items: { type: "object", properties: { k: { type: "string", default: "K" } } } },
        ld: { type: "array", items: { type: "string", default: "item" }, default: ["one"] },
        m: {
          type: "object",
          additionalProperties: { type: "object", default: { y: 2 }, properties: { z: { type: "integer", default: 9 } } },
        },
        f: { type: "boolean", default: false },
        none: { type: "string", default: null },
      },
    },
  },
};

function defaulted(object: JsonObject): JsonObject {
  dropNulls(schema, object);
  applyDefaults(schema, object);
  return object;
}
const all = { a: "A", n: 3, od: { x: 1 }, ld: ["one"], f: false };

test("missing fields get their default, down into what was put in", () => {
  expect(defaulted({})).toEqual({ spec: all });
});

test("an object that is not there and has no default stays away", () => {
  expect(defaulted({ spec: { o: null } })).toEqual({ spec: all });
  expect(defaulted({ spec: { o: {} } })).toEqual({ spec: { ...all, o: { x: 1 } } });
});

test("what was given wins, null only where it is nullable", () => {
  expect(defaulted({ spec: { a: "", n: null, f: true, ld: [], od: { x: 5 } } })).toEqual({
    spec: { a: "", n: null, f: true, ld: [], od: { x: 5 } },
  });
  expect(defaulted({ spec: { a: null } })).toEqual({ spec: all });
});

test("list items and map values are filled in, null ones replaced where there is a default", () => {
  expect(defaulted({ spec: { l: [{}, null], ld: [null], m: { a: {}, b: null } } })).toEqual({
    spec: { ...all, l: [{ k: "K" }, null], ld: ["item"], m: { a: { z: 9 }, b: { y: 2, z: 9 } } },
  });
});

test("every object gets a copy of its own", () => {
  const first = defaulted({}) as { spec: { ld: string[] } };
  first.spec.ld.push("two");
  expect(defaulted({})).toEqual({ spec: all });
});
