/** A value, fields of it (see notation.ts), and what is left without them. */
export type Removal = readonly [shows: string, value: object, fields: string, left: object];

const THREE = {
  things: [
    { name: "a", id: 1 },
    { name: "a", id: 2 },
    { name: "b", id: 1 },
  ],
};
const BOXES = { boxes: [{ name: "a", set: ["b", "c"] }, { name: "d" }] };
const TRAYS = {
  trays: [
    { name: "a", map: { b: "x", c: "y" } },
    { name: "d", map: { e: "z" } },
  ],
};
const SETS = { sets: { b: ["a", "c"], d: ["e", "f"] } };
const MAPS = { maps: { b: { a: "x", c: "z" }, d: { e: "y", f: "w" } } };
const TREE = { tree: { a: { b: { c: null } } } };

/** Of a shelf (see types.ts). */
export const removals: readonly Removal[] = [
  ["the only member", { label: "a" }, ".label", {}],
  ["nothing", { label: "a" }, "", { label: "a" }],
  ["one of two members", { label: "a", whole: true }, ".label", { whole: true }],
  ["a map that is a whole", { label: "a", whole: { b: "c" } }, ".whole", { label: "a" }],
  ["a whole by what is in it", { label: "a", whole: { b: "c" } }, ".whole.b", { label: "a", whole: null }],
  ["the only item of a set", { flags: [false] }, ".flags[=false]", { flags: null }],
  ["an item that is not there", { flags: [false] }, ".flags[=true]", { flags: [false] }],
  ["one of two items", { flags: [true, false] }, ".flags[=true]", { flags: [false] }],
  ["a set", { flags: [true, false] }, ".flags", {}],
  ["two of four numbers", { numbers: [1, 2, 3, 4.5] }, ".numbers[=1] .numbers[=4.5]", { numbers: [2, 3] }],
  ["one of three texts", { set: ["a", "b", "c"] }, '.set[="a"]', { set: ["b", "c"] }],
  ["both of a double", { set: ["a", "b", "a"] }, '.set[="a"]', { set: ["b"] }],
  [
    "a keyed item",
    THREE,
    '.things[id=1,name="a"]',
    {
      things: [
        { name: "a", id: 2 },
        { name: "b", id: 1 },
      ],
    },
  ],
  ["a list that is a whole", { texts: ["a", "a", "a"] }, ".texts", {}],
  ["a map that is declared a whole", { waves: { a: 1, b: 2 } }, ".waves", {}],
  ["a keyed item that is a whole", { atoms: [{ key: "a", value: "x" }, { key: "b" }] }, '.atoms[key="a"]', { atoms: [{ key: "b" }] }],
  ["an item that is a whole by what is in it", { atoms: [{ key: "a", value: "x" }] }, '.atoms[key="a"].value', { atoms: [null] }],
  ["a list of items with sets", BOXES, ".boxes", {}],
  ["an item with nothing in it", BOXES, '.boxes[name="d"]', { boxes: [{ name: "a", set: ["b", "c"] }] }],
  ["an item with something in it", BOXES, '.boxes[name="a"]', { boxes: [{ name: "d" }] }],
  ["an item's item", BOXES, '.boxes[name="a"].set[="b"]', { boxes: [{ name: "a", set: ["c"] }, { name: "d" }] }],
  [
    "all of an item's items",
    BOXES,
    '.boxes[name="a"].set[="b"] .boxes[name="a"].set[="c"]',
    { boxes: [{ name: "a", set: null }, { name: "d" }] },
  ],
  ["all members of an item", BOXES, '.boxes[name="d"].name', { boxes: [{ name: "a", set: ["b", "c"] }, null] }],
  ["an item that does not exist", BOXES, '.boxes[name="x"]', BOXES],
  ["an item's item that does not exist", BOXES, '.boxes[name="a"].set[="x"]', BOXES],
  ["a way that leads nowhere", BOXES, '[="b"]', BOXES],
  ["a list of items with maps", TRAYS, ".trays", {}],
  ["an item with a map", TRAYS, '.trays[name="a"]', { trays: [{ name: "d", map: { e: "z" } }] }],
  [
    "a member of an item's map",
    TRAYS,
    '.trays[name="a"].map.b',
    {
      trays: [
        { name: "a", map: { c: "y" } },
        { name: "d", map: { e: "z" } },
      ],
    },
  ],
  ["a member of an item that does not exist", TRAYS, '.trays[name="q"].name', TRAYS],
  ["a member that does not exist of an item's map", TRAYS, '.trays[name="a"].map.q', TRAYS],
  ["a map of sets", SETS, ".sets", {}],
  ["a set of a map", SETS, ".sets.b", { sets: { d: ["e", "f"] } }],
  ["an item of a map's set", SETS, '.sets.b[="a"]', { sets: { b: ["c"], d: ["e", "f"] } }],
  ["a set that does not exist", SETS, ".sets.q", SETS],
  ["an item that does not exist of a map's set", SETS, '.sets.b[="q"]', SETS],
  ["a null for a set", { sets: { b: null, d: ["e", "f"] } }, ".sets.b", { sets: { d: ["e", "f"] } }],
  ["an item at the top", SETS, '[="a"]', SETS],
  ["a map of maps", MAPS, ".maps", {}],
  ["a map of a map", MAPS, ".maps.b", { maps: { d: { e: "y", f: "w" } } }],
  ["a member of a map's map", MAPS, ".maps.b.a", { maps: { b: { c: "z" }, d: { e: "y", f: "w" } } }],
  ["all of a map's map", MAPS, ".maps.b.a .maps.b.c", { maps: { b: null, d: { e: "y", f: "w" } } }],
  ["a map that does not exist", MAPS, ".maps.q", MAPS],
  ["a member that does not exist of a map's map", MAPS, ".maps.b.q", MAPS],
  ["a null for a map", { maps: { b: null, d: { e: "y", f: "w" } } }, ".maps.b", { maps: { d: { e: "y", f: "w" } } }],
  ["a member of another level", MAPS, ".a", MAPS],
  ["the root of a tree", TREE, ".tree", {}],
  ["a tree's first level", TREE, ".tree.a", { tree: null }],
  ["its second", TREE, ".tree.a.b", { tree: { a: null } }],
  ["its third", TREE, ".tree.a.b.c", { tree: { a: { b: null } } }],
  ["an empty list", { boxes: [] }, ".boxes", {}],
  ["a null list", { boxes: null }, ".boxes", {}],
  ["an empty map", { maps: {} }, ".maps", {}],
  ["a null map", { maps: null }, ".maps", {}],
];
