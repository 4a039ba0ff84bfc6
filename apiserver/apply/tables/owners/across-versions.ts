import { nestedVersions, twoVersions, undeclaredVersions } from "./kinds.ts";
import type { Table } from "./play.ts";

export const listsAcrossVersions: Table = {
  about: "lists of one object through several versions",
  kind: nestedVersions,
  cases: [
    {
      shows: "an applier takes an item away in a third version",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b" }] }],
        ["two applies in v2", { items: [{ name: "c" }] }],
        ["one applies in v3", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ name: "a" }, { name: "c" }] },
      owned: { "one in v3": '.items[name="a"] .items[name="a"].name', "two in v2": '.items[name="c"] .items[name="c"].name' },
    },
    {
      shows: "the same value is shared",
      does: [
        ["one applies", { items: [{ name: "a", value: 0 }] }],
        ["two applies in v2", { items: [{ name: "a", value: 0 }] }],
      ],
      leaves: { items: [{ name: "a", value: 0 }] },
      owned: {
        "two in v2": '.items[name="a"] .items[name="a"].name .items[name="a"].value',
        one: '.items[name="a"] .items[name="a"].name .items[name="a"].value',
      },
    },
    {
      shows: "another value conflicts",
      does: [
        ["one applies", { items: [{ name: "a", value: 0 }] }],
        [
          "two applies in v2",
          { items: [{ name: "a", value: 1 }] },
          'Apply failed with 1 conflict: conflict with "one": .spec.items[name="a"].value',
        ],
      ],
      leaves: { items: [{ name: "a", value: 0 }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].value' },
    },
    {
      shows: "of three items one is shared, one goes",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b" }, { name: "c" }] }],
        ["two applies in v2", { items: [{ name: "c" }, { name: "d" }] }],
        ["one applies in v3", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ name: "a" }, { name: "c" }, { name: "d" }] },
      owned: {
        "one in v3": '.items[name="a"] .items[name="a"].name',
        "two in v2": '.items[name="c"] .items[name="d"] .items[name="c"].name .items[name="d"].name',
      },
    },
    {
      shows: "an item that is given up keeps what another applies in it",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b", set: ["c"] }] }],
        ["two applies in v2", { items: [{ name: "b", set: ["d"] }] }],
        ["one applies in v3", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ name: "a" }, { name: "b", set: ["d"] }] },
      owned: {
        "one in v3": '.items[name="a"] .items[name="a"].name',
        "two in v2": '.items[name="b"] .items[name="b"].name .items[name="b"].set[="d"]',
      },
    },
    {
      shows: "and what an update put there",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b", set: ["c"] }] }],
        ["two applies in v2", { items: [{ name: "b", set: ["d"] }] }],
        ["three updates in v2", { items: [{ name: "a" }, { name: "b", set: ["c", "d", "e"] }] }],
        ["one applies in v3", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ name: "a" }, { name: "b", set: ["d", "e"] }] },
      owned: {
        "one in v3": '.items[name="a"] .items[name="a"].name',
        "two in v2": '.items[name="b"] .items[name="b"].name .items[name="b"].set[="d"]',
        "three in v2 (update)": '.items[name="b"].set[="e"]',
      },
    },
    {
      shows: "an item that nobody else applies goes with what an update put there",
      does: [
        ["one applies", { items: [{ name: "a" }, { name: "b", set: ["c"] }] }],
        ["two applies in v2", { items: [{ name: "a", set: ["b"] }] }],
        [
          "three updates in v2",
          {
            items: [
              { name: "a", set: ["b"] },
              { name: "b", set: ["c", "d"] },
            ],
          },
        ],
        ["one applies in v3", { items: [{ name: "a" }] }],
      ],
      leaves: { items: [{ name: "a", set: ["b"] }] },
      owned: {
        "one in v3": '.items[name="a"] .items[name="a"].name',
        "two in v2": '.items[name="a"] .items[name="a"].name .items[name="a"].set[="b"]',
      },
    },
    {
      shows: "deep maps of two appliers and two updaters, when one applier says null",
      does: [
        ["one applies", { tree: { a: { b: null }, c: { d: null } } }],
        ["two applies in v2", { tree: { a: null, c: { d: null } } }],
        ["three updates in v3", { tree: { a: { b: { c: null } }, c: { d: { e: null } } } }],
        ["four updates in v2", { tree: { a: { b: { c: { d: null } } }, c: { d: { e: { f: null } } } } }],
        ["three updates in v3", { tree: { a: { b: { c: { d: { e: null } } } }, c: { d: { e: { f: { g: null } } } } } }],
        ["one applies in v4", { tree: null }],
      ],
      leaves: { tree: { a: null, c: { d: { e: { f: { g: null } } } } } },
      owned: {
        "two in v2": ".tree.a .tree.c .tree.c.d",
        "one in v4": ".tree",
        "four in v2 (update)": ".tree.c.d.e.f",
        "three in v3 (update)": ".tree.c.d.e .tree.c.d.e.f.g",
      },
    },
  ],
};

