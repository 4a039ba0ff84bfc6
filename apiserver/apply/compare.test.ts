import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../apimachinery/json/value.ts";
import { Float } from "../../apimachinery/json/value.ts";
import { compare, Untypable } from "./compare.ts";
import { box, boxOf } from "./testing/box.ts";
import { typeOfKind } from "./value-type.ts";

const type = typeOfKind(box);
/** What changes within the spec, empty sets left out. */
function changes(before: object, after: object): Record<string, unknown> {
  const found = Object.entries(compare(type, boxOf(before), boxOf(after))) as [string, JsonObject][];
  return Object.fromEntries(found.filter(([, set]) => set["f:spec"] !== undefined).map(([name, set]) => [name, set["f:spec"]]));
}

describe("between two states", () => {
  it.each<[string, object, object, object]>([
    ["a value is modified", { text: "a" }, { text: "b" }, { modified: { "f:text": {} } }],
    ["a member comes and one goes", { text: "a" }, { size: 1 }, { added: { "f:size": {} }, removed: { "f:text": {} } }],
    ["numbers are compared as such", { size: 1 }, { size: new Float(1) }, {}],
    ["a map that comes counts itself", {}, { limits: { a: "1" } }, { added: { "f:limits": { ".": {}, "f:a": {} } } }],
    ["a map that is there does not", { limits: {} }, { limits: { a: "1" } }, { added: { "f:limits": { "f:a": {} } } }],
    ["an empty map that comes is one field", {}, { limits: {} }, { added: { "f:limits": {} } }],
    ["an atomic map is modified as one", { selector: { a: "1" } }, { selector: { a: "1", b: "2" } }, { modified: { "f:selector": {} } }],
    ["an atomic list too", { args: ["a"] }, { args: ["a", "b"] }, { modified: { "f:args": {} } }],
    [
      "a set changes by its items",
      { set: ["a", "b"] },
      { set: ["b", "c"] },
      { added: { "f:set": { 'v:"c"': {} } }, removed: { "f:set": { 'v:"a"': {} } } },
    ],
    ["the order of a set is no change", { set: ["a", "b"] }, { set: ["b", "a"] }, {}],
    [
      "an item is told by its keys, defaults included",
      { ports: [{ port: 80, name: "a" }] },
      { ports: [{ port: 80, protocol: "TCP", name: "b" }] },
      {
        added: { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:protocol": {} } } },
        modified: { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:name": {} } } },
      },
    ],
    [
      "items of the same keys count as one value",
      { ports: [{ port: 80 }] },
      { ports: [{ port: 80 }, { port: 80, name: "twin" }] },
      {
        added: { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': {} } },
        removed: { "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { ".": {}, "f:port": {} } } },
      },
    ],
    [
      "what is undeclared goes by its value",
      { free: { a: 1, l: [1] } },
      { free: { a: { b: 2 }, l: [2] } },
      {
        added: { "f:free": { "f:a": { "f:b": {} } } },
        modified: { "f:free": { "f:a": {}, "f:l": {} } },
      },
    ],
    ["null is a value", { text: "a" }, { text: null }, { modified: { "f:text": {} } }],
    [
      "names of any kind are members",
      {},
      { limits: JSON.parse('{"__proto__":"1","constructor":"2"}') },
      {
        added: { "f:limits": { ".": {}, "f:__proto__": {}, "f:constructor": {} } },
      },
    ],
  ])("%s", (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
  });
});

it.each<[string, object]>([
  ["a value of another type", { text: 5 }],
  ["an undeclared member", { unknown: 1 }],
  ["an item without keys that have no default", { ports: [{ protocol: "UDP" }, null] }],
  ["a list where a map should be", { nested: [] }],
  ["a list of values where a map should be", { limits: ["a"] }],
])("nothing can be said of %s", (_, spec) => {
  expect(() => changes({}, spec)).toThrow(Untypable);
  expect(() => changes({ text: "a", nested: { a: "1" } }, spec)).toThrow(Untypable);
});
