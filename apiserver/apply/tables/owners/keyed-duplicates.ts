import { nested } from "./kinds.ts";
import type { Table } from "./play.ts";

export const keyedDuplicates: Table = {
  about: "keyed items that are there twice",
  kind: nested,
  cases: [
    {
      shows: "are owned as one",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 3 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
          { name: "b", value: 3 },
        ],
      },
      owned: { "one (update)": '.spec .items .items[name="a"] .items[name="b"] .items[name="b"].name .items[name="b"].value' },
    },
    {
      shows: "change hands as one",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 3 },
            ],
          },
        ],
        [
          "two updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 3 },
              { name: "b", value: 3 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 3 },
          { name: "b", value: 3 },
        ],
      },
      owned: {
        "one (update)": '.spec .items .items[name="b"] .items[name="b"].name .items[name="b"].value',
        "two (update)": '.items[name="a"]',
      },
    },
    {
      shows: "a field more in one of them is a change of both",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
        ],
        [
          "two updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2, other: "x" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", other: "x", value: 2 },
        ],
      },
      owned: { "one (update)": ".spec .items", "two (update)": '.items[name="a"]' },
    },
    {
      shows: "an item that gets a double",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "b", value: 3 },
            ],
          },
        ],
        [
          "two updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", other: "x" },
              { name: "b", value: 3 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", other: "x" },
          { name: "b", value: 3 },
        ],
      },
      owned: {
        "one (update)": '.spec .items .items[name="b"] .items[name="b"].name .items[name="b"].value',
        "two (update)": '.items[name="a"]',
      },
    },
    {
      shows: "a neighbour is added",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
        ],
        [
          "two updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 3 },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
          { name: "b", value: 3 },
        ],
      },
      owned: {
        "one (update)": '.spec .items .items[name="a"]',
        "two (update)": '.items[name="b"] .items[name="b"].name .items[name="b"].value',
      },
    },
    {
      shows: "a neighbour is applied",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
        ],
        ["two applies", { items: [{ name: "b", value: 3 }] }],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
          { name: "b", value: 3 },
        ],
      },
      owned: { two: '.items[name="b"] .items[name="b"].name .items[name="b"].value', "one (update)": '.spec .items .items[name="a"]' },
    },
    {
      shows: "an apply elsewhere leaves both",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
        ],
        ["two applies", { struct: { name: "x" } }],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
        ],
        struct: { name: "x" },
      },
      owned: { two: ".struct.name", "one (update)": '.spec .items .items[name="a"]' },
    },
    {
      shows: "applied, the two become what is applied",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 3 },
            ],
          },
        ],
        [
          "two applies",
          { items: [{ name: "a", value: 3 }] },
          'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.items[name="a"]',
        ],
        ["two forces", { items: [{ name: "a", value: 3 }] }],
      ],
      leaves: {
        items: [
          { name: "a", value: 3 },
          { name: "b", value: 3 },
        ],
      },
      owned: {
        two: '.items[name="a"] .items[name="a"].name .items[name="a"].value',
        "one (update)": '.spec .items .items[name="b"] .items[name="b"].name .items[name="b"].value',
      },
    },
    {
      shows: "applied as one of them is",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
        ],
        [
          "two applies",
          { items: [{ name: "a", value: 1 }] },
          'Apply failed with 1 conflict: conflict with "one" using test.example.com/v1: .spec.items[name="a"]',
        ],
        ["two forces", { items: [{ name: "a", value: 1 }] }],
      ],
      leaves: { items: [{ name: "a", value: 1 }] },
      owned: { two: '.items[name="a"] .items[name="a"].name .items[name="a"].value', "one (update)": ".spec .items" },
    },
    {
      shows: "what is applied beside them changes",
      does: [
        [
          "one updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 3 },
            ],
          },
        ],
        ["two forces", { items: [{ name: "b", value: 4 }] }],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
          { name: "b", value: 4 },
        ],
      },
      owned: {
        two: '.items[name="b"] .items[name="b"].name .items[name="b"].value',
        "one (update)": '.spec .items .items[name="a"] .items[name="b"] .items[name="b"].name',
      },
    },
    {
      shows: "an applier whose item was doubled gives it up",
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
          "two updates",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
              { name: "b", value: 2 },
            ],
          },
        ],
        ["one applies", { items: [{ name: "b", value: 2 }] }],
      ],
      leaves: {
        items: [
          { name: "a", value: 1 },
          { name: "a", value: 2 },
          { name: "b", value: 2 },
        ],
      },
      owned: { one: '.items[name="b"] .items[name="b"].name .items[name="b"].value', "two (update)": '.items[name="a"]' },
    },
    {
      shows: "twice in an apply does not fit",
      does: [
        ["one applies", { items: [{ name: "b" }] }],
        [
          "one applies",
          {
            items: [
              { name: "a", value: 1 },
              { name: "a", value: 2 },
            ],
          },
          'failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.items: duplicate entries for key [name="a"]',
        ],
      ],
      leaves: { items: [{ name: "b" }] },
      owned: { one: '.items[name="b"] .items[name="b"].name' },
    },
  ],
};
