import { describe, expect, expectTypeOf, it } from "vitest";
import {
  anyObject,
  boolean,
  bytes,
  dateTime,
  int32,
  int64,
  keyedList,
  list,
  map,
  number,
  object,
  oneOf,
  optional,
  quantity,
  type Static,
  string,
} from "./typed-schema.ts";

const schema = object("Everything.", {
  text: string("A text.", { minLength: 1 }),
  mode: oneOf("A choice.", ["Auto", "Policy"]),
  count: optional(int32("A number.", { default: 5 })),
  large: optional(int64()),
  ratio: optional(number()),
  on: optional(boolean()),
  at: optional(dateTime()),
  raw: optional(bytes()),
  amount: optional(quantity("An amount.")),
  labels: optional(map("Labels.", string())),
  names: list("Names.", string()),
  ports: optional(keyedList("Ports.", ["name"], object("A port.", { name: string("Its name."), port: optional(int32("Its number.")) }))),
  rest: optional(anyObject("Anything.")),
});

describe("typed schemas", () => {
  it("give TypeScript the type of the values they admit", () => {
    expectTypeOf<Static<typeof schema>>().toEqualTypeOf<{
      text: string;
      mode: "Auto" | "Policy";
      count?: number;
      large?: number;
      ratio?: number;
      on?: boolean;
      at?: string;
      raw?: string;
      amount?: number | string;
      labels?: Record<string, string>;
      names: string[];
      ports?: { name: string; port?: number }[];
      rest?: Record<string, unknown>;
    }>();
  });

  it("are plain structural schemas", () => {
    expect(object("One.", { b: string("B."), a: oneOf("A.", ["x"]), c: optional(map("C.", quantity())) })).toEqual({
      type: "object",
      description: "One.",
      required: ["a", "b"],
      properties: {
        b: { type: "string", description: "B." },
        a: { type: "string", description: "A.", enum: ["x"] },
        c: {
          type: "object",
          description: "C.",
          additionalProperties: {
            anyOf: [{ type: "integer" }, { type: "string" }],
            pattern: expect.stringMatching(/^\^.*\$$/),
            "x-kubernetes-int-or-string": true,
          },
        },
      },
    });
  });

  it("leave out what is empty: descriptions of items, required, properties", () => {
    expect(object("Nothing.", {})).toEqual({ type: "object", description: "Nothing." });
    expect(list("Texts.", string())).toEqual({ type: "array", description: "Texts.", items: { type: "string" } });
    expect(object("One.", { a: optional(string("A.")) })).not.toHaveProperty("required");
  });

  it("may stand in several places, required here and optional there", () => {
    const name = string("A name.");
    expect(object("One.", { name })).toHaveProperty("required", ["name"]);
    expect(object("Another.", { name: optional(name) })).toEqual({ type: "object", description: "Another.", properties: { name } });
  });

  it("serialise without a trace of their types", () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
