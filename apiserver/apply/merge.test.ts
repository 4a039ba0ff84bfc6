import { describe, expect, it } from "vitest";
import { mergeObjects } from "./merge.ts";
import { box, boxOf } from "./testing/box.ts";
import { typeOfKind } from "./value-type.ts";

const merged = (live: object, config: object) => mergeObjects(typeOfKind(box), boxOf(live), boxOf(config)).spec;

describe("a configuration over a live object", () => {
  it.each<[string, object, object, object]>([
    ["sets values and keeps others", { text: "a", size: 1 }, { text: "b" }, { text: "b", size: 1 }],
    ["merges maps", { limits: { a: "1", b: "1" } }, { limits: { b: "2" } }, { limits: { a: "1", b: "2" } }],
    [
      "replaces what is atomic",
      { args: ["a"], selector: { a: "1" } },
      { args: ["b"], selector: { b: "1" } },
      { args: ["b"], selector: { b: "1" } },
    ],
    ["takes null for a map as nothing", { limits: { a: "1" } }, { limits: null }, { limits: { a: "1" } }],
    ["takes null for what no schema declares as it is", { free: { a: ["x"] } }, { free: { a: null } }, { free: { a: null } }],
    ["takes an empty list over none", {}, { set: [] }, { set: [] }],
    [
      "merges items by their keys",
      { ports: [{ port: 80, name: "a" }] },
      { ports: [{ port: 80, protocol: "TCP" }] },
      {
        ports: [{ port: 80, name: "a", protocol: "TCP" }],
      },
    ],
  ])("%s", (_, live, config, expected) => {
    expect(merged(live, config)).toEqual(expected);
  });

  it.each([
    ["", "ab", "ab"],
    ["ab", "", "ab"],
    ["abcd", "cxa", "bcdxa"],
    ["abc", "cba", "cba"],
    ["abc", "bx", "abcx"],
    ["ab", "xaybz", "xaybz"],
    ["abcde", "eb", "acdeb"],
  ])("of %s and %s makes the list %s", (live, config, expected) => {
    const { set } = merged({ set: [...live] }, { set: [...config] }) as { set: string[] };
    expect(set.join("")).toBe(expected);
  });

  it("keeps twins of the live list, but for what is configured", () => {
    const twins = [
      { port: 80, name: "one" },
      { port: 80, name: "two" },
    ];
    expect(merged({ ports: twins }, { ports: [{ port: 81 }] })).toEqual({ ports: [...twins, { port: 81 }] });
  });
});
