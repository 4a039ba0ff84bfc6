import { oneKey, oneKeyLoose, parts, twoKeys, twoKeysLoose, wholes } from "./kinds.ts";
import type { Table } from "./play.ts";

export const toWhole: Table = {
  about: "what was owned in parts becomes one",
  kind: parts,
  cases: [
    {
      shows: "the owners of parts own all of it",
      does: [
        ["one applies", { is: { a: "1" } }],
        ["two applies", { is: { b: "1" } }],
        wholes,
        ["three applies", {}],
        ["one applies", { is: { a: "1", b: "1" } }],
      ],
      leaves: { is: { a: "1", b: "1" } },
      owned: { three: ".spec", one: ".is", two: ".is" },
    },
    {
      shows: "an update after the change",
      does: [["one applies", { is: { a: "1", b: "1" } }], wholes, ["two updates", { is: { a: "1", b: "2" } }]],
      leaves: { is: { a: "1", b: "2" } },
      owned: { "two (update)": ".is" },
    },
    {
      shows: "a conflict after the change",
      does: [
        ["one applies", { is: { a: "1" } }],
        wholes,
        ["two applies", { is: { b: "1" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.is'],
      ],
      leaves: { is: { a: "1" } },
      owned: { one: ".is.a" },
    },
    {
      shows: "an owner of the container alone",
      does: [
        ["one applies", { is: {} }],
        wholes,
        ["two applies", { is: { a: "1" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.is'],
      ],
      leaves: { is: {} },
      owned: { one: ".is" },
    },
    {
      shows: "keyed items",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        ["two applies", { items: [{ name: "b", value: "1" }] }],
        wholes,
        ["one applies", { items: [{ name: "a", value: "1" }] }, 'Apply failed with 1 conflict: conflict with "two": .spec.items'],
        ["one forces", { items: [{ name: "a", value: "1" }] }],
      ],
      leaves: { items: [{ name: "a", value: "1" }] },
      owned: { one: ".items" },
    },
    {
      shows: "a map",
      does: [
        ["one applies", { map: { a: "1" } }],
        ["two updates", { map: { a: "1", b: "2" } }],
        wholes,
        ["one applies", { map: { a: "1", b: "2" } }],
      ],
      leaves: { map: { a: "1", b: "2" } },
      owned: { one: ".map", "two (update)": ".map" },
    },
  ],
};

export const toParts: Table = {
  about: "what was owned as one falls into parts",
  kind: wholes,
  cases: [
    {
      shows: "nobody owns the parts",
      does: [["one applies", { is: { a: "1", b: "1" } }], parts, ["two applies", { is: { a: "2" } }]],
      leaves: { is: { a: "2", b: "1" } },
      owned: { one: ".is", two: ".is.a" },
    },
    {
      shows: "applied again, the owner owns its parts",
      does: [["one applies", { is: { a: "1", b: "1" } }], parts, ["one applies", { is: { a: "1" } }]],
      leaves: { is: { a: "1", b: "1" } },
      owned: { one: ".is.a" },
    },
    {
      shows: "keyed items",
      does: [
        [
          "one applies",
          {
            items: [
              { name: "a", value: "1" },
              { name: "b", value: "1" },
            ],
          },
        ],
        parts,
        ["one applies", { items: [{ name: "a", value: "2" }] }],
      ],
      leaves: {
        items: [
          { name: "a", value: "2" },
          { name: "b", value: "1" },
        ],
      },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].value' },
    },
    { shows: "given up", does: [["one applies", { map: { a: "1" } }], parts, ["one applies", {}]], leaves: null, owned: { one: ".spec" } },
  ],
};

export const newKey: Table = {
  about: "a key more, with a default",
  kind: oneKey,
  cases: [
    {
      shows: "the items without it are those with the default",
      does: [["one applies", { items: [{ name: "a", value: "1" }] }], twoKeys, ["one applies", { items: [{ name: "a", value: "1" }] }]],
      leaves: { items: [{ name: "a", value: "1", zone: "x" }] },
      owned: { one: '.items[name="a",zone="x"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value' },
    },
    {
      shows: "an item with another",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeys,
        [
          "one applies",
          {
            items: [
              { name: "a", value: "1" },
              { name: "a", zone: "y", value: "2" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: "1", zone: "x" },
          { name: "a", value: "2", zone: "y" },
        ],
      },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="a",zone="y"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="y"].name .items[name="a",zone="y"].value .items[name="a",zone="y"].zone',
      },
    },
    {
      shows: "another applier adds one",
      does: [["one applies", { items: [{ name: "a", value: "1" }] }], twoKeys, ["two applies", { items: [{ name: "a", zone: "y" }] }]],
      leaves: {
        items: [
          { name: "a", value: "1", zone: "x" },
          { name: "a", zone: "y" },
        ],
      },
      owned: {
        one: '.items[name="a"] .items[name="a"].name .items[name="a"].value',
        two: '.items[name="a",zone="y"] .items[name="a",zone="y"].name .items[name="a",zone="y"].zone',
      },
    },
    {
      shows: "an update after the change",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeys,
        ["two updates", { items: [{ name: "a", zone: "x", value: "2" }] }],
      ],
      leaves: { items: [{ name: "a", value: "2", zone: "x" }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].value', "two (update)": '.items[name="a",zone="x"].value' },
    },
  ],
};

export const newLooseKey: Table = {
  about: "a key more, without a default",
  kind: oneKeyLoose,
  cases: [
    {
      shows: "the same item",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeysLoose,
        ["one applies", { items: [{ name: "a", value: "1" }] }],
      ],
      leaves: { items: [{ name: "a", value: "1" }] },
      owned: { one: '.items[name="a"] .items[name="a"].name .items[name="a"].value' },
    },
    {
      shows: "an item that has the key is another",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeysLoose,
        ["one applies", { items: [{ name: "a", zone: "x", value: "1" }] }],
      ],
      leaves: { items: [{ name: "a", value: "1", zone: "x" }] },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="x"].zone',
      },
    },
    {
      shows: "an item that had it before",
      does: [
        ["one applies", { items: [{ name: "a", zone: "x", value: "1" }] }],
        twoKeysLoose,
        [
          "one applies",
          {
            items: [
              { name: "a", zone: "x", value: "1" },
              { name: "a", zone: "y" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: "1", zone: "x" },
          { name: "a", zone: "y" },
        ],
      },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="a",zone="y"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="x"].zone .items[name="a",zone="y"].name .items[name="a",zone="y"].zone',
      },
    },
    {
      shows: "given up",
      does: [
        ["one applies", { items: [{ name: "a", zone: "x", value: "1" }, { name: "b" }] }],
        twoKeysLoose,
        ["one applies", { items: [{ name: "b" }] }],
      ],
      leaves: { items: [{ name: "a", value: "1", zone: "x" }, { name: "b" }] },
      owned: { one: '.items[name="b"] .items[name="b"].name' },
    },
  ],
};