export const setsAcrossVersions: Table = {
  about: "sets and plain values of one object through two versions",
  kind: twoVersions,
  cases: [
    {
      shows: "what an update adds between stays there",
      does: [
        ["one applies", { set: ["a", "c"] }],
        ["two updates in v2", { set: ["a", "b", "c", "d"] }],
        ["one applies", { set: ["a", "a2", "c", "c2"] }],
      ],
      leaves: { set: ["a", "b", "a2", "c", "d", "c2"] },
      owned: { one: '.set[="a"] .set[="a2"] .set[="c"] .set[="c2"]', "two in v2 (update)": '.set[="b"] .set[="d"]' },
    },
    {
      shows: "an item that an update added is shared",
      does: [
        ["one applies", { set: ["a", "c"] }],
        ["two updates in v2", { set: ["a", "b", "c", "d"] }],
        ["one applies", { set: ["a", "b", "c"] }],
      ],
      leaves: { set: ["a", "b", "c", "d"] },
      owned: { one: '.set[="a"] .set[="b"] .set[="c"]', "two in v2 (update)": '.set[="b"] .set[="d"]' },
    },
    {
      shows: "an order that an update changed is put back",
      does: [
        ["one applies", { set: ["a", "b", "c", "d"] }],
        ["two updates", { set: ["a", "d", "c", "b"] }],
        ["one applies in v2", { set: ["a", "b", "c", "d"] }],
      ],
      leaves: { set: ["a", "b", "c", "d"] },
      owned: { "one in v2": '.set[="a"] .set[="b"] .set[="c"] .set[="d"]' },
    },
    {
      shows: "items come and go",
      does: [
        ["one applies", { set: ["a", "b", "c", "d"] }],
        ["one applies in v2", { set: ["a", "c", "e"] }],
      ],
      leaves: { set: ["a", "c", "e"] },
      owned: { "one in v2": '.set[="a"] .set[="c"] .set[="e"]' },
    },
    {
      shows: "applied twice, the later value counts",
      does: [
        ["one applies", { size: 1, text: "a" }],
        ["one applies in v2", { size: 2, text: "a", on: false }],
      ],
      leaves: { size: 2, text: "a", on: false },
      owned: { "one in v2": ".on .size .text" },
    },
    {
      shows: "a conflict with an update, then force",
      does: [
        ["one applies", { size: 1, text: "a" }],
        ["two updates in v2", { size: 1, text: "b", on: true }],
        ["one applies", { size: 2, text: "c" }, 'Apply failed with 1 conflict: conflict with "two" using test.example.com/v2: .spec.text'],
        ["one forces", { size: 2, text: "c" }],
      ],
      leaves: { size: 2, text: "c", on: true },
      owned: { one: ".size .text", "two in v2 (update)": ".on" },
    },
    {
      shows: "a member that is given up goes",
      does: [
        ["one applies", { struct: { a: "x", b: "y" } }],
        ["one applies in v2", { struct: { a: "x" } }],
      ],
      leaves: { struct: { a: "x" } },
      owned: { "one in v2": ".struct.a" },
    },
    {
      shows: "but not if another applies it",
      does: [
        ["one applies", { struct: { a: "x", b: "y" } }],
        ["two applies in v2", { struct: { b: "y" } }],
        ["one applies in v2", { struct: { a: "x" } }],
      ],
      leaves: { struct: { a: "x", b: "y" } },
      owned: { "two in v2": ".struct.b", "one in v2": ".struct.a" },
    },
    {
      shows: "nor if an update wrote it",
      does: [
        ["two updates", { struct: { a: "x", b: "y" } }],
        ["one applies in v2", { struct: { a: "x", b: "y" } }],
        ["one applies", { struct: { a: "x" } }],
      ],
      leaves: { struct: { a: "x", b: "y" } },
      owned: { one: ".struct.a", "two (update)": ".spec .struct .struct.a .struct.b" },
    },
    {
      shows: "an update takes a member",
      does: [
        ["one applies", { struct: { a: "x", b: "y" } }],
        ["two updates in v2", { struct: { a: "x", b: "z" } }],
      ],
      leaves: { struct: { a: "x", b: "z" } },
      owned: { one: ".struct.a", "two in v2 (update)": ".struct.b" },
    },
    {
      shows: "a structure that is given up goes",
      does: [
        ["one applies", { struct: { a: "x", deep: { c: "y" } } }],
        ["one applies in v2", { struct: { a: "x" } }],
      ],
      leaves: { struct: { a: "x" } },
      owned: { "one in v2": ".struct.a" },
    },
    {
      shows: "but not if another applies what is in it",
      does: [
        ["one applies", { struct: { a: "x", deep: { c: "y" } } }],
        ["two applies in v2", { struct: { deep: { c: "y" } } }],
        ["one applies", { struct: { a: "x" } }],
      ],
      leaves: { struct: { a: "x", deep: { c: "y" } } },
      owned: { "two in v2": ".struct.deep.c", one: ".struct.a" },
    },
  ],
};

