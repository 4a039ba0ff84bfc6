import { nested } from "./kinds.ts";
import type { Table } from "./play.ts";

export const items: Table = {
  about: "keyed items and what is in them",
  kind: nested,
  cases: [
    {
      shows: "a value changes",
      does: [
        [
          "one applies",
          {
            items: [
              { name: "a", value: 1 },
              { name: "b", value: 2 },
            ],
          },
        ],
        [
          "one applies",
          {
            items: [
              { name: "a", value: 2 },
              { name: "b", value: 2 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 2 },
          { name: "b", value: 2 },
        ],
      },
      owned: {
        one: '.items[name="a"] .items[name="b"] .items[name="a"].name .items[name="a"].value .items[name="b"].name .items[name="b"].value',
      },
    },
    {
      shows: "a key changes",
      does: [
        [
          "one applies",
          {
            items: [
              { name: "a", value: 1 },
              { name: "b", value: 2 },
            ],
          },
        ],
        [
          "one applies",
          {
            items: [
              { name: "a", value: 1 },
              { name: "c", value: 2 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "c", value: 2 },
        ],
      },
      owned: {
        one: '.items[name="a"] .items[name="c"] .items[name="a"].name .items[name="a"].value .items[name="c"].name .items[name="c"].value',
      },
    },
    {
      shows: "one keeps its item, the other goes",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b" }] }],
        ["two applies", { items: [{ name: "b" }, { name: "c" }] }],
        ["one applies", {}],
      ],
      leaves: { items: [{ name: "b" }, { name: "c" }] },
      owned: { one: ".spec", two: '.items[name="b"] .items[name="c"] .items[name="b"].name .items[name="c"].name' },
    },
    {
      shows: "an item with fields of two appliers loses those of one",
      does: [
        ["one applies", { items: [{ name: "a", value: 1 }] }],
        ["two applies", { items: [{ name: "a", other: "x" }] }],
        ["one applies", {}],
      ],
      leaves: { items: [{ name: "a", other: "x" }] },
      owned: { one: ".spec", two: '.items[name="a"] .items[name="a"].name .items[name="a"].other' },
    },
    {
      shows: "an item goes although an update put something into it, which owns no item",
      does: [
        ["one applies", { items: [{ name: "a", value: 1 }] }],
        ["two updates", { items: [{ name: "a", value: 1, other: "x" }] }],
        ["one applies", {}],
      ],
      leaves: { items: null },
      owned: { one: ".spec" },
    },
    {
      shows: "an item goes with what nobody owns in it",
      does: [
        ["one applies", { items: [{ name: "a", value: 1 }] }],
        ["two updates", { items: [{ name: "a", value: 1, other: "x" }] }],
        ["two updates", { items: [{ name: "a", value: 1 }] }],
        ["one applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec" },
    },
    {
      shows: "inner items of two appliers",
      does: [
        ["one applies", { items: [{ name: "a", items: [{ id: 1, note: "x" }] }] }],
        ["two applies", { items: [{ name: "a", items: [{ id: 2, note: "y" }] }] }],
        ["one applies", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ items: [{ id: 2, note: "y" }], name: "a" }] },
      owned: {
        one: '.items[name="a"] .items[name="a"].name',
        two: '.items[name="a"] .items[name="a"].name .items[name="a"].items[id=2] .items[name="a"].items[id=2].id .items[name="a"].items[id=2].note',
      },
    },
    {
      shows: "inner items keep the outer one",
      does: [
        ["one applies", { items: [{ name: "a", items: [{ id: 1 }] }] }],
        ["two applies", { items: [{ name: "a", items: [{ id: 2 }] }] }],
        ["one applies", {}],
        ["two applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec", two: ".spec" },
    },
    {
      shows: "an inner conflict names the way",
      does: [
        ["one applies", { items: [{ name: "a", items: [{ id: 1, note: "x" }] }] }],
        [
          "two applies",
          { items: [{ name: "a", items: [{ id: 1, note: "y" }], map: { k: "v" } }] },
          'Apply failed with 1 conflict: conflict with "one": .spec.items[name="a"].items[id=1].note',
        ],
      ],
      leaves: { items: [{ items: [{ id: 1, note: "x" }], name: "a" }] },
      owned: {
        one: '.items[name="a"] .items[name="a"].name .items[name="a"].items[id=1] .items[name="a"].items[id=1].id .items[name="a"].items[id=1].note',
      },
    },
    {
      shows: "a conflict tells large numbers as they are read from an owner's fields: as float64",
      does: [
        ["one applies", { items: [{ name: "a", items: [{ id: 1234567, note: "x" }] }] }],
        [
          "two applies",
          { items: [{ name: "a", items: [{ id: 1234567, note: "y" }] }] },
          'Apply failed with 1 conflict: conflict with "one": .spec.items[name="a"].items[id=1.234567e+06].note',
        ],
      ],
      leaves: { items: [{ items: [{ id: 1234567, note: "x" }], name: "a" }] },
      owned: {
        one: '.items[name="a"] .items[name="a"].name .items[name="a"].items[id=1234567] .items[name="a"].items[id=1234567].id .items[name="a"].items[id=1234567].note',
      },
    },
    {
      shows: "an inner set",
      does: [
        ["one applies", { items: [{ name: "a", set: ["x", "y"] }] }],
        ["two updates", { items: [{ name: "a", set: ["x", "y", "z"] }] }],
        ["one applies", { items: [{ name: "a", set: ["y"] }] }],
      ],
      leaves: { items: [{ name: "a", set: ["y", "z"] }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].set[="y"]', "two (update)": '.items[name="a"].set[="z"]' },
    },
    {
      shows: "the order of items is the applied",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b" }, { name: "c" }] }],
        ["two applies", { items: [{ name: "d" }, { name: "c" }, { name: "a" }] }],
      ],
      leaves: { items: [{ name: "b" }, { name: "d" }, { name: "c" }, { name: "a" }] },
      owned: {
        one: '.items[name="a"] .items[name="b"] .items[name="c"] .items[name="a"].name .items[name="b"].name .items[name="c"].name',
        two: '.items[name="a"] .items[name="c"] .items[name="d"] .items[name="a"].name .items[name="c"].name .items[name="d"].name',
      },
    },
    {
      shows: "items of an update stand where they stood",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "c" }] }],
        ["two updates", { items: [{ name: "a" }, { name: "b" }, { name: "c" }, { name: "d" }] }],
        ["one applies", { items: [{ name: "c" }, { name: "e" }, { name: "a" }] }],
      ],
      leaves: { items: [{ name: "b" }, { name: "c" }, { name: "d" }, { name: "e" }, { name: "a" }] },
      owned: {
        one: '.items[name="a"] .items[name="c"] .items[name="e"] .items[name="a"].name .items[name="c"].name .items[name="e"].name',
        "two (update)": '.items[name="b"] .items[name="d"] .items[name="b"].name .items[name="d"].name',
      },
    },
  ],
};

