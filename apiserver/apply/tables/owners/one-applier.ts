import { plain } from "./kinds.ts";
import type { Table } from "./play.ts";

export const leaves: Table = {
  about: "plain values of one applier and one updater",
  kind: plain,
  cases: [
    {
      shows: "applied twice, the later value counts",
      does: [
        ["one applies", { text: "a", size: 1 }],
        ["one applies", { text: "b", size: 1, on: true }],
      ],
      leaves: { on: true, size: 1, text: "b" },
      owned: { one: ".on .size .text" },
    },
    {
      shows: "an update of a field that nobody applied stays",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "a", size: 1 }],
        ["one applies", { text: "b" }],
      ],
      leaves: { size: 1, text: "b" },
      owned: { one: ".text", "two (update)": ".size" },
    },
    {
      shows: "an update of an applied field takes it, and the next apply conflicts",
      does: [
        ["one applies", { text: "a", on: true }],
        ["two updates", { text: "b", on: true }],
        ["one applies", { text: "c", on: true }, 'Apply failed with 1 conflict: conflict with "two" using test.example.com/v1: .spec.text'],
        ["one forces", { text: "c", on: true }],
      ],
      leaves: { on: true, text: "c" },
      owned: { one: ".on .text" },
    },
    {
      shows: "the value that an update set may be applied",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "b" }],
        ["one applies", { text: "b" }],
      ],
      leaves: { text: "b" },
      owned: { one: ".text", "two (update)": ".text" },
    },
    {
      shows: "given up after an update it stays with the updater",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "b" }],
        ["one applies", {}],
      ],
      leaves: { text: "b" },
      owned: { one: ".spec", "two (update)": ".text" },
    },
    {
      shows: "given up by its only owner it goes",
      does: [
        ["one applies", { text: "a", size: 1, on: false }],
        ["one applies", { text: "a" }],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
    {
      shows: "an updater that empties the spec owns what is left of it",
      does: [
        ["one updates", { text: "a" }],
        ["one updates", {}],
      ],
      leaves: {},
      owned: { "one (update)": ".spec" },
    },
    {
      shows: "an applier of an empty spec owns just that",
      does: [
        ["one applies", { text: "a" }],
        ["one applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec" },
    },
    {
      shows: "an update removes what was applied, and its owner loses it",
      does: [
        ["one applies", { text: "a", size: 1 }],
        ["two updates", { size: 1 }],
      ],
      leaves: { size: 1 },
      owned: { one: ".size" },
    },
    {
      shows: "zero, false and the empty text are values",
      does: [
        ["one applies", { size: 0, on: false, text: "" }],
        ["two applies", { size: 0, on: true, text: "" }, 'Apply failed with 1 conflict: conflict with "one": .spec.on'],
      ],
      leaves: { on: false, size: 0, text: "" },
      owned: { one: ".on .size .text" },
    },
    {
      shows: "a null is owned",
      does: [
        ["one applies", { text: null, size: 1 }],
        ["two applies", { text: "a" }, 'Apply failed with 1 conflict: conflict with "one": .spec.text'],
      ],
      leaves: { size: 1, text: null },
      owned: { one: ".size .text" },
    },
    {
      shows: "a null for what another owns",
      does: [
        ["one applies", { text: "a" }],
        ["two applies", { text: null }, 'Apply failed with 1 conflict: conflict with "one": .spec.text'],
        ["two forces", { text: null }],
      ],
      leaves: { text: null },
      owned: { two: ".text" },
    },
    {
      shows: "one and 1.0 are the same number",
      does: [
        ["one applies", { ratio: 1, numbers: [1, 2] }],
        ["two applies", { ratio: 1, numbers: [2] }],
      ],
      leaves: { numbers: [1, 2], ratio: 1 },
      owned: { two: ".ratio .numbers[=2]", one: ".ratio .numbers[=1] .numbers[=2]" },
    },
    {
      shows: "the same manager applies and updates: two owners",
      does: [
        ["one updates", { text: "a", size: 1 }],
        ["one applies", { text: "a" }],
        ["one applies", { text: "b" }, 'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.text'],
      ],
      leaves: { size: 1, text: "a" },
      owned: { one: ".text", "one (update)": ".spec .size .text" },
    },
  ],
};

export const wholes: Table = {
  about: "lists, maps and structures that have one owner",
  kind: plain,
  cases: [
    {
      shows: "a list is applied as a whole",
      does: [
        ["one applies", { list: ["a", "b"] }],
        ["one applies", { list: ["a", "b", "c"] }],
      ],
      leaves: { list: ["a", "b", "c"] },
      owned: { one: ".list" },
    },
    {
      shows: "an updated list conflicts as a whole",
      does: [
        ["one applies", { list: ["a", "b"], text: "a" }],
        ["two updates", { list: ["a", "c"], text: "a" }],
        [
          "one applies",
          { list: ["a", "b"], text: "a" },
          'Apply failed with 1 conflict: conflict with "two" using test.example.com/v1: .spec.list',
        ],
        ["one forces", { list: ["a", "b"], text: "a" }],
      ],
      leaves: { list: ["a", "b"], text: "a" },
      owned: { one: ".list .text" },
    },
    {
      shows: "the order of a list matters",
      does: [
        ["one applies", { list: ["a", "b"] }],
        ["two applies", { list: ["b", "a"] }, 'Apply failed with 1 conflict: conflict with "one": .spec.list'],
      ],
      leaves: { list: ["a", "b"] },
      owned: { one: ".list" },
    },
    {
      shows: "one member of an atomic map is all of it",
      does: [
        ["one applies", { atomicMap: { a: "1", b: "2" } }],
        ["two applies", { atomicMap: { a: "1" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.atomicMap'],
        ["two forces", { atomicMap: { c: "3" } }],
      ],
      leaves: { atomicMap: { c: "3" } },
      owned: { two: ".atomicMap" },
    },
    {
      shows: "the same atomic map is shared",
      does: [
        ["one applies", { atomicMap: { a: "1" } }],
        ["two applies", { atomicMap: { a: "1" } }],
        ["one applies", {}],
      ],
      leaves: { atomicMap: { a: "1" } },
      owned: { two: ".atomicMap", one: ".spec" },
    },
    {
      shows: "an update of a member takes an atomic structure",
      does: [
        ["one applies", { atomicStruct: { a: "1" } }],
        ["two updates", { atomicStruct: { a: "1", b: "2" } }],
      ],
      leaves: { atomicStruct: { a: "1", b: "2" } },
      owned: { "two (update)": ".atomicStruct" },
    },
    {
      shows: "an atomic structure goes with its owner",
      does: [
        ["one applies", { atomicStruct: { a: "1", b: "2" }, text: "a" }],
        ["one applies", { text: "a" }],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
    {
      shows: "an atomic map that loses a member is another",
      does: [
        ["one applies", { atomicMap: { a: "1", b: "2" } }],
        ["one applies", { atomicMap: { a: "1" } }],
      ],
      leaves: { atomicMap: { a: "1" } },
      owned: { one: ".atomicMap" },
    },
    {
      shows: "an empty atomic map is owned",
      does: [
        ["one applies", { atomicMap: {} }],
        ["two applies", { atomicMap: {} }],
      ],
      leaves: { atomicMap: {} },
      owned: { two: ".atomicMap", one: ".atomicMap" },
    },
    {
      shows: "an empty atomic list is owned",
      does: [
        ["one applies", { list: [] }],
        ["two applies", { list: ["a"] }, 'Apply failed with 1 conflict: conflict with "one": .spec.list'],
      ],
      leaves: { list: [] },
      owned: { one: ".list" },
    },
  ],
};