export const freeAcrossVersions: Table = {
  about: "what no schema declares, through several versions",
  kind: undeclaredVersions,
  cases: [
    {
      shows: "deep maps of two appliers and two updaters, when one applier gives up all",
      does: [
        ["one applies", { a: { b: null }, c: { d: null } }],
        ["two applies in v2", { a: null, c: { d: null } }],
        ["three updates in v3", { a: { b: { c: null } }, c: { d: { e: null } } }],
        ["four updates in v2", { a: { b: { c: { d: null } } }, c: { d: { e: { f: null } } } }],
        ["three updates in v3", { a: { b: { c: { d: { e: null } } } }, c: { d: { e: { f: { g: null } } } } }],
        ["one applies in v4", {}],
      ],
      leaves: { a: null, c: { d: { e: { f: { g: null } } } } },
      owned: {
        "two in v2": ".a .c .c.d",
        "one in v4": ".spec",
        "four in v2 (update)": ".c.d.e.f",
        "three in v3 (update)": ".c.d.e .c.d.e.f.g",
      },
    },
    {
      shows: "a value, a list and a list of maps conflict, another list and neighbours do not",
      does: [
        ["one applies", { a: 1, b: { c: { d: 2, e: [1, 2, 3], f: [{ name: "n", value: 1 }] } } }],
        ["two updates in v2", { a: 1, b: { c: { d: 3, e: [1, 2, 3, 4], f: [{ name: "n", value: 2 }] } }, g: 5 }],
        [
          "one applies in v3",
          { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } } },
          'Apply failed with 3 conflicts: conflicts with "two" using test.example.com/v2:\n- .spec.b.c.d\n- .spec.b.c.e\n- .spec.b.c.f',
        ],
        ["one forces in v3", { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } } }],
      ],
      leaves: { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } }, g: 5 },
      owned: { "one in v3": ".a .b .b.c .b.c.d .b.c.e .b.c.f", "two in v2 (update)": ".g" },
    },
  ],
};
