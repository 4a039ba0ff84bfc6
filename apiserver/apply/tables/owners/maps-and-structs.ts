import { nested } from "./kinds.ts";
import type { Table } from "./play.ts";

export const maps: Table = {
  about: "maps of lists, of maps and of structures",
  kind: nested,
  cases: [
    {
      shows: "a list in a map changes",
      does: [
        ["one applies", { mapOfSets: { a: ["x", "y"], b: ["z"] } }],
        ["one applies", { mapOfSets: { a: ["x", "w"], b: ["z"] } }],
      ],
      leaves: { mapOfSets: { a: ["x", "w"], b: ["z"] } },
      owned: { one: '.mapOfSets.a .mapOfSets.b .mapOfSets.a[="w"] .mapOfSets.a[="x"] .mapOfSets.b[="z"]' },
    },
    {
      shows: "a key of a map changes",
      does: [
        ["one applies", { mapOfSets: { a: ["x"], b: ["z"] } }],
        ["one applies", { mapOfSets: { a: ["x"], c: ["z"] } }],
      ],
      leaves: { mapOfSets: { a: ["x"], c: ["z"] } },
      owned: { one: '.mapOfSets.a .mapOfSets.c .mapOfSets.a[="x"] .mapOfSets.c[="z"]' },
    },
    {
      shows: "inner maps of two appliers",
      does: [
        ["one applies", { mapOfMaps: { a: { b: "x", c: "y" } } }],
        ["two applies", { mapOfMaps: { a: { c: "y", d: "z" } } }],
        ["one applies", { mapOfMaps: { a: { b: "x" } } }],
        ["two applies", {}],
      ],
      leaves: { mapOfMaps: { a: { b: "x" } } },
      owned: { one: ".mapOfMaps.a .mapOfMaps.a.b", two: ".spec" },
    },
    {
      shows: "an outer key goes although an update put something below it, which owns no key",
      does: [
        ["one applies", { mapOfMaps: { a: { b: "x" } } }],
        ["two updates", { mapOfMaps: { a: { b: "x", c: "y" } } }],
        ["one applies", {}],
      ],
      leaves: { mapOfMaps: null },
      owned: { one: ".spec" },
    },
    {
      shows: "an inner map that was emptied",
      does: [
        ["one applies", { mapOfMaps: { a: { b: "x" } } }],
        ["one applies", { mapOfMaps: { a: {} } }],
        ["two applies", { mapOfMaps: { a: { c: "y" } } }],
      ],
      leaves: { mapOfMaps: { a: { c: "y" } } },
      owned: { one: ".mapOfMaps.a", two: ".mapOfMaps.a .mapOfMaps.a.c" },
    },
    {
      shows: "structures in a map",
      does: [
        ["one applies", { mapOfStructs: { k: { a: "1" } } }],
        [
          "two applies",
          { mapOfStructs: { k: { a: "2", b: "1" }, l: { a: "1" } } },
          'Apply failed with 1 conflict: conflict with "one": .spec.mapOfStructs.k.a',
        ],
        ["two forces", { mapOfStructs: { k: { a: "2", b: "1" }, l: { a: "1" } } }],
        ["two applies", { mapOfStructs: { l: { a: "1" } } }],
      ],
      leaves: { mapOfStructs: { k: null, l: { a: "1" } } },
      owned: { one: ".mapOfStructs.k", two: ".mapOfStructs.l .mapOfStructs.l.a" },
    },
  ],
};

