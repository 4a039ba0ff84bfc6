import { books, defaults } from "./kinds.ts";
import type { Table } from "./play.ts";

export const keyDefaults: Table = {
  about: "keys that have defaults",
  kind: defaults,
  cases: [
    {
      shows: "an item without the key is the item with the default",
      does: [
        ["one applies", { ports: [{ port: 80, name: "a" }] }],
        ["two applies", { ports: [{ port: 80, protocol: "TCP", name: "a" }] }],
      ],
      leaves: { ports: [{ host: "any", name: "a", port: 80, protocol: "TCP" }] },
      owned: {
        two: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].name .ports[port=80,protocol="TCP"].port .ports[port=80,protocol="TCP"].protocol',
        one: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].name .ports[port=80,protocol="TCP"].port',
      },
    },
    {
      shows: "and the other way round",
      does: [
        ["one applies", { ports: [{ port: 80, protocol: "TCP", name: "a" }] }],
        ["one applies", { ports: [{ port: 80, name: "b" }] }],
      ],
      leaves: { ports: [{ host: "any", name: "b", port: 80, protocol: "TCP" }] },
      owned: { one: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].name .ports[port=80,protocol="TCP"].port' },
    },
    {
      shows: "another key is another item",
      does: [
        ["one applies", { ports: [{ port: 80, name: "a" }] }],
        ["two applies", { ports: [{ port: 80, protocol: "UDP", name: "b" }] }],
        ["one applies", {}],
      ],
      leaves: { ports: [{ host: "any", name: "b", port: 80, protocol: "UDP" }] },
      owned: {
        one: ".spec",
        two: '.ports[port=80,protocol="UDP"] .ports[port=80,protocol="UDP"].name .ports[port=80,protocol="UDP"].port .ports[port=80,protocol="UDP"].protocol',
      },
    },
    {
      shows: "conflicts name the default",
      does: [
        ["one applies", { ports: [{ port: 80, name: "a" }] }],
        [
          "two applies",
          { ports: [{ port: 80, protocol: "TCP", name: "b" }] },
          'Apply failed with 1 conflict: conflict with "one": .spec.ports[port=80,protocol="TCP"].name',
        ],
      ],
      leaves: { ports: [{ host: "any", name: "a", port: 80, protocol: "TCP" }] },
      owned: { one: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].name .ports[port=80,protocol="TCP"].port' },
    },
    {
      shows: "the default twice does not fit",
      does: [
        ["one applies", { ports: [{ port: 1 }] }],
        [
          "one applies",
          { ports: [{ port: 80 }, { port: 80, protocol: "TCP" }] },
          'failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
        ],
      ],
      leaves: { ports: [{ host: "any", port: 1, protocol: "TCP" }] },
      owned: { one: '.ports[port=1,protocol="TCP"] .ports[port=1,protocol="TCP"].port' },
    },
    {
      shows: "only the default key given",
      does: [
        ["one applies", { ports: [{ protocol: "UDP", name: "a" }] }],
        ["one applies", { ports: [{ name: "a" }] }],
      ],
      leaves: { ports: [{ host: "any", name: "a", protocol: "TCP" }] },
      owned: { one: '.ports[protocol="TCP"] .ports[protocol="TCP"].name' },
    },
    {
      shows: "no key at all, where all have defaults",
      does: [
        ["one applies", { both: [{ name: "a" }] }],
        ["two applies", { both: [{ host: "any", name: "a" }] }],
      ],
      leaves: { both: [{ host: "any", name: "a", protocol: "TCP" }] },
      owned: {
        two: '.both[host="any",protocol="TCP"] .both[host="any",protocol="TCP"].host .both[host="any",protocol="TCP"].name',
        one: '.both[host="any",protocol="TCP"] .both[host="any",protocol="TCP"].name',
      },
    },
    {
      shows: "an item of nothing but defaults",
      does: [
        ["one applies", { modes: [{}] }],
        ["two applies", { modes: [{ protocol: "UDP" }] }],
      ],
      leaves: {
        modes: [
          { host: "any", protocol: "TCP" },
          { host: "any", protocol: "UDP" },
        ],
      },
      owned: { one: '.modes[protocol="TCP"]', two: '.modes[protocol="UDP"] .modes[protocol="UDP"].protocol' },
    },
    {
      shows: "the same again loses what nobody owns in it, and the item with it",
      does: [
        ["one applies", { modes: [{}] }],
        ["one applies", { modes: [{}] }],
      ],
      leaves: { modes: null },
      owned: { one: '.modes[protocol="TCP"]' },
    },
    {
      shows: "the same beside an owner of the key",
      does: [
        ["one applies", { modes: [{}] }],
        ["two applies", { modes: [{ protocol: "TCP" }] }],
        ["one applies", { modes: [{}] }],
      ],
      leaves: { modes: [{ host: "any", protocol: "TCP" }] },
      owned: { two: '.modes[protocol="TCP"] .modes[protocol="TCP"].protocol', one: '.modes[protocol="TCP"]' },
    },
    {
      shows: "no key that has no default",
      does: [
        ["one applies", { ports: [{ port: 1 }] }],
        [
          "one applies",
          { ports: [null] },
          "failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.ports: element 0: associative list with keys may not have a null element",
        ],
        [
          "one applies",
          { ports: ["a"] },
          "failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.ports: element 0: associative list with keys may not have non-map elements",
        ],
      ],
      leaves: { ports: [{ host: "any", port: 1, protocol: "TCP" }] },
      owned: { one: '.ports[port=1,protocol="TCP"] .ports[port=1,protocol="TCP"].port' },
    },
    {
      shows: "a null key is a key",
      does: [["one applies", { ports: [{ port: 80, protocol: null }] }]],
      leaves: { ports: [{ host: "any", port: 80, protocol: "TCP" }] },
      owned: { one: ".ports[port=80,protocol=null] .ports[port=80,protocol=null].port .ports[port=80,protocol=null].protocol" },
    },
    {
      shows: "atomic items are changed as a whole",
      does: [
        ["one applies", { atomic: [{ port: 80, name: "a" }] }],
        [
          "two applies",
          { atomic: [{ port: 80, name: "b" }, { port: 81 }] },
          'Apply failed with 1 conflict: conflict with "one": .spec.atomic[port=80,protocol="TCP"]',
        ],
        ["two applies", { atomic: [{ port: 81 }] }],
        ["one applies", {}],
      ],
      leaves: { atomic: [{ host: "any", port: 81, protocol: "TCP" }] },
      owned: { one: ".spec", two: '.atomic[port=81,protocol="TCP"]' },
    },
  ],
};