export const becomeWholes: Table = {
  about: "parts become wholes under several appliers",
  kind: parts,
  cases: [
    {
      shows: "who applies another part conflicts, and may force",
      does: [
        ["one applies", { is: { a: "1" } }],
        wholes,
        ["two applies", { is: { b: "x" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.is'],
        ["two forces", { is: { b: "x" } }],
      ],
      leaves: { is: { b: "x" } },
      owned: { two: ".is" },
    },
    {
      shows: "who lost all parts before owns nothing of the whole",
      does: [
        ["one applies", { is: { a: "1" } }],
        ["two forces", { is: { a: "2" } }],
        wholes,
        ["three applies", { is: { b: "x" } }, 'Apply failed with 1 conflict: conflict with "two": .spec.is'],
        ["two forces", { is: { b: "x" } }],
      ],
      leaves: { is: { b: "x" } },
      owned: { two: ".is" },
    },
  ],
};

export const becomeParts: Table = {
  about: "wholes become parts under several appliers",
  kind: wholes,
  cases: [
    {
      shows: "what conflicted does no more",
      does: [
        ["one applies", { is: { a: "1", b: "a" } }],
        ["two applies", { is: { b: "b" } }, 'Apply failed with 1 conflict: conflict with "one": .spec.is'],
        parts,
        ["two applies", { is: { b: "b" } }],
      ],
      leaves: { is: { a: "1", b: "b" } },
      owned: { one: ".is", two: ".is.b" },
    },
  ],
};

export const keyWithDefault: Table = {
  about: "a key more, with a default: items that say it, that do not, and that say another",
  kind: oneKey,
  cases: [
    {
      shows: "all in one configuration",
      does: [
        [
          "one applies",
          {
            items: [
              { name: "a", value: "1" },
              { name: "b", value: "1" },
              { name: "c", value: "1" },
            ],
          },
        ],
        twoKeys,
        [
          "one applies",
          {
            items: [
              { name: "a", value: "2" },
              { name: "b", zone: "x", value: "2" },
              { name: "c", value: "1" },
              { name: "c", zone: "y", value: "2" },
              { name: "c", zone: "z", value: "3" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: "2", zone: "x" },
          { name: "b", value: "2", zone: "x" },
          { name: "c", value: "1", zone: "x" },
          { name: "c", zone: "y", value: "2" },
          { name: "c", zone: "z", value: "3" },
        ],
      },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="b",zone="x"] .items[name="c",zone="x"] .items[name="c",zone="y"] .items[name="c",zone="z"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="b",zone="x"].name .items[name="b",zone="x"].value .items[name="b",zone="x"].zone .items[name="c",zone="x"].name .items[name="c",zone="x"].value .items[name="c",zone="y"].name .items[name="c",zone="y"].value .items[name="c",zone="y"].zone .items[name="c",zone="z"].name .items[name="c",zone="z"].value .items[name="c",zone="z"].zone',
      },
    },
  ],
};

export const keyWithout: Table = {
  about: "a key more, without a default: items that say it and that do not",
  kind: oneKeyLoose,
  cases: [
    {
      shows: "both in one configuration",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeysLoose,
        [
          "one applies",
          {
            items: [
              { name: "a", value: "2" },
              { name: "a", zone: "x", value: "1" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: "2" },
          { name: "a", zone: "x", value: "1" },
        ],
      },
      owned: {
        one: '.items[name="a"] .items[name="a",zone="x"] .items[name="a"].name .items[name="a"].value .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="x"].zone',
      },
    },
    {
      shows: "an item that said it changes",
      does: [
        ["one applies", { items: [{ name: "a", zone: "x", value: "1" }] }],
        twoKeysLoose,
        ["one applies", { items: [{ name: "a", zone: "x", value: "2" }] }],
      ],
      leaves: { items: [{ name: "a", zone: "x", value: "2" }] },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="x"].zone',
      },
    },
    {
      shows: "an item that said it, and another",
      does: [
        ["one applies", { items: [{ name: "a", zone: "x", value: "1" }] }],
        twoKeysLoose,
        [
          "one applies",
          {
            items: [
              { name: "a", zone: "x", value: "1" },
              { name: "a", zone: "y", value: "2" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", zone: "x", value: "1" },
          { name: "a", zone: "y", value: "2" },
        ],
      },
      owned: {
        one: '.items[name="a",zone="x"] .items[name="a",zone="y"] .items[name="a",zone="x"].name .items[name="a",zone="x"].value .items[name="a",zone="x"].zone .items[name="a",zone="y"].name .items[name="a",zone="y"].value .items[name="a",zone="y"].zone',
      },
    },
    {
      shows: "an item that did not, and another that does",
      does: [
        ["one applies", { items: [{ name: "a", value: "1" }] }],
        twoKeysLoose,
        [
          "one applies",
          {
            items: [
              { name: "a", value: "1" },
              { name: "a", zone: "y", value: "2" },
            ],
          },
        ],
      ],
      leaves: {
        items: [
          { name: "a", value: "1" },
          { name: "a", zone: "y", value: "2" },
        ],
      },
      owned: {
        one: '.items[name="a"] .items[name="a",zone="y"] .items[name="a"].name .items[name="a"].value .items[name="a",zone="y"].name .items[name="a",zone="y"].value .items[name="a",zone="y"].zone',
      },
    },
  ],
};
