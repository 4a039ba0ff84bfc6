import { plain, undeclared } from "./kinds.ts";
import type { Table } from "./play.ts";

export const fields: Table = {
  about: "several appliers of the same fields",
  kind: plain,
  cases: [
    {
      shows: "the same value is shared",
      does: [
        ["one applies", { text: "a" }],
        ["two applies", { text: "a" }],
        ["one applies", { text: "a", size: 1 }],
      ],
      leaves: { size: 1, text: "a" },
      owned: { two: ".text", one: ".size .text" },
    },
    {
      shows: "a shared value cannot be changed by one",
      does: [
        ["one applies", { text: "a" }],
        ["two applies", { text: "a" }],
        ["two applies", { text: "b" }, 'Apply failed with 1 conflict: conflict with "one": .spec.text'],
      ],
      leaves: { text: "a" },
      owned: { two: ".text", one: ".text" },
    },
    {
      shows: "one gives it up, then the other may change it",
      does: [
        ["one applies", { text: "a" }],
        ["two applies", { text: "a" }],
        ["one applies", {}],
        ["two applies", { text: "b" }],
      ],
      leaves: { text: "b" },
      owned: { one: ".spec", two: ".text" },
    },
    {
      shows: "shared with an updater it stays",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "b" }],
        ["one applies", { text: "b" }],
        ["one applies", {}],
      ],
      leaves: { text: "b" },
      owned: { one: ".spec", "two (update)": ".text" },
    },
    {
      shows: "three appliers, one forces",
      does: [
        ["one applies", { text: "a", size: 1 }],
        ["two applies", { text: "a", on: true }],
        ["three forces", { text: "b", size: 2 }],
      ],
      leaves: { on: true, size: 2, text: "b" },
      owned: { three: ".size .text", two: ".on" },
    },
    {
      shows: "conflicts with two managers are told by manager",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "a", size: 1, map: { k: "v" } }],
        [
          "three applies",
          { text: "b", size: 2, map: { k: "w" } },
          'Apply failed with 3 conflicts: conflicts with "one":\n- .spec.text\nconflicts with "two" using test.example.com/v1:\n- .spec.size\n- .spec.map.k',
        ],
      ],
      leaves: { map: { k: "v" }, size: 1, text: "a" },
      owned: { one: ".text", "two (update)": ".map .size .map.k" },
    },
    {
      shows: "conflicts with several fields of one",
      does: [
        ["one applies", { text: "a", map: { b: "1", a: "1" }, struct: { deep: { c: "x" } } }],
        [
          "two applies",
          { text: "b", map: { a: "2", b: "2" }, struct: { deep: { c: "y" } } },
          'Apply failed with 4 conflicts: conflicts with "one":\n- .spec.text\n- .spec.map.a\n- .spec.map.b\n- .spec.struct.deep.c',
        ],
      ],
      leaves: { map: { a: "1", b: "1" }, struct: { deep: { c: "x" } }, text: "a" },
      owned: { one: ".text .map.a .map.b .struct.deep.c" },
    },
    {
      shows: "a part of a structure for each",
      does: [
        ["one applies", { struct: { a: "1", deep: { c: "1" } } }],
        ["two applies", { struct: { b: "1", deep: { d: "1" } } }],
        ["one applies", { struct: { a: "1" } }],
        ["two applies", {}],
      ],
      leaves: { struct: { a: "1" } },
      owned: { one: ".struct.a", two: ".spec" },
    },
    {
      shows: "force takes only what conflicts",
      does: [
        ["one applies", { map: { a: "1", b: "1" } }],
        ["two forces", { map: { a: "2", c: "1" } }],
        ["one applies", { map: { b: "2" } }],
      ],
      leaves: { map: { a: "2", b: "2", c: "1" } },
      owned: { one: ".map.b", two: ".map.a .map.c" },
    },
    {
      shows: "forced, and forced back",
      does: [
        ["one applies", { text: "a" }],
        ["two forces", { text: "b" }],
        ["one forces", { text: "a" }],
      ],
      leaves: { text: "a" },
      owned: { one: ".text" },
    },
    {
      shows: "an atomic map is forced",
      does: [
        ["one applies", { atomicMap: { a: "1" } }],
        ["two applies", { atomicMap: { b: "1" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.atomicMap'],
        ["two forces", { atomicMap: { b: "1" } }],
        ["one applies", { atomicMap: { b: "1" } }],
      ],
      leaves: { atomicMap: { b: "1" } },
      owned: { one: ".atomicMap", two: ".atomicMap" },
    },
    {
      shows: "an applier that owns a field twice, by apply and by update",
      does: [
        ["one applies", { text: "a" }],
        ["one updates", { text: "b" }],
        ["one applies", { text: "c" }, 'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.text'],
        ["one forces", { text: "c" }],
      ],
      leaves: { text: "c" },
      owned: { one: ".text" },
    },
  ],
};

export const free: Table = {
  about: "what no schema declares: maps by member, lists as one",
  kind: undeclared,
  cases: [
    {
      shows: "maps are merged, lists replaced",
      does: [
        ["one applies", { m: { a: 1 }, l: [1, 2] }],
        ["two applies", { m: { b: 2 }, l: [1, 2] }],
        ["two applies", { m: { b: 2 }, l: [3] }, 'Apply failed with 1 conflict: conflict with "one": .spec.l'],
      ],
      leaves: { l: [1, 2], m: { a: 1, b: 2 } },
      owned: { one: ".l .m .m.a", two: ".l .m .m.b" },
    },
    {
      shows: "one removes what only it applied",
      does: [
        ["one applies", { m: { a: 1, b: 2 }, x: true }],
        ["two applies", { m: { b: 2 } }],
        ["one applies", {}],
      ],
      leaves: { m: { b: 2 } },
      owned: { two: ".m .m.b", one: ".spec" },
    },
    {
      shows: "a map becomes a value",
      does: [
        ["one applies", { m: { a: 1 } }],
        ["one applies", { m: "text" }],
      ],
      leaves: { m: "text" },
      owned: { one: ".m" },
    },
    {
      shows: "a value becomes a map",
      does: [
        ["one applies", { m: "text" }],
        ["one applies", { m: { a: 1 } }],
      ],
      leaves: { m: { a: 1 } },
      owned: { one: ".m .m.a" },
    },
    {
      shows: "a list becomes a map",
      does: [
        ["one applies", { m: [1] }],
        ["one applies", { m: { a: 1 } }],
      ],
      leaves: { m: { a: 1 } },
      owned: { one: ".m .m.a" },
    },
    {
      shows: "another owner's map becomes a value",
      does: [
        ["one applies", { m: { a: 1, b: 2 } }],
        ["two applies", { m: "text" }, 'Apply failed with 1 conflict: conflict with "one": .spec.m'],
        ["two forces", { m: "text" }],
      ],
      leaves: { m: "text" },
      owned: { two: ".m" },
    },
    {
      shows: "another owner's list becomes null",
      does: [
        ["one applies", { m: [1] }],
        ["two applies", { m: null }, 'Apply failed with 1 conflict: conflict with "one": .spec.m'],
        ["two forces", { m: null }],
      ],
      leaves: { m: null },
      owned: { two: ".m" },
    },
    {
      shows: "a null",
      does: [
        ["one applies", { a: null, b: { c: null } }],
        ["two applies", { b: { d: null } }],
      ],
      leaves: { a: null, b: { c: null, d: null } },
      owned: { one: ".a .b .b.c", two: ".b .b.d" },
    },
    {
      shows: "lists of maps are wholes",
      does: [
        ["one applies", { l: [{ name: "a" }] }],
        ["two updates", { l: [{ name: "a" }, { name: "b" }] }],
        ["one applies", { l: [{ name: "a" }] }, 'Apply failed with 1 conflict: conflict with "two" using test.example.com/v1: .spec.l'],
      ],
      leaves: { l: [{ name: "a" }, { name: "b" }] },
      owned: { "two (update)": ".l" },
    },
    {
      shows: "deep maps of three",
      does: [
        ["one applies", { a: { b: { c: { d: 1 } } } }],
        ["two applies", { a: { b: { c: { e: 2 } } } }],
        ["three updates", { a: { b: { c: { d: 1, e: 2 }, f: 3 } } }],
        ["one applies", {}],
        ["two applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec", two: ".spec" },
    },
    {
      shows: "empty maps are owned",
      does: [
        ["one applies", { a: {} }],
        ["two applies", { a: { b: 1 } }],
        ["one applies", {}],
      ],
      leaves: { a: { b: 1 } },
      owned: { one: ".spec", two: ".a .a.b" },
    },
  ],
};
