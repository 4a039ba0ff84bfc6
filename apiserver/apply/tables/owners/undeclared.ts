import { keeping, undeclared } from "./kinds.ts";
import type { Table } from "./play.ts";

export const freeValues: Table = {
  about: "values, lists and maps that no schema declares",
  kind: undeclared,
  cases: [
    {
      shows: "a member more",
      does: [
        ["one applies", { size: 1, text: "a" }],
        ["one applies", { size: 2, text: "a", on: false }],
      ],
      leaves: { size: 2, text: "a", on: false },
      owned: { one: ".on .size .text" },
    },
    {
      shows: "an update's member stays",
      does: [
        ["one applies", { size: 1, text: "a" }],
        ["two updates", { size: 1, text: "a", on: true }],
        ["one applies", { size: 2, text: "a" }],
      ],
      leaves: { size: 2, text: "a", on: true },
      owned: { one: ".size .text", "two (update)": ".on" },
    },
    {
      shows: "a conflict, then force",
      does: [
        ["one applies", { size: 1, text: "a" }],
        ["two updates", { size: 1, text: "b", on: true }],
        ["one applies", { size: 2, text: "c" }, 'Apply failed with 1 conflict: conflict with "two" using test.example.com/v1: .spec.text'],
        ["one forces", { size: 2, text: "c" }],
      ],
      leaves: { size: 2, text: "c", on: true },
      owned: { one: ".size .text", "two (update)": ".on" },
    },
    {
      shows: "members go",
      does: [
        ["one applies", { size: 1, text: "a", on: false }],
        ["one applies", { text: "b" }],
      ],
      leaves: { text: "b" },
      owned: { one: ".text" },
    },
    {
      shows: "an update takes all that there was",
      does: [
        ["one applies", { text: "a" }],
        ["two updates", { text: "b" }],
      ],
      leaves: { text: "b" },
      owned: { "two (update)": ".text" },
    },
    {
      shows: "all is given up",
      does: [
        ["one applies", { text: "a" }],
        ["one applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec" },
    },
    {
      shows: "a list is replaced",
      does: [
        ["one applies", { list: ["a", "c"] }],
        ["one applies", { list: ["a", "d", "c", "b"] }],
      ],
      leaves: { list: ["a", "d", "c", "b"] },
      owned: { one: ".list" },
    },
    {
      shows: "a list that an update changed is forced back",
      does: [
        ["one applies", { list: ["a", "c"] }],
        ["two updates", { list: ["a", "b", "c", "d"] }],
        ["one forces", { list: ["a", "b", "c"] }],
      ],
      leaves: { list: ["a", "b", "c"] },
      owned: { one: ".list" },
    },
    {
      shows: "deep ones of all sorts conflict",
      does: [
        ["one applies", { a: 1, b: { c: { d: 2, e: [1, 2, 3], f: [{ name: "n", value: 1 }] } } }],
        ["two updates", { a: 1, b: { c: { d: 3, e: [1, 2, 3, 4], f: [{ name: "n", value: 2 }] } }, g: 5 }],
        [
          "one applies",
          { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } } },
          'Apply failed with 3 conflicts: conflicts with "two" using test.example.com/v1:\n- .spec.b.c.d\n- .spec.b.c.e\n- .spec.b.c.f',
        ],
        ["one forces", { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } } }],
      ],
      leaves: { a: 2, b: { c: { d: 2, e: [3, 2, 1], f: [{ name: "n", value: 1 }] } }, g: 5 },
      owned: { one: ".a .b .b.c .b.c.d .b.c.e .b.c.f", "two (update)": ".g" },
    },
  ],
};

export const kept: Table = {
  about: "a spec that is declared in part",
  kind: keeping,
  cases: [
    {
      shows: "the rest is kept and owned",
      does: [
        ["one applies", { size: 5, other: "a" }],
        ["one applies", { size: 6, other: "b" }],
      ],
      leaves: { size: 6, other: "b" },
      owned: { one: ".other .size" },
    },
  ],
};
