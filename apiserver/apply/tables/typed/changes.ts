/** Two states of a value, and what is removed, modified and added from the one to the other: see notation.ts. The other way round it is the reverse. */
export interface Change {
  readonly from: object;
  readonly to: object;
  readonly removed?: string;
  readonly modified?: string;
  readonly added?: string;
}

/** Of a shelf (see types.ts). */
export const values: readonly Change[] = [
  { from: { label: "a", whole: 1 }, to: { label: "a", whole: 1 } },
  { from: { label: "a", whole: {} }, to: { label: "a", whole: 1 }, modified: ".whole" },
  { from: { whole: 1 }, to: { whole: { whatever: "is", "in it": { how: "deep" } } }, modified: ".whole" },
  { from: { whole: { a: 1 } }, to: { whole: [1] }, modified: ".whole" },
  { from: { whole: null }, to: { whole: {} }, modified: ".whole" },
  { from: { label: "a" }, to: { whole: true }, removed: ".label", added: ".whole" },
  { from: { label: "a" }, to: { label: "b", whole: true }, modified: ".label", added: ".whole" },
  { from: { size: 1 }, to: { size: 2.75 }, modified: ".size" },
  { from: { label: "a" }, to: { on: true }, removed: ".label", added: ".on" },
];

/** Of what may be empty, or null: under `map`, `struct`, `list`, `set` and so on. */
export const empties: readonly (Omit<Change, "from" | "to"> & { from: "absent" | "null" | "empty"; to: "absent" | "null" | "empty" })[] = [
  { from: "absent", to: "empty", added: "." },
  { from: "absent", to: "null", added: "." },
  { from: "null", to: "empty", modified: "." },
  { from: "empty", to: "empty" },
  { from: "null", to: "null" },
];

export const maps: readonly Change[] = [
  { from: { tree: { a: {}, b: {} } }, to: { tree: { a: {}, b: {} } } },
  { from: { tree: { a: {} } }, to: { tree: { b: {} } }, removed: ".tree.a", added: ".tree.b" },
  { from: { tree: { a: { b: { c: {} } } } }, to: { tree: { a: { b: {} } } }, removed: ".tree.a.b.c" },
  { from: { tree: { a: {} } }, to: { tree: { a: { b: {} } } }, added: ".tree.a.b" },
  { from: {}, to: { tree: { a: { b: {} } } }, added: ".tree .tree.a .tree.a.b" },
  { from: { colour: { red: 1 } }, to: { colour: { red: 1, green: 2 } }, modified: ".colour" },
];

export const sets: readonly Change[] = [
  { from: { set: ["a", "b"] }, to: { set: ["a", "b", "c"] }, added: '.set[="c"]' },
  { from: { set: ["a", "b"] }, to: { set: ["b", "a"] } },
  { from: { set: ["a"] }, to: { set: ["a", "b", "b"] }, added: '.set[="b"]' },
  { from: { set: ["a", "b"] }, to: { set: ["a", "b", "b"] }, removed: '.set[="b"]', added: '.set[="b"]' },
  { from: { set: ["b", "b"] }, to: { set: ["a", "b", "b"] }, added: '.set[="a"]' },
  { from: { set: ["b", "b"] }, to: { set: ["b", "b", "b"] }, modified: '.set[="b"]' },
  { from: { set: ["a", "b", "c"] }, to: { set: [] }, removed: '.set[="a"] .set[="b"] .set[="c"]' },
  { from: { flags: [true] }, to: { flags: [false] }, removed: ".flags[=true]", added: ".flags[=false]" },
  { from: { numbers: [1, 2, 2.75] }, to: { numbers: [1, 2, 3] }, removed: ".numbers[=2.75]", added: ".numbers[=3]" },
  { from: { set: ["a", "b", "b", "c", "a"] }, to: { set: [] }, removed: '.set[="a"] .set[="b"] .set[="c"]' },
  { from: { flags: [true, true] }, to: { flags: [false] }, removed: ".flags[=true]", added: ".flags[=false]" },
  {
    from: { numbers: [1, 2, 2, 2.75, 1] },
    to: { numbers: [1, 2, 3] },
    removed: ".numbers[=1] .numbers[=2] .numbers[=2.75]",
    added: ".numbers[=1] .numbers[=2] .numbers[=3]",
  },
];

const [A1, A2, B1] = ['.things[id=1,name="a"]', '.things[id=2,name="a"]', '.things[id=1,name="b"]'];