export const inItems: Table = {
  about: "what is in items and maps, applied anew",
  kind: nested,
  cases: [
    {
      shows: "a set in an item changes",
      does: [
        ["one applies", { items: [{ name: "a", set: ["b", "c"] }] }],
        ["one applies", { items: [{ name: "a", set: ["a", "c"] }] }],
      ],
      leaves: { items: [{ name: "a", set: ["a", "c"] }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].set[="a"] .items[name="a"].set[="c"]' },
    },
    {
      shows: "a set and the item's key",
      does: [
        ["one applies", { items: [{ name: "a", set: ["b", "c"] }] }],
        ["one applies", { items: [{ name: "b", set: ["a", "c"] }] }],
      ],
      leaves: { items: [{ name: "b", set: ["a", "c"] }] },
      owned: { one: '.items[name="b"] .items[name="b"].name .items[name="b"].set[="a"] .items[name="b"].set[="c"]' },
    },
    {
      shows: "a map in an item changes",
      does: [
        ["one applies", { items: [{ name: "a", map: { b: "x", c: "y" } }] }],
        ["one applies", { items: [{ name: "a", map: { a: "x", c: "z" } }] }],
      ],
      leaves: { items: [{ name: "a", map: { c: "z", a: "x" } }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].map.a .items[name="a"].map.c' },
    },
    {
      shows: "a map and the item's key",
      does: [
        ["one applies", { items: [{ name: "a", map: { b: "x", c: "y" } }] }],
        ["one applies", { items: [{ name: "b", map: { a: "x", c: "z" } }] }],
      ],
      leaves: { items: [{ name: "b", map: { a: "x", c: "z" } }] },
      owned: { one: '.items[name="b"] .items[name="b"].name .items[name="b"].map.a .items[name="b"].map.c' },
    },
    {
      shows: "the only item is another",
      does: [
        ["one applies", { items: [{ name: "a", value: 1 }] }],
        ["one applies", { items: [{ name: "b", value: 2 }] }],
      ],
      leaves: { items: [{ name: "b", value: 2 }] },
      owned: { one: '.items[name="b"] .items[name="b"].name .items[name="b"].value' },
    },
    {
      shows: "a set in a map, and its name",
      does: [
        ["one applies", { mapOfSets: { a: ["b", "c"] } }],
        ["one applies", { mapOfSets: { b: ["a", "c"] } }],
      ],
      leaves: { mapOfSets: { b: ["a", "c"] } },
      owned: { one: '.mapOfSets.b .mapOfSets.b[="a"] .mapOfSets.b[="c"]' },
    },
    {
      shows: "a map in a map changes",
      does: [
        ["one applies", { mapOfMaps: { a: { b: "x", c: "y" } } }],
        ["one applies", { mapOfMaps: { a: { a: "x", c: "z" } } }],
      ],
      leaves: { mapOfMaps: { a: { c: "z", a: "x" } } },
      owned: { one: ".mapOfMaps.a .mapOfMaps.a.a .mapOfMaps.a.c" },
    },
    {
      shows: "a map in a map, and its name",
      does: [
        ["one applies", { mapOfMaps: { a: { b: "x", c: "y" } } }],
        ["one applies", { mapOfMaps: { b: { a: "x", c: "z" } } }],
      ],
      leaves: { mapOfMaps: { b: { a: "x", c: "z" } } },
      owned: { one: ".mapOfMaps.b .mapOfMaps.b.a .mapOfMaps.b.c" },
    },
    {
      shows: "a name in the middle of a tree",
      does: [
        ["one applies", { tree: { a: { b: { c: null } } } }],
        ["one applies", { tree: { a: { d: { c: null } } } }],
      ],
      leaves: { tree: { a: { d: { c: null } } } },
      owned: { one: ".tree.a .tree.a.d .tree.a.d.c" },
    },
  ],
};