export const structs: Table = {
  about: "structures that lose what is in them",
  kind: nested,
  cases: [
    {
      shows: "all members are given up",
      does: [
        ["one applies", { struct: { name: "x", map: { a: "1" }, inner: { a: "1" } } }],
        ["one applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec" },
    },
    {
      shows: "an empty structure is applied and lost",
      does: [
        ["one applies", { struct: {} }],
        ["one applies", {}],
      ],
      leaves: null,
      owned: { one: ".spec" },
    },
    {
      shows: "an empty structure is applied again beside what nobody owns",
      does: [
        ["one applies", { struct: {} }],
        ["two updates", { struct: { name: "x" } }],
        ["one applies", { struct: {} }],
      ],
      leaves: { struct: { name: "x" } },
      owned: { one: ".struct", "two (update)": ".struct.name" },
    },
    {
      shows: "a structure of which an updater owns a part",
      does: [
        ["one applies", { struct: { name: "x" } }],
        ["two updates", { struct: { name: "x", map: { a: "1" } } }],
        ["one applies", {}],
      ],
      leaves: { struct: { map: { a: "1" } } },
      owned: { one: ".spec", "two (update)": ".struct.map .struct.map.a" },
    },
    {
      shows: "an updater takes over, the applier goes",
      does: [
        ["one applies", { struct: { name: "x" } }],
        ["two updates", { struct: { name: "y" } }],
        ["one applies", {}],
      ],
      leaves: { struct: { name: "y" } },
      owned: { one: ".spec", "two (update)": ".struct.name" },
    },
    {
      shows: "a map that an update emptied",
      does: [
        ["one applies", { struct: { map: { a: "1" } } }],
        ["two updates", { struct: { map: {} } }],
        ["one applies", {}],
      ],
      leaves: { struct: { map: {} } },
      owned: { one: ".spec", "before-first-apply (update)": ".spec .struct .struct.map" },
    },
    {
      shows: "a map that an update made null",
      does: [
        ["one applies", { struct: { map: { a: "1" } } }],
        ["two updates", { struct: { map: null } }],
        ["one applies", {}],
      ],
      leaves: { struct: { map: null } },
      owned: { one: ".spec", "before-first-apply (update)": ".spec .struct .struct.map" },
    },
    {
      shows: "a map for which an applier says null",
      does: [
        ["one applies", { struct: { map: { a: "1" } } }],
        ["two applies", { struct: { map: null } }],
        ["two forces", { struct: { map: null } }],
      ],
      leaves: { struct: { map: { a: "1" } } },
      owned: { two: ".struct.map", one: ".struct.map.a" },
    },
    {
      shows: "an empty map where another owns members",
      does: [
        ["one applies", { struct: { map: { a: "1" } } }],
        ["two applies", { struct: { map: {} } }],
        ["one applies", { struct: {} }],
        ["two applies", {}],
      ],
      leaves: { struct: null },
      owned: { one: ".struct", two: ".spec" },
    },
    {
      shows: "inner structures of two",
      does: [
        ["one applies", { struct: { inner: { a: "1" } } }],
        ["two applies", { struct: { inner: { b: "1" } } }],
        ["one applies", { struct: { inner: {} } }],
        ["one applies", {}],
      ],
      leaves: { struct: { inner: { b: "1" } } },
      owned: { one: ".spec", two: ".struct.inner.b" },
    },
  ],
};

export const nulls: Table = {
  about: "a structure that is applied as null or as empty",
  kind: nested,
  cases: [
    {
      shows: "by its only owner",
      does: [
        ["one applies", { struct: { name: "a" } }],
        ["one applies", { struct: null }],
      ],
      leaves: { struct: null },
      owned: { one: ".struct" },
    },
    {
      shows: "as empty, beside what an update put there",
      does: [
        ["one applies", { struct: { name: "a" } }],
        ["two updates", { struct: { name: "a", map: { b: "x" } } }],
        ["one applies", { struct: {} }],
      ],
      leaves: { struct: { map: { b: "x" } } },
      owned: { one: ".struct", "two (update)": ".struct.map .struct.map.b" },
    },
    {
      shows: "as null, beside what an update put there",
      does: [
        ["one applies", { struct: { name: "a" } }],
        ["two updates", { struct: { name: "a", map: { b: "x" } } }],
        ["one applies", { struct: null }],
      ],
      leaves: { struct: { map: { b: "x" } } },
      owned: { one: ".struct", "two (update)": ".struct.map .struct.map.b" },
    },
    {
      shows: "as null, when an update took over what was in it",
      does: [
        ["one applies", { struct: { name: "a" } }],
        ["two updates", { struct: { name: "b", map: { b: "x" } } }],
        ["one applies", { struct: null }],
      ],
      leaves: { struct: { name: "b", map: { b: "x" } } },
      owned: { one: ".struct", "two (update)": ".struct.map .struct.name .struct.map.b" },
    },
  ],
};
