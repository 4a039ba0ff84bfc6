import { plain } from "./kinds.ts";
import type { Table } from "./play.ts";

export const duplicates: Table = {
  about: "items that are there twice: updates may bring them, applies not",
  kind: plain,
  cases: [
    {
      shows: "count as one item that is owned",
      does: [["one updates", { set: ["a", "a", "b"] }]],
      leaves: { set: ["a", "a", "b"] },
      owned: { "one (update)": '.spec .set .set[="a"] .set[="b"]' },
    },
    {
      shows: "a doubled item is taken from its owner",
      does: [
        ["one updates", { set: ["a", "b"] }],
        ["two updates", { set: ["a", "a", "b"] }],
      ],
      leaves: { set: ["a", "a", "b"] },
      owned: { "one (update)": '.spec .set .set[="b"]', "two (update)": '.set[="a"]' },
    },
    {
      shows: "a removed double too",
      does: [
        ["one updates", { set: ["a", "a", "b"] }],
        ["two updates", { set: ["a", "b"] }],
      ],
      leaves: { set: ["a", "b"] },
      owned: { "one (update)": '.spec .set .set[="b"]', "two (update)": '.set[="a"]' },
    },
    {
      shows: "an apply that names it makes it one",
      does: [
        ["one updates", { set: ["a", "a", "b"] }],
        ["two applies", { set: ["a"] }, 'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.set[="a"]'],
        ["two forces", { set: ["a"] }],
      ],
      leaves: { set: ["a", "b"] },
      owned: { two: '.set[="a"]', "one (update)": '.spec .set .set[="b"]' },
    },
    {
      shows: "an apply that does not leaves it",
      does: [
        ["one updates", { set: ["a", "a", "b"] }],
        ["two applies", { set: ["b", "c"] }],
      ],
      leaves: { set: ["a", "a", "b", "c"] },
      owned: { two: '.set[="b"] .set[="c"]', "one (update)": '.spec .set .set[="a"] .set[="b"]' },
    },
    {
      shows: "an applied item that an update doubles",
      does: [
        ["one applies", { set: ["a", "b"] }],
        ["two updates", { set: ["a", "b", "a"] }],
        ["one applies", { set: ["b"] }],
      ],
      leaves: { set: ["a", "b", "a"] },
      owned: { one: '.set[="b"]', "two (update)": '.set[="a"]' },
    },
  ],
};
