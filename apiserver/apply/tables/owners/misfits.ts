import { parts, secondOnly, twoVersions, undeclared } from "./kinds.ts";
import type { Table } from "./play.ts";

export const goneVersion: Table = {
  about: "a version that is gone",
  kind: twoVersions,
  cases: [
    {
      shows: "its owners make an apply fail",
      does: [
        ["one applies", { text: "a" }],
        ["two applies in v2", { size: 1 }],
        secondOnly,
        ["two applies in v2", { size: 2 }, "request to convert CR to an invalid group/version: test.example.com/v1"],
      ],
      leaves: { size: 1, text: "a" },
      owned: { one: ".text", "two in v2": ".size" },
    },
    {
      shows: "an update goes on, the owners stay as they are",
      does: [["one applies", { text: "a" }], ["two applies in v2", { size: 1 }], secondOnly, ["two updates in v2", { text: "b", size: 3 }]],
      leaves: { size: 3, text: "b" },
      owned: { one: ".text", "two in v2": ".size" },
    },
  ],
};

export const misfits: Table = {
  about: "objects that do not fit the schema any more",
  kind: parts,
  cases: [
    {
      shows: "an update is stored and not tracked",
      does: [
        ["one applies", { is: { a: "1" } }],
        undeclared,
        ["one applies", { is: [1] }],
        parts,
        ["two updates", { is: [1], map: { a: "1" } }],
      ],
      leaves: { is: [1], map: { a: "1" } },
      owned: { one: ".is" },
    },
    {
      shows: "an apply fails",
      does: [
        ["one applies", { is: { a: "1" } }],
        undeclared,
        ["one applies", { is: [1] }],
        parts,
        [
          "two applies",
          { map: { a: "1" } },
          "failed to create typed live object (/b; test.example.com/v1, Kind=Box): .spec.is: expected map, got &{[1]}",
        ],
      ],
      leaves: { is: [1] },
      owned: { one: ".is" },
    },
  ],
};