export const portKeys: Table = {
  about: "items with the default of a key, and with another",
  kind: defaults,
  cases: [
    {
      shows: "beside one another",
      does: [["one applies", { ports: [{ port: 80 }, { port: 80, protocol: "UDP" }] }]],
      leaves: {
        ports: [
          { port: 80, protocol: "TCP", host: "any" },
          { port: 80, protocol: "UDP", host: "any" },
        ],
      },
      owned: {
        one: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="UDP"] .ports[port=80,protocol="TCP"].port .ports[port=80,protocol="UDP"].port .ports[port=80,protocol="UDP"].protocol',
      },
    },
    {
      shows: "the default twice, not said",
      does: [
        [
          "one applies",
          { ports: [{ port: 80 }, { port: 80 }] },
          'failed to create typed patch object (/b; test.example.com/v1, Kind=Box): .spec.ports: duplicate entries for key [port=80,protocol="TCP"]',
        ],
        ["one applies", { ports: [{ port: 80 }] }],
      ],
      leaves: { ports: [{ port: 80, protocol: "TCP", host: "any" }] },
      owned: { one: '.ports[port=80,protocol="TCP"] .ports[port=80,protocol="TCP"].port' },
    },
    {
      shows: "without the key that has none",
      does: [["one applies", { ports: [{ protocol: "TCP", name: "a" }] }]],
      leaves: { ports: [{ protocol: "TCP", name: "a", host: "any" }] },
      owned: { one: '.ports[protocol="TCP"] .ports[protocol="TCP"].name .ports[protocol="TCP"].protocol' },
    },
  ],
};

export const bookKeys: Table = {
  about: "keys that all have defaults, one list in the other",
  kind: books,
  cases: [
    {
      shows: "none is said",
      does: [["one applies", { book: [{ sentences: [{ text: "x" }] }] }]],
      leaves: { book: [{ sentences: [{ text: "x", page: 2, line: 3 }], chapter: 1, section: "A" }] },
      owned: {
        one: '.book[chapter=1,section="A"] .book[chapter=1,section="A"].sentences[line=3,page=2] .book[chapter=1,section="A"].sentences[line=3,page=2].text',
      },
    },
    {
      shows: "an integer is the float of the default",
      does: [
        ["one applies", { book: [{ sentences: [{ text: "x" }] }] }],
        ["one applies", { book: [{ sentences: [{ text: "x", page: 2 }] }] }],
      ],
      leaves: { book: [{ sentences: [{ text: "x", page: 2, line: 3 }], chapter: 1, section: "A" }] },
      owned: {
        one: '.book[chapter=1,section="A"] .book[chapter=1,section="A"].sentences[line=3,page=2] .book[chapter=1,section="A"].sentences[line=3,page=2].page .book[chapter=1,section="A"].sentences[line=3,page=2].text',
      },
    },
  ],
};
