import { plain } from "./kinds.ts";
import type { Table } from "./play.ts";

export const sets: Table = {
  about: "lists that are sets",
  kind: plain,
  cases: [
    {
      shows: "applied twice",
      does: [
        ["one applies", { set: ["a", "c"] }],
        ["one applies", { set: ["a", "b", "c", "d"] }],
      ],
      leaves: { set: ["a", "b", "c", "d"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"] .set[="d"]' },
    },
    {
      shows: "what an update adds stays beside what is applied",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two updates", { set: ["a", "b", "c"] }],
        ["one applies", { set: ["a", "d"] }],
      ],
      leaves: { set: ["a", "c", "d"] },
      owned: { one: '.set[="a"] .set[="d"]', "two (update)": '.set[="c"]' },
    },
    {
      shows: "an item that an update also names is shared",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two updates", { set: ["a", "b", "c"] }],
        ["one applies", { set: ["a", "b", "c"] }],
        ["one applies", { set: ["a"] }],
      ],
      leaves: { set: ["a", "c"] },
      owned: { one: '.set[="a"]', "two (update)": '.set[="c"]' },
    },
    {
      shows: "another order of the applied is the order",
      does: [
        ["one applies", { set: ["a", "b", "c", "d"] }],
        ["one applies", { set: ["a", "d", "c", "b"] }],
      ],
      leaves: { set: ["a", "d", "c", "b"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"] .set[="d"]' },
    },
    {
      shows: "items of others keep their places",
      does: [
        ["one applies", { set: ["a", "b", "c", "d"] }],
        ["two updates", { set: ["a", "x", "b", "c", "y", "d"] }],
        ["one applies", { set: ["d", "c", "a", "b"] }],
      ],
      leaves: { set: ["x", "y", "d", "c", "a", "b"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"] .set[="d"]', "two (update)": '.set[="x"] .set[="y"]' },
    },
    {
      shows: "items that are given up go",
      does: [
        ["one applies", { set: ["a", "b", "c"] }],
        ["one applies", { set: ["c"] }],
      ],
      leaves: { set: ["c"] },
      owned: { one: '.set[="c"]' },
    },
    {
      shows: "the last item goes with the list",
      does: [
        ["one applies", { set: ["a"], text: "a" }],
        ["one applies", { text: "a" }],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
    {
      shows: "a set of numbers",
      does: [
        ["one applies", { numbers: [1, 2, 3] }],
        ["two applies", { numbers: [3, 4.5] }],
        ["one applies", { numbers: [1] }],
      ],
      leaves: { numbers: [1, 3, 4.5] },
      owned: { one: ".numbers[=1]", two: ".numbers[=3] .numbers[=4.5]" },
    },
    {
      shows: "an empty set is nobody's",
      does: [
        ["one applies", { set: [] }],
        ["two applies", { set: ["a"] }],
      ],
      leaves: { set: ["a"] },
      owned: { two: '.set[="a"]', "before-first-apply (update)": ".spec .set" },
    },
    {
      shows: "a null for a set is owned",
      does: [
        ["one applies", { set: null }],
        ["two applies", { set: ["a"] }],
      ],
      leaves: { set: ["a"] },
      owned: { one: ".set", two: '.set[="a"]' },
    },
    {
      shows: "a null in a set does not fit",
      does: [
        ["one applies", { text: "a" }],
        [
          "one applies",
          { set: ["a", null] },
          "failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.set: element 1: associative list without keys has an element that's an explicit null",
        ],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
    {
      shows: "the same item twice does not fit",
      does: [
        ["one applies", { text: "a" }],
        [
          "one applies",
          { set: ["a", "a"] },
          'failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.set: duplicate entries for key [="a"]',
        ],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
  ],
};

export const setAppliers: Table = {
  about: "several appliers of a set",
  kind: plain,
  cases: [
    {
      shows: "one removes what only it applied",
      does: [
        ["one applies", { set: ["a", "b", "c"] }],
        ["two applies", { set: ["a", "c"] }],
        ["one applies", { set: ["a"] }],
      ],
      leaves: { set: ["a", "c"] },
      owned: { two: '.set[="a"] .set[="c"]', one: '.set[="a"]' },
    },
    {
      shows: "both give up, one after the other",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two applies", { set: ["b", "c"] }],
        ["two applies", { set: ["c"] }],
        ["one applies", {}],
      ],
      leaves: { set: ["c"] },
      owned: { one: ".spec", two: '.set[="c"]' },
    },
    {
      shows: "all give up",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two applies", { set: ["b"] }],
        ["one applies", {}],
        ["two applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec", two: ".spec" },
    },
    {
      shows: "an update takes nothing from appliers whose items stay",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two updates", { set: ["b", "a", "c"] }],
      ],
      leaves: { set: ["b", "a", "c"] },
      owned: { one: '.set[="a"] .set[="b"]', "two (update)": '.set[="c"]' },
    },
    {
      shows: "an update removes an item for all",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two applies", { set: ["b"] }],
        ["three updates", { set: ["a"] }],
      ],
      leaves: { set: ["a"] },
      owned: { one: '.set[="a"]' },
    },
  ],
};

export const moreSets: Table = {
  about: "sets that updates reorder and add to",
  kind: plain,
  cases: [
    {
      shows: "what an update adds between stays there",
      does: [
        ["one applies", { set: ["a", "c"] }],
        ["two updates", { set: ["a", "b", "c", "d"] }],
        ["one applies", { set: ["a", "a2", "c", "c2"] }],
      ],
      leaves: { set: ["a", "b", "a2", "c", "d", "c2"] },
      owned: { one: '.set[="a"] .set[="a2"] .set[="c"] .set[="c2"]', "two (update)": '.set[="b"] .set[="d"]' },
    },
    {
      shows: "an item that an update added is shared",
      does: [
        ["one applies", { set: ["a", "c"] }],
        ["two updates", { set: ["a", "b", "c", "d"] }],
        ["one applies", { set: ["a", "b", "c"] }],
      ],
      leaves: { set: ["a", "b", "c", "d"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"]', "two (update)": '.set[="b"] .set[="d"]' },
    },
    {
      shows: "an order that an update changed is put back",
      does: [
        ["one applies", { set: ["a", "b", "c", "d"] }],
        ["two updates", { set: ["a", "d", "c", "b"] }],
        ["one applies", { set: ["a", "b", "c", "d"] }],
      ],
      leaves: { set: ["a", "b", "c", "d"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"] .set[="d"]' },
    },
    {
      shows: "an applier's item that an update removes",
      does: [
        ["one applies", { set: ["a"] }],
        ["two updates", { set: ["b"] }],
        ["one applies", { set: ["c"] }],
      ],
      leaves: { set: ["b", "c"] },
      owned: { one: '.set[="c"]', "two (update)": '.set[="b"]' },
    },
    {
      shows: "a shared item stays when one gives it up",
      does: [
        ["one applies", { set: ["a"] }],
        ["two applies", { set: ["a", "b"] }],
        ["one applies", { set: ["a", "c"] }],
        ["two applies", { set: ["b"] }],
      ],
      leaves: { set: ["a", "b", "c"] },
      owned: { one: '.set[="a"] .set[="c"]', two: '.set[="b"]' },
    },
  ],
};

export const nullLists: Table = {
  about: "a list or map that is applied as null, and what others apply in it",
  kind: plain,
  cases: [
    {
      shows: "items come and go",
      does: [
        ["one applies", { set: null }],
        ["two applies", { set: ["a", "b"] }],
        ["two applies", { set: ["b"] }],
      ],
      leaves: { set: ["b"] },
      owned: { one: ".set", two: '.set[="b"]' },
    },
    {
      shows: "items of its own come later",
      does: [
        ["one applies", { set: null }],
        ["two applies", { set: ["a", "b"] }],
        ["one applies", { set: ["c"] }],
        ["two applies", { set: ["b"] }],
      ],
      leaves: { set: ["b", "c"] },
      owned: { one: '.set[="c"]', two: '.set[="b"]' },
    },
    {
      shows: "members come and go",
      does: [
        ["one applies", { map: null }],
        ["two applies", { map: { a: "c", b: "d" } }],
        ["two applies", { map: { b: "d" } }],
      ],
      leaves: { map: { b: "d" } },
      owned: { one: ".map", two: ".map.b" },
    },
    {
      shows: "members of its own come later",
      does: [
        ["one applies", { map: null }],
        ["two applies", { map: { a: "c", b: "d" } }],
        ["one applies", { map: { e: "f" } }],
        ["two applies", { map: { b: "d" } }],
      ],
      leaves: { map: { b: "d", e: "f" } },
      owned: { one: ".map.e", two: ".map.b" },
    },
  ],
};