export const lists: readonly Change[] = [
  {
    from: {},
    to: { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    added: `.things ${A1} ${A1}.id ${A1}.name ${A1}.tags ${A1}.tags.a`,
  },
  { from: { things: [{ name: "a", id: 1, tags: { a: "a" } }] }, to: { things: [{ name: "a", id: 1, tags: { a: "a" } }] } },
  {
    from: { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    to: { things: [{ name: "a", id: 1, tags: { a: "b" } }] },
    modified: `${A1}.tags.a`,
  },
  {
    from: { things: [{ name: "a", id: 1, tags: { a: "a" } }] },
    to: { things: [{ name: "a", id: 2, tags: { a: "a" } }] },
    removed: `${A1} ${A1}.id ${A1}.name ${A1}.tags ${A1}.tags.a`,
    added: `${A2} ${A2}.id ${A2}.name ${A2}.tags ${A2}.tags.a`,
  },
  {
    from: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "a", id: 2 },
      ],
    },
    removed: `${B1} ${B1}.id ${B1}.name`,
    added: `${A2} ${A2}.id ${A2}.name`,
  },
  { from: { texts: ["a", "a", "a"] }, to: { texts: null }, modified: ".texts" },
  { from: { texts: ["a", "b", "c"] }, to: { texts: [] }, modified: ".texts" },
  { from: { texts: ["a", "a", "a"] }, to: { texts: ["a", "a"] }, modified: ".texts" },
  {
    from: {
      things: [
        { name: "a", id: 1, size: 2 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "a", id: 2 },
      ],
    },
    removed: `${A1} ${B1} ${B1}.id ${B1}.name`,
    added: `${A1} ${A2} ${A1}.id ${A1}.name ${A2}.id ${A2}.name`,
  },
  {
    from: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true, size: 1 },
      ],
    },
    modified: A1,
  },
  {
    from: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
  },
  {
    from: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1, on: true },
        { name: "a", id: 1, on: true },
      ],
    },
    added: `${B1}.on`,
  },
  {
    from: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
    },
    to: {
      things: [
        { name: "a", id: 1 },
        { name: "b", id: 1 },
        { name: "a", id: 1, on: true },
      ],
      texts: ["a"],
    },
    added: ".texts",
  },
];

/** Of a value that may take any shape, lists being sets. */
export const shapes: readonly Change[] = [
  { from: { any: {} }, to: { any: { b: {} } }, added: ".any.b" },
  { from: { any: null }, to: { any: { b: {} } }, added: ".any.b" },
  { from: { any: [] }, to: { any: ["b"] }, added: '.any[="b"]' },
  { from: { any: null }, to: { any: ["b"] }, modified: ".any", added: '.any[="b"]' },
  { from: { any: null }, to: { any: "b" }, modified: ".any" },
  { from: { any: {} }, to: { any: ["b"] }, modified: ".any", added: '.any[="b"]' },
  { from: { any: { b: {} } }, to: { any: ["b"] }, removed: ".any.b", added: '.any[="b"]' },
  { from: { any: { b: {} } }, to: { any: "b" }, removed: ".any.b", modified: ".any" },
  { from: { any: ["b"] }, to: { any: "b" }, removed: '.any[="b"]', modified: ".any" },
];

/** Where nothing is declared, maps change member by member, and lists as wholes. */
export const undeclared: readonly Change[] = [
  { from: { a: "x", b: 1 }, to: { a: "x", b: 1 } },
  { from: { a: "x", b: {} }, to: { a: "x", b: 1 }, modified: ".b" },
  { from: { b: 1 }, to: { b: { c: { d: 1 } } }, modified: ".b", added: ".b.c .b.c.d" },
  { from: { b: null }, to: { b: {} }, modified: ".b" },
  { from: { a: "x" }, to: { b: true }, removed: ".a", added: ".b" },
  { from: { a: "x" }, to: { a: "y", b: true }, modified: ".a", added: ".b" },
  { from: {}, to: { a: {} }, added: ".a" },
  { from: {}, to: { a: null }, added: ".a" },
  { from: { a: {} }, to: { a: {} } },
  { from: {}, to: { a: [] }, added: ".a" },
  { from: { a: null }, to: { a: [] }, modified: ".a" },
  { from: { a: [] }, to: { a: [] } },
  { from: { a: {}, b: {} }, to: { a: {}, b: {} } },
  { from: { a: {} }, to: { b: {} }, removed: ".a", added: ".b" },
  { from: { a: { b: { c: {} } } }, to: { a: { b: {} } }, removed: ".a.b.c" },
  { from: { a: { b: { c: [true] } } }, to: { a: { b: [false] } }, removed: ".a.b.c", modified: ".a.b" },
  { from: { a: {} }, to: { a: { b: "x" } }, added: ".a.b" },
  { from: { a: 1 }, to: { a: 2.75 }, modified: ".a" },
  { from: { a: ["x", "y"] }, to: { a: ["x", "y", "z"] }, modified: ".a" },
  { from: {}, to: { a: [{ name: "x", id: 1, b: { c: "d" } }] }, added: ".a" },
  { from: { a: [{ name: "x", b: { c: "d" } }] }, to: { a: [{ name: "x", b: { c: "d" } }] } },
  { from: { a: [{ name: "x", b: { c: "d" } }] }, to: { a: [{ name: "x", b: { c: "e" } }] }, modified: ".a" },
  { from: { a: ["x", "x", "x"] }, to: { a: null }, modified: ".a" },
  { from: { a: ["x", "x", "x"] }, to: { a: ["x", "x"] }, modified: ".a" },
  { from: { a: {} }, to: { a: { b: {} } }, added: ".a.b" },
  { from: { a: null }, to: { a: { b: {} } }, added: ".a.b" },
  { from: { a: [] }, to: { a: ["x"] }, modified: ".a" },
  { from: { a: null }, to: { a: ["x"] }, modified: ".a" },
  { from: { a: null }, to: { a: "x" }, modified: ".a" },
  { from: { a: { b: {} } }, to: { a: ["x"] }, removed: ".a.b", modified: ".a" },
  { from: { a: { b: {} } }, to: { a: "x" }, removed: ".a.b", modified: ".a" },
  { from: { a: ["x"] }, to: { a: "x" }, modified: ".a" },
];
