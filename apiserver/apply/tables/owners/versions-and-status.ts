import { plain, twoVersions } from "./kinds.ts";
import type { Table } from "./play.ts";

export const acrossVersions: Table = {
  about: "one object through two versions",
  kind: twoVersions,
  cases: [
    {
      shows: "an applier that changes its version stays one owner",
      does: [
        ["one applies", { text: "a", size: 1 }],
        ["one applies in v2", { text: "b" }],
      ],
      leaves: { text: "b" },
      owned: { "one in v2": ".text" },
    },
    {
      shows: "an updater that changes its version becomes two",
      does: [
        ["one updates", { text: "a", size: 1 }],
        ["one updates in v2", { text: "b", size: 1 }],
      ],
      leaves: { size: 1, text: "b" },
      owned: { "one (update)": ".spec .size", "one in v2 (update)": ".text" },
    },
    {
      shows: "what was given up in another version goes",
      does: [
        ["one applies", { text: "a", set: ["a", "b"] }],
        ["one applies in v2", { set: ["b"] }],
      ],
      leaves: { set: ["b"] },
      owned: { "one in v2": '.set[="b"]' },
    },
    {
      shows: "conflicts cross versions",
      does: [
        ["one updates", { text: "a", map: { a: "1" } }],
        [
          "two applies in v2",
          { text: "b", map: { a: "1", b: "2" } },
          'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.text',
        ],
        ["two forces in v2", { text: "b", map: { a: "1", b: "2" } }],
      ],
      leaves: { map: { a: "1", b: "2" }, text: "b" },
      owned: { "two in v2": ".text .map.a .map.b", "one (update)": ".spec .map .map.a" },
    },
    {
      shows: "an update in one version keeps what was applied in the other",
      does: [
        ["one applies in v2", { text: "a", size: 1 }],
        ["two updates", { text: "a", size: 2 }],
        ["one applies in v2", { text: "a" }],
      ],
      leaves: { size: 2, text: "a" },
      owned: { "one in v2": ".text", "two (update)": ".size" },
    },
    {
      shows: "sets of two versions unite",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two applies in v2", { set: ["b", "c"] }],
        ["one applies", {}],
      ],
      leaves: { set: ["b", "c"] },
      owned: { one: ".spec", "two in v2": '.set[="b"] .set[="c"]' },
    },
  ],
};

export const reset: Table = {
  about: "fields that a write resets are not its own",
  kind: plain,
  cases: [
    {
      shows: "the status by way of the object",
      does: [
        ["one applies", { text: "a" }],
        ["two applies by status", { phase: "Up", count: 1 }],
        ["one updates", { text: "b" }],
      ],
      leaves: { spec: { text: "b" }, status: { count: 1, phase: "Up" } },
      owned: { "two (status)": ".status.count .status.phase", "one (update)": ".text" },
    },
    {
      shows: "two appliers of a status",
      does: [
        ["one applies by status", { phase: "Up" }],
        [
          "two applies by status",
          { phase: "Down" },
          'Apply failed with 1 conflict: conflict with "one" with subresource "status": .status.phase',
        ],
        ["two applies by status", { count: 1 }],
        ["one applies by status", {}],
      ],
      leaves: { spec: {}, status: { count: 1 } },
      owned: { "one (status)": ".status", "two (status)": ".status.count" },
    },
    {
      shows: "an update of the status owns what it changes of it",
      does: [
        ["one applies", { text: "a" }],
        ["two updates by status", { phase: "Up" }],
        [
          "one applies by status",
          { phase: "Down" },
          'Apply failed with 1 conflict: conflict with "two" with subresource "status" using test.example.com/v1: .status.phase',
        ],
      ],
      leaves: { spec: { text: "a" }, status: { phase: "Up" } },
      owned: { one: ".text", "two (update, status)": ".status .status.phase" },
    },
  ],
};
